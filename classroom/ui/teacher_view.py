"""Before and after the board: opening a class, and what follows its end."""

from collections.abc import Sequence

import streamlit as st

from classroom.errors import BadInput, NotAllowed, StoreError
from classroom.lawful import why_no_files
from classroom.modes import Mode
from classroom.records import ClassInfo
from classroom.roster import decode_roster, names_to_check
from classroom.settings import Settings
from classroom.ui import forms
from classroom.ui.addresses import PAGE_FILES, REPORTS
from classroom.ui.empty_rows_view import clear_rows
from classroom.ui.gate import gated
from classroom.ui.keeping import choose_days
from classroom.ui.mode_words import teacher_line
from classroom.ui.page import Visit

# Ten times what the longest class list has; the page's connection takes no message of a megabyte.
LONGEST_PASTED = 300_000
# What this page remembers between its runs.
_OPENING, _WATCHED, _SHOWN_LIST = "opening_another", "watched_class", "shown_list"


def is_opening(running: Sequence[ClassInfo]) -> bool:
    """Whether the form for a new class is to be shown: nothing runs, or it was asked for."""
    return not running or bool(st.session_state.get(_OPENING))


def open_class_form(visit: Visit, running: Sequence[ClassInfo]) -> None:
    """Title and class list. What was typed stays in place when it cannot be used."""
    st.title("Open a class")
    with st.form("open_class"):
        title = st.text_input("Title", max_chars=120, placeholder="Physics, group B")
        pasted = st.text_area(
            "Class list (optional)", placeholder="One name a line", height=120, max_chars=LONGEST_PASTED
        )
        file = st.file_uploader("or a CSV file with the names (optional)", type=["csv", "txt"], max_upload_size=5)
        mode = _choose_mode(visit.server.settings)
        keep_days = choose_days(visit.server)
        if st.form_submit_button("Open the class", type="primary"):
            try:
                roster = _checked_list(file) if file else pasted
                info = visit.server.open_class(visit.teacher, title, roster, mode, keep_days)
            except (BadInput, NotAllowed) as error:
                st.error(forms.as_text(str(error)))
            else:
                st.session_state.pop(_OPENING, None)
                st.query_params["class"] = str(info.id)
                st.rerun()
    if running:
        st.button("Back to the running class", on_click=gated(visit, lambda: st.session_state.pop(_OPENING, None)))


def _checked_list(file) -> str:
    """The text of an uploaded list. Names whose letters are a guess are shown, and taken the second time.

    Raises:
        BadInput: it is no text, or its names are to be looked at first.
    """
    names = names_to_check(file.getvalue())
    if names and st.session_state.get(_SHOWN_LIST) != file.file_id:
        st.session_state[_SHOWN_LIST] = file.file_id
        read = ", ".join(f"“{name}”" for name in names)
        raise BadInput(
            f"This file does not say which letters it uses. Are these names right: {read}? If so, press “Open the"
            " class” once more; if not, save the list as “CSV UTF-8” and choose that file."
        )
    return decode_roster(file.getvalue())


def _choose_mode(settings: Settings) -> Mode:
    if len(settings.modes) == 1:
        (mode,) = settings.modes
        st.markdown(f"What is shown of the students: **{mode.title}.** {teacher_line(mode, settings.smallest_group)}")
        return mode
    return st.radio(
        "What is shown of the students",
        settings.modes,
        index=settings.modes.index(settings.default_mode),
        format_func=lambda mode: mode.title,
        captions=[teacher_line(mode, settings.smallest_group) for mode in settings.modes],
        help="Students read it before they join. It stays as it is until the class ends.",
        key="mode",
    )


def choose_class(running: Sequence[ClassInfo]) -> ClassInfo:
    """The class on the board: the one in the address, or the newest; a choice when there are several."""
    wanted = st.query_params.get("class", "")
    info = next((each for each in running if str(each.id) == wanted), running[0])
    if len(running) > 1:
        index = running.index(info)
        info = st.selectbox("Class", running, index=index, format_func=lambda each: f"{each.title} ({each.code})")
    st.session_state[_WATCHED] = info.id
    return info


def end_or_open(visit: Visit, info: ClassInfo) -> None:
    """The buttons under the board."""

    def end() -> None:
        try:
            visit.server.end_class(info)
        except StoreError as error:
            st.session_state["end_problem"] = str(error)

    if problem := st.session_state.pop("end_problem", ""):
        st.error(f"The class goes on. {forms.as_text(problem)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("End the class", icon=":material/stop_circle:"):
            st.write("Students see that it has ended. The files and the report stay in Reports.")
            st.button("End it now", type="primary", on_click=gated(visit, end))
        st.button("Open another class", on_click=gated(visit, lambda: st.session_state.update({_OPENING: True})))
        clear_rows(visit, info)
        st.page_link(PAGE_FILES[REPORTS], label="Past classes")


def just_ended(visit: Visit) -> ClassInfo | None:
    """The class that was on this page and has ended since, here or in another browser."""
    info = visit.server.own_class(visit.teacher, st.session_state.get(_WATCHED, 0))
    return None if info is None or info.is_open else info


def after_the_end(visit: Visit, info: ClassInfo) -> None:
    """The files at once, and the ways on."""
    st.title("The class has ended")
    why_none = why_no_files(visit.server.settings)
    st.write("You find it in Reports at any time." if why_none else "Its files are ready. You find it in Reports, too.")
    forms.download_links(info, visit.zone.key, why_none=why_none)
    with st.container(horizontal=True):
        st.page_link(PAGE_FILES[REPORTS], label="See its report", query_params={"class": str(info.id)})
        st.button("Open a new class", on_click=gated(visit, lambda: st.session_state.pop(_WATCHED, None)))
