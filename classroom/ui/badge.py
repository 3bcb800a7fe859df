"""The badge of a student's page. It says what the server does, whatever the browser believes of its camera."""

import streamlit as st

from classroom.records import Student
from classroom.server import ClassServer
from classroom.watched import Watched, watched

_SAYS = {
    Watched.ANALYSED: "Your camera is being analysed",
    Watched.ARRIVES: "Your picture arrives at the class; it is not being read just now",
    Watched.NOT: "Your camera is not being analysed",
}


def show_badge(server: ClassServer, student: Student) -> None:
    """Whether pictures of this student come and are read, and how old the newest reading is."""
    now_ms, read_ms = server.clock(), server.ticker.last_read_ms(student.id)
    state = watched(now_ms, server.slots.last_arrival_ms(student.id), read_ms)
    st.html(badge_html(state, (now_ms - read_ms) / 1000 if read_ms is not None else None))


def badge_html(state: Watched, age_s: float | None) -> str:
    """The badge.

    Args:
        age_s: of the newest reading in seconds, ``None``: there is none.
    """
    age = ""
    if state is Watched.ANALYSED and age_s is not None:
        age = f'<span class="age">read {f"{age_s:.0f} s ago" if age_s >= 1.5 else "just now"}</span>'
    return f'<div class="badge {state.value}" data-watched="{state.value}"><i></i><b>{_SAYS[state]}</b>{age}</div>'
