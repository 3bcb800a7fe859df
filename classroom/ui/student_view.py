"""What a student in a class sees: the own picture, what the teacher sees of it, and the ways to pause and leave."""

from html import escape

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from classroom.board import State
from classroom.errors import StoreError
from classroom.records import ClassInfo, Sharing, Student
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.camera import camera_permission_hint, is_secure, share_camera
from classroom.ui.mirror import show_mirror
from classroom.ui.words import expression_html, state_sentence

REFRESH_S = 2
# Frames that came once and stay away this long: the connection is lost, and a new one is made.
LOST_MS = 9_000
MAX_ATTEMPTS = 20


def in_class(server: ClassServer, student: Student, info: ClassInfo) -> None:
    """The page of a student in an open class."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(f'<div class="state"><span class="title">{escape(info.title)}</span></div>', width="content")
        forms.student_button("leave", "Leave the class")
    st.caption(f"You are here as {forms.as_text(student.name)}.")
    attempt = st.session_state.setdefault("camera_attempt", 0)
    if student.sharing is Sharing.NOTHING:
        st.info("You are in the class without a camera. Your teacher sees that you are here.", icon=":material/person:")
    else:
        if not is_secure(st.context.url):
            st.error(
                "Browsers give a camera only to pages over HTTPS, and this one is not. Ask your teacher for the https"
                " address, or stay in the class without a camera."
            )
        share_camera(server, student, attempt, playing=student.sharing is Sharing.CAMERA)
    _own_state(server, student, info)
    _choices(server, student)


@st.fragment(run_every=REFRESH_S)
def _own_state(server: ClassServer, student: Student, info: ClassInfo) -> None:
    """Whether the server receives, and the same label as on the teacher's board."""
    if not server.is_open(info):
        st.rerun()
    server.presence.page_ran(student, get_script_run_ctx().session_id)
    try:
        tiles = server.board(info).look(max_age_ms=REFRESH_S * 1000).tiles
    except StoreError as error:
        st.warning(str(error))
        return
    tile = next((tile for tile in tiles if tile.student_id == student.id), None)
    if tile is None or student.sharing is Sharing.NOTHING:
        return
    receives = tile.state in (State.LIVE, State.NOT_CLEAR, State.NO_FACE, State.STALE)
    show_mirror(receives, "Paused" if student.sharing is Sharing.PAUSED else "Your picture appears here")
    st.html(f'<div class="mine">{expression_html(tile)}</div>')
    st.caption(state_sentence(tile))
    _reconnect_when_lost(server, student)
    if tile.state is State.CAMERA_OFF and server.slots.last_arrival_ms(student.id) is None:
        camera_permission_hint()


def _choices(server: ClassServer, student: Student) -> None:
    def share(sharing: Sharing) -> None:
        try:
            server.share(student, sharing)
            if student.sharing is Sharing.NOTHING:
                # The component was away meanwhile and is mounted anew: under a new key, or it would find the old state.
                st.session_state["camera_attempt"] += 1
        except StoreError as error:
            st.session_state["choice_error"] = str(error)

    if problem := st.session_state.pop("choice_error", ""):
        st.error(problem)
    with st.container(horizontal=True):
        if student.sharing is Sharing.CAMERA:
            st.button("Pause my camera", icon=":material/pause:", on_click=share, args=[Sharing.PAUSED])
            st.button("Go on without camera", on_click=share, args=[Sharing.NOTHING])
        else:
            label = "Share my camera again" if student.sharing is Sharing.PAUSED else "Share my camera"
            st.button(label, icon=":material/videocam:", on_click=share, args=[Sharing.CAMERA])


def _reconnect_when_lost(server: ClassServer, student: Student) -> None:
    """Make a new connection when frames came and then stopped. One that never worked is not tried again and again."""
    arrived_ms = server.slots.last_arrival_ms(student.id)
    if student.sharing is not Sharing.CAMERA or arrived_ms is None:
        return
    silent_ms = server.clock() - max(arrived_ms, st.session_state.get("reconnected_ms", 0))
    if silent_ms > LOST_MS and st.session_state["camera_attempt"] < MAX_ATTEMPTS:
        st.session_state["camera_attempt"] += 1
        st.session_state["reconnected_ms"] = server.clock()
        st.rerun()
