"""A teacher's own account: another password, and out of every browser at once."""

import streamlit as st

from classroom.ui import forms
from classroom.ui.page import Visit


def show_account(visit: Visit) -> None:
    accounts, teacher = visit.server.accounts, visit.teacher
    count = accounts.browsers(teacher)
    where = "in this browser only" if count == 1 else f"in {count} browsers, this one among them"
    st.write(f"You are signed in as **{forms.as_text(teacher.name)}**, {where}.")
    if accounts.has_password(teacher):
        with st.expander("Change the password", icon=":material/key:"):
            forms.password_form(teacher.name)
    with st.expander("Sign out everywhere", icon=":material/logout:"):
        st.write(
            "For when a computer was lost, or somebody may know your password. Every browser is signed out at once,"
            " this one too, and keys that you made for colleagues end if nobody has used them. Classes that run go on."
        )
        forms.sign_out_everywhere_button()
