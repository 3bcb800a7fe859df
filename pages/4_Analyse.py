"""Pictures and recordings, without a live class. For teachers."""

import streamlit as st

from classroom.ui.page import open_page
from classroom.ui.pictures_view import show_pictures

visit = open_page("Analyse", wide=True, gate=True)

st.title("Analyse")
visit.server.desk.warm_up()
show_pictures(visit.server)
