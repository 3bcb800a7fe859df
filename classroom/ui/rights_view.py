"""What is stored about me: a quiet button that opens on what there is, and on the ways to take it back."""

import streamlit as st

from classroom.clock import as_utc
from classroom.errors import BadInput, StoreError
from classroom.records import ClassInfo
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.addresses import MY_DATA
from classroom.ui.gate import gated, gated_fragment
from classroom.ui.keeping import days_after
from classroom.ui.page import StudentVisit, visitor_zone

_DONE = "taken_back"
UNTIL_WHEN = (
    "Until a day after you were last here, this browser shows what is stored about you and can delete it. Later, or"
    " when it has forgotten you, ask your teacher."
)
_FORGOTTEN = (
    "What you showed in the last seconds counts no more. What was told of the whole class before that stays: nobody can"
    " be taken out of it."
)
_KEPT = {
    "readings": ("reading of your face", "readings of your face"),
    "signals": ("tap on a button", "taps on buttons"),
    "visits": ("time that you were here", "times that you were here"),
    "alerts": ("note that you may need a hand", "notes that you may need a hand"),
}


@gated_fragment
def show_rights(visit: StudentVisit) -> None:
    """Call it at the end of a student's page. A fragment, so that it never runs the part that holds the camera."""
    server, info = visit.server, visit.info
    label, icon = "What is stored about me", ":material/shield_person:"
    with st.popover(label, icon=icon, on_change="rerun", key="rights", type="tertiary") as shown:
        if not _is_open(shown):
            st.session_state.pop(_DONE, None)
            return
        try:
            rows = server.rights.everything(visit.student)
            deleted_ms = server.keeping.deletion_ms(info)
        except StoreError as error:
            st.warning(str(error))
            return
        st.write(f"{_stored({name: len(found) for name, found in rows.items()})} No picture and no sound.")
        st.write(_deleted(server, info, deleted_ms))
        st.html(f'<a class="button" href="{MY_DATA}" download>Download all of it</a>')
        by_student = info.mode.shows.by_student
        if server.is_open(info) and (rows["readings"] or not by_student or _DONE in st.session_state):
            _take_back(visit, by_student)
        st.caption(UNTIL_WHEN)
        st.caption("Leave the class, and delete everything about you in it. It cannot be undone.")
        forms.student_button("erase-me", "Leave and erase")


def _is_open(popover) -> bool:
    """Whether somebody looks; until then nothing is read."""
    return bool(popover.open)


def _take_back(visit: StudentVisit, by_student: bool) -> None:
    def take_back() -> None:
        try:
            count = visit.server.rights.take_back(visit.student)
            st.session_state[_DONE] = _taken_back(count) if by_student else _FORGOTTEN
        except (BadInput, StoreError) as error:
            st.session_state[_DONE] = str(error)

    what = "delete the last minute" if by_student else "forget the last seconds"
    st.button(f"That's wrong: {what}", icon=":material/undo:", on_click=gated(visit, take_back))
    if done := st.session_state.get(_DONE):
        st.caption(done)


def _stored(counts: dict[str, int]) -> str:
    """What there is, in one sentence."""
    parts = [
        "Your name",
        *(_count(counts[table], *words) for table, words in _KEPT.items() if counts.get(table)),
    ]
    return f"{', '.join(parts)}."


def _deleted(server: ClassServer, info: ClassInfo, deleted_ms: int | None) -> str:
    if deleted_ms is None:
        return "It stays until your teacher deletes the class, or you erase it here."
    if server.is_open(info):
        return f"It is deleted {days_after(server, info)} the class."
    return f"It is deleted on {as_utc(deleted_ms).astimezone(visitor_zone()):%-d %B %Y}."


def _taken_back(count: int) -> str:
    if not count:
        return "There was nothing of the last minute."
    return f"{_count(count, 'reading', 'readings')} of the last minute deleted, on your teacher's board, too."


def _count(count: int, one: str, many: str) -> str:
    return f"{count or 'no'} {one if count == 1 else many}"
