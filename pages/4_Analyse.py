"""Pictures and recordings, without a live class. For teachers."""

import streamlit as st

from classroom.lawful import why_no_analysis
from classroom.ui.page import open_page
from classroom.ui.pictures_view import show_pictures
from classroom.ui.recording_view import show_recording

visit = open_page("Analyse", wide=True, gate=True)

st.title("Analyse")
if why := why_no_analysis(visit.server.settings):
    st.info(why)
    st.stop()
visit.server.desk.warm_up()
has_recording = visit.server.jobs.of(visit.teacher.id) is not None
# Once a visit: a tab that is open stays open when the recording comes or goes.
opened = st.session_state.setdefault("first_tab", "Recording" if has_recording else "Pictures")
pictures, recording = st.tabs(["Pictures", "Recording"], default=opened)
with pictures:
    show_pictures(visit)
with recording:
    show_recording(visit)
