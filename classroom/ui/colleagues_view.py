"""Who teaches here: a key for a new colleague, and the end of an account for who set the server up."""

import streamlit as st

from classroom.errors import ClassroomError
from classroom.records import Teacher
from classroom.ui import forms
from classroom.ui.gate import gated
from classroom.ui.page import Visit

_PROBLEM = "removal_problem"


def invite_colleague(visit: Visit) -> None:
    st.write(
        "Make a one-time key and hand it over. It creates one account, and is good for seven days as long as you teach"
        " here."
    )
    if st.button("Make a key"):
        st.session_state["new_key"] = visit.server.accounts.new_key(visit.teacher)
    if key := st.session_state.get("new_key"):
        st.code(key, language=None)
        st.caption("Shown here only. Your colleague opens “I teach” and chooses “I have a setup key”.")


def remove_colleagues(visit: Visit) -> None:
    """Nothing at all for who may remove nobody."""
    colleagues = visit.server.accounts.may_remove(visit.teacher)
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(forms.as_text(problem))
    if not colleagues:
        return
    st.subheader("A colleague has left")
    st.write("You set this server up, so you can end an account. Pages that are open there can do nothing any more.")
    for colleague in colleagues:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.write(forms.as_text(colleague.name))
            with st.popover("Remove", icon=":material/person_remove:", key=f"remove-{colleague.id}"):
                _confirm(visit, colleague)


def _confirm(visit: Visit, colleague: Teacher) -> None:
    count = len(visit.server.store.classes.of_teacher(colleague.id))
    classes = f"{count} class" if count == 1 else f"{count} classes"
    name = forms.as_text(colleague.name)
    st.write(f"The account of {name} goes, with {classes} and everything kept of them. It cannot be undone.")
    st.button(
        "Remove for good",
        type="primary",
        key=f"remove-now-{colleague.id}",
        on_click=gated(visit, _remove),
        args=(visit, colleague),
    )


def _remove(visit: Visit, colleague: Teacher) -> None:
    try:
        visit.server.keeping.remove_teacher(visit.teacher, colleague)
    except ClassroomError as error:
        st.session_state[_PROBLEM] = str(error)
