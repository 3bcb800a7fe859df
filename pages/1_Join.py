"""The student's page: code, name and notice, then the class."""

import streamlit as st

from classroom.errors import CodeError
from classroom.notices import notice
from classroom.retention import kept_days
from classroom.ui import cookies, forms
from classroom.ui.find_class import find_class
from classroom.ui.language import choose_language
from classroom.ui.network_test import offer_network_test
from classroom.ui.page import StudentVisit, open_page, typed, visitor_cookie
from classroom.ui.rights_view import UNTIL_WHEN, show_rights
from classroom.ui.student_view import in_class, was_erased_here

token, has_left = cookies.read_student(visitor_cookie(cookies.STUDENT))
visit = open_page("Join", menu=has_left or not token)
server = visit.server

linked = st.query_params.get("code", "")
found = server.student_of(token)
# A link to another class wins over the cookie of this one.
if found and linked and linked.replace("-", "").upper() != found[1].code:
    found = None
if found:
    student, info = found
    title = forms.as_text(info.title)
    own = StudentVisit(server, student, info, token, was_open=server.is_open(info))
    if own.was_open and not has_left:
        in_class(own)
        st.stop()
    if server.is_open(info):
        st.header("You have left the class")
        st.write(f"Your camera is off here. You can come back into “{title}” as {forms.as_text(student.name)}.")
    else:
        st.header("The class has ended")
        st.write(f"“{title}” is over and your camera is off here. Thank you for taking part.")
    with st.container(horizontal=True):
        if server.is_open(info):
            forms.student_button("come-back", "Come back")
        forms.student_button("forget-me", "Join another class")
    st.caption(f"{UNTIL_WHEN} On a shared computer press “Join another class” when you are done: it forgets you.")
    show_rights(own)
    st.stop()

if was_erased_here(server):
    st.info("Everything about you in that class has been deleted, and your camera is off here.")

st.title("Join your class")
code = st.text_input(
    "Code of your class",
    value=linked or typed(cookies.NOTICE, "class_code"),
    max_chars=40,
    placeholder="ABCD-EFGH",
    help="Eight letters and digits that your teacher shows.",
)
if not code:
    st.caption("Type the code and press Enter.")
    st.stop()
try:
    info = find_class(server, code)
except CodeError as error:
    st.error(forms.as_text(str(error)))
    st.stop()

st.subheader(forms.as_text(info.title))
lang = choose_language()
settings = server.settings
words = notice(lang, info, kept_days(info.keep_days, settings.retention_days), settings.region)
name, was_asked = typed(cookies.NOTICE, "student_name"), bool(typed(cookies.NOTICE, "asked"))
forms.join_form(info, server.door.ticket(info), words, lang, name, was_asked)
if info.mode.shows.camera:
    offer_network_test(server)
