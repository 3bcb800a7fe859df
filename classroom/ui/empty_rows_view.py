"""One button that takes out of a class what nobody fills, such as what a script has joined."""

import streamlit as st

from classroom.empty_rows import EmptyRow
from classroom.errors import ClassroomError
from classroom.records import ClassInfo
from classroom.ui import forms
from classroom.ui.gate import gated, gated_fragment
from classroom.ui.page import Visit

_SAID = "rows_cleared"


@gated_fragment
def clear_rows(visit: Visit, info: ClassInfo) -> None:
    """Call it on the page of a class that runs. A fragment: opening it runs nothing else of the page."""
    label, icon, key = "Clear empty places", ":material/person_remove:", f"clear-{info.id}"
    with st.popover(label, icon=icon, on_change="rerun", key=key) as shown:
        if not _is_open(shown):
            st.session_state.pop(_SAID, None)
            return
        try:
            rows = visit.server.empty_rows.of(info)
        except ClassroomError as error:
            st.warning(forms.as_text(str(error)))
            return
        if said := st.session_state.get(_SAID):
            st.info(forms.as_text(said))
        if rows:
            _choose(visit, info, rows)
        elif not said:
            st.write("There are none. A place is empty when it has neither a reading nor a tap.")


def _is_open(popover) -> bool:
    """Whether somebody looks; until then nothing is read."""
    return bool(popover.open)


def _choose(visit: Visit, info: ClassInfo, rows: list[EmptyRow]) -> None:
    names = {row.student.id: forms.as_text(row.student.name) for row in rows}
    gone = [row.student.id for row in rows if not row.is_here]
    words = f"{_count(len(rows))} with neither a reading nor a tap."
    if gone:
        words += f" Chosen: {len(gone)} in which nobody is now."
    if len(gone) < len(rows):
        words += " Whoever is there now may be a student without a camera."
    st.write(words)
    button = st.container()  # over the names: there may be many
    chosen = st.pills(
        "Places to clear",
        names,
        selection_mode="multi",
        default=gone,
        format_func=names.get,
        key=f"rows-{info.id}-{hash(tuple(names))}",  # other rows are another choice
        label_visibility="collapsed",
    )
    button.button(
        f"Clear {_count(len(chosen))}" if chosen else "Choose some first",
        type="primary",
        disabled=not chosen,
        on_click=gated(visit, _clear),
        args=(visit, info, tuple(chosen)),
        key=f"clear-now-{info.id}",
    )
    st.caption("Whoever was in one of them can join again at once. It cannot be undone.")


def _clear(visit: Visit, info: ClassInfo, student_ids: tuple[int, ...]) -> None:
    try:
        count = visit.server.empty_rows.clear(visit.teacher, info, student_ids)
    except ClassroomError as error:
        st.session_state[_SAID] = str(error)
    else:
        st.session_state[_SAID] = f"{_count(count)} cleared."


def _count(rows: int) -> str:
    return "1 place" if rows == 1 else f"{rows} places"
