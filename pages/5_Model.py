"""What the network is, how good it is, and a picture to try it on. For everybody; trying is for teachers."""

import streamlit as st

from classroom.lawful import why_no_expression
from classroom.ui.model_view import show_model
from classroom.ui.page import open_page
from classroom.ui.try_view import show_try

visit = open_page("How good is it?")

st.title("How good is it?")
if why := why_no_expression(visit.server.settings):
    st.info(why)
    st.stop()
st.write(
    "A small neural network looks at a face in a picture and names the expression shown: angry, disgust, fear, happy,"
    " sad, surprise or neutral. It is often wrong, and it knows nothing of what anybody feels."
)
show_model()
if visit.server.settings.reads_files and visit.server.settings.reads_faces:
    show_try(visit)
