"""The teacher's past classes: timeline, attendance, downloads, delete."""

import streamlit as st

from classroom.class_files import shown_report
from classroom.lawful import why_no_files
from classroom.report import attendance_table, class_report
from classroom.ui import forms
from classroom.ui.addresses import LIVE, PAGE_FILES
from classroom.ui.alert_view import show_verdicts
from classroom.ui.compare_view import compare_classes
from classroom.ui.keeping import show_keeping
from classroom.ui.mode_words import mode_html
from classroom.ui.page import open_page
from classroom.ui.report_view import class_label, show_report
from classroom.ui.roster_view import show_roster

visit = open_page("Reports", wide=True, gate=True)
server, teacher = visit.server, visit.teacher

st.title("Reports")
classes = server.store.classes.of_teacher(teacher.id)
if not classes:
    st.info("No classes yet. Open one, and it appears here.")
    st.page_link(PAGE_FILES[LIVE], label="Open a class", icon=":material/co_present:")
    st.stop()

compare_classes(visit, classes)
wanted = st.query_params.get("class", "")
index = next((i for i, info in enumerate(classes) if str(info.id) == wanted), 0)
info = st.selectbox("Class", classes, index=index, format_func=lambda each: class_label(each, visit.zone))
with_names = st.toggle("Show names", value=True, help="Without them the page and its files say Student 1, Student 2 …")
report = shown_report(class_report(server.store, info, server.settings.window_s), with_names)
st.html(mode_html(info))
show_report(visit, report)
if info.mode.shows.alerts:
    show_verdicts(visit, report)
st.subheader("Attendance")
st.dataframe(attendance_table(report, visit.zone), hide_index=True)
if with_names:
    show_roster(visit, report)
forms.download_links(info, visit.zone.key, with_names, why_no_files(server.settings))
show_keeping(visit, info, report)
