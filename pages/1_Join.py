"""The student's page: code, name and notice, then the class."""

import streamlit as st

from classroom.codes import parse_code
from classroom.errors import CodeError
from classroom.naming import name_key
from classroom.ui import cookies, forms
from classroom.ui.page import open_page, typed, visitor_cookie
from classroom.ui.student_view import in_class

visit = open_page("Join", menu=not visitor_cookie(cookies.STUDENT))
server = visit.server

found = server.student_of(visitor_cookie(cookies.STUDENT))
linked = st.query_params.get("code", "")
# A link to another class wins over the cookie of an old one.
if found and (found[1].is_open or not linked):
    student, info = found
    if server.is_open(info):
        in_class(server, student, info)
    else:
        st.header("The class has ended")
        st.write("Your camera is off here. Thank you for taking part.")
        forms.leave_button()
    st.stop()

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
    info = server.store.classes.of_code(parse_code(code))
except CodeError as error:
    st.error(forms.as_text(str(error)))
    st.stop()

taken = {name_key(student.name) for student in server.store.classes.students(info.id)}
free = [name for name in server.store.classes.roster(info.id) if name_key(name) not in taken]
st.subheader(forms.as_text(info.title))
forms.join_form(info.code, typed(cookies.NOTICE, "student_name"), free)
