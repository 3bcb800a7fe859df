"""The teacher's quick row: what happens in the lesson now, with one button or key; and the hands to lower."""

from html import escape

import streamlit as st

from classroom.board import Board
from classroom.errors import ClassroomError
from classroom.marker_labels import words
from classroom.records import ClassInfo, Marker, MarkerKind
from classroom.ui import forms
from classroom.ui.gate import gated
from classroom.ui.page import Visit
from classroom.ui.signal_words import hands_up, short_name

# Label, icon and key of what needs no text; C and R are Streamlit's own keys.
_BUTTONS = {
    MarkerKind.QUESTION: ("Question", ":material/contact_support:", "Q"),
    MarkerKind.TOPIC: ("New topic", ":material/bookmark:", "T"),
    MarkerKind.EXERCISE: ("Exercise", ":material/edit_note:", "E"),
    MarkerKind.JOKE: ("Joke", ":material/mood:", "J"),
}
_TEXT = "marker_text"
_PROBLEM = "marker_problem"
_SHOWN_MS = 6_000
MOST_HANDS = 6


def hands_to_lower(visit: Visit, info: ClassInfo, board: Board) -> None:
    """A button a hand, the longest first. The row keeps its height, so that nothing jumps."""
    with st.container(horizontal=True, key="hands"):
        hands = hands_up(board)
        problem, until_ms = st.session_state.get(_PROBLEM, ("", 0))
        if visit.server.clock() < until_ms:
            st.html(f'<span class="warn" role="status">{escape(problem)}</span>', width="content")
        elif not hands:
            st.caption("When a student raises a hand, you lower it here.")
        for student_id, name in hands[:MOST_HANDS]:
            st.button(
                f"Lower {forms.as_text(short_name(name))}",
                key=f"lower-{student_id}",
                icon=":material/back_hand:",
                on_click=gated(visit, _try),
                args=[visit, visit.server.markers.lower_hand, info, student_id],
            )
        if len(hands) > MOST_HANDS:
            st.caption(f"and {len(hands) - MOST_HANDS} more")


def marker_row(visit: Visit, info: ClassInfo, board: Board) -> None:
    """Markers for this moment. The text is optional for all but a note, and Enter is a note."""
    with st.form(f"markers-{info.id}", clear_on_submit=True, border=False):
        with st.container(horizontal=True, vertical_alignment="center", key="markers"):
            st.text_input(
                "What happens now",
                key=_TEXT,
                max_chars=120,
                placeholder="What? (optional)",
                label_visibility="collapsed",
                width=190,
            )
            _button(visit, "Note", ":material/sticky_note_2:", "note", _mark, info, MarkerKind.NOTE)
            for kind, (label, icon, shortcut) in _BUTTONS.items():
                _button(visit, label, icon, kind.name.lower(), _mark, info, kind, shortcut=shortcut)
            if board.in_break:
                _button(visit, "Go on", ":material/play_arrow:", "break", _go_on, info, shortcut="B", type="primary")
            else:
                _button(visit, "Break", ":material/coffee:", "break", _mark, info, MarkerKind.BREAK, shortcut="B")
            last = max(board.markers, key=lambda marker: marker.id, default=None)
            label = f"Undo {forms.as_text(words(last))}" if last else "Undo"
            _button(
                visit, label, ":material/undo:", "undo", _unmark, info, last, disabled=last is None, type="tertiary"
            )


def _button(visit: Visit, label: str, icon: str, key: str, act, *arguments, **options) -> None:
    st.form_submit_button(
        label, key=f"marker-{key}", icon=icon, on_click=gated(visit, act), args=(visit, *arguments), **options
    )


def _mark(visit: Visit, info: ClassInfo, kind: MarkerKind) -> None:
    _try(visit, visit.server.markers.mark, info, kind, st.session_state[_TEXT])


def _go_on(visit: Visit, info: ClassInfo) -> None:
    _try(visit, visit.server.markers.go_on, info)


def _unmark(visit: Visit, info: ClassInfo, marker: Marker) -> None:
    _try(visit, visit.server.markers.unmark, info, marker)


def _try(visit: Visit, act, *arguments) -> None:
    """Do it, or have the row say for a while why not.

    Not ``st.toast``: from a fragment it takes the place of the page's style sheet, which is gone then.
    """
    try:
        act(visit.teacher, *arguments)
    except ClassroomError as error:
        st.session_state[_PROBLEM] = (str(error), visit.server.clock() + _SHOWN_MS)
