"""The five buttons of a student. They need no camera."""

import streamlit as st

from classroom.errors import BadInput, StoreError
from classroom.records import SignalKind
from classroom.ui.gate import gated
from classroom.ui.page import StudentVisit
from classroom.ui.signal_words import LABELS, said_html

_ICONS = {
    SignalKind.GOT_IT: ":material/thumb_up:",
    SignalKind.LOST: ":material/help:",
    SignalKind.TOO_FAST: ":material/fast_forward:",
    SignalKind.TOO_SLOW: ":material/slow_motion_video:",
    SignalKind.HAND_UP: ":material/back_hand:",
}
# A refusal is read once and must not stay for ever; the page runs every few seconds.
_SHOWN_MS = 6_000
_REFUSED = "signal_refused"


def signal_buttons(visit: StudentVisit) -> None:
    """Call it in a fragment: a tap runs that alone, and never the part of the page that holds the camera."""
    try:
        said = visit.server.signals.standing(visit.student)
    except StoreError as error:
        st.warning(str(error))
        return
    with st.container(key="signals"):
        for kind, icon in _ICONS.items():
            st.button(
                f"{LABELS[kind]} ✓" if kind in said else LABELS[kind],
                key=f"signal-{kind.name.lower()}",
                icon=icon,
                type="primary" if kind in said else "secondary",
                on_click=gated(visit, _press),
                args=[visit, kind, kind in said],
                width="stretch",
            )
    refusal, until_ms = st.session_state.get(_REFUSED, ("", 0))
    st.html(said_html(said, refusal if visit.server.clock() < until_ms else ""))


def _press(visit: StudentVisit, kind: SignalKind, is_said: bool) -> None:
    st.session_state.pop(_REFUSED, None)
    try:
        (visit.server.take_back if is_said else visit.server.signal)(visit.student, kind)
    except (BadInput, StoreError) as error:
        st.session_state[_REFUSED] = (str(error), visit.server.clock() + _SHOWN_MS)
