"""The one screen before the first class: on what lawful basis this server is used. Behind the teachers' gate."""

import streamlit as st

from classroom.errors import BadInput
from classroom.lawful import BASES, VERSION, LawfulBases, points
from classroom.records import Teacher
from classroom.ui import forms


def ask_for_lawful_basis(lawful: LawfulBases, teacher: Teacher) -> None:
    """Ask, and keep the answer. The page goes on as soon as it is there."""
    st.header("Before the first class")
    st.write("Whoever uses ClassPulse with other people answers for it. Please read and confirm, once for this server.")
    with st.form("lawful", border=False):
        st.markdown("\n".join(f"- {point}" for point in points(lawful.expression)))
        basis = st.radio("On what basis?", list(BASES), index=None, format_func=BASES.get)
        note = st.text_input("Where that is written down (optional)", max_chars=120, placeholder="File, date, person")
        agreed = st.checkbox("I have checked these points. They hold for this server and everybody in its classes.")
        st.caption(f"Kept with your name, the time, and the version of this text ({VERSION}).")
        if st.form_submit_button("Confirm", type="primary"):
            try:
                lawful.confirm(teacher, basis or "", note, agreed)
            except BadInput as error:
                st.error(forms.as_text(str(error)))
            else:
                st.rerun()
