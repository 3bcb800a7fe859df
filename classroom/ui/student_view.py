"""What a student in a class sees: the own picture, what the teacher sees of it, and the ways to pause and leave."""

from html import escape

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from classroom.errors import BadInput, StoreError
from classroom.records import ClassInfo, Sharing, Student
from classroom.server import ClassServer
from classroom.ui import cookies, forms, page
from classroom.ui.badge import show_badge
from classroom.ui.camera import MAX_ATTEMPTS, is_lost, share_camera
from classroom.ui.gate import gated, gated_fragment
from classroom.ui.mirror import PROBLEMS, Camera, say_camera_problem, show_mirror
from classroom.ui.mode_words import mode_of_class
from classroom.ui.network_test import offer_network_test
from classroom.ui.page import StudentVisit
from classroom.ui.rights_view import show_rights
from classroom.ui.signal_buttons import signal_buttons
from classroom.ui.words import counted_sentence, expression_html, state_sentence

# A run of a fragment costs the server more than a student's video in that time; a tap runs it at once.
REFRESH_S = 3
# While a teacher watches, the looks for the teacher, every two seconds, are enough for everybody.
OWN_STATE_MS = 4_000
# Connections that carried no frame, one after the other. The first may fail because a whole class arrives at once.
VAIN_BEFORE_PICTURES = 2
# What this page remembers between its runs.
_PROBLEM, _SHOWN = "camera_problem", "shown_student"
_BY_PICTURES, _VAIN = "by_pictures", "connections_in_vain"


def was_erased_here(server: ClassServer) -> bool:
    """Whether the student whom this page has shown was erased meanwhile; said once."""
    student = st.session_state.pop(_SHOWN, None)
    return student is not None and server.rights.was_erased(student)


def in_class(visit: StudentVisit) -> None:
    """The page of a student in an open class."""
    server, student, info = visit.server, visit.student, visit.info
    st.session_state[_SHOWN] = student
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(f'<div class="state"><span class="title">{escape(info.title)}</span></div>', width="content")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            forms.student_button("leave", "Leave the class")
            forms.student_button("forget-me", "Leave on a shared computer", quiet=True)
    st.caption(f"You are here as {forms.as_text(student.name)}. {mode_of_class(info)}")
    attempt = st.session_state.setdefault("camera_attempt", 0)
    st.session_state.setdefault(_VAIN, 0)
    # Who reloads the page goes on as before.
    by_pictures = st.session_state.setdefault(_BY_PICTURES, server.pictures.is_used_by(student.id))
    camera = Camera.ASKED
    if not info.mode.shows.camera:
        pass  # whatever is stored or asked for: this page opens no camera and makes no connection
    elif student.sharing is Sharing.NOTHING:
        if problem := st.session_state.get(_PROBLEM):
            say_camera_problem(problem)
        else:
            sentence = "You are in the class without a camera. Your teacher sees that you are here."
            st.info(sentence, icon=":material/person:")
    else:
        wanted = student.sharing is Sharing.CAMERA
        # In containers of their own: an element that changes its place is built anew, and its connection with it.
        connection, picture = st.container(), st.container()
        with picture:
            camera = show_mirror(wanted, attempt, "Paused", by_pictures)
            if camera in PROBLEMS:
                _go_on_without(server, student, camera)
        with connection:
            share_camera(server, student, attempt, playing=wanted and camera is Camera.ON and not by_pictures)
        if camera is Camera.ON:
            st.session_state.setdefault(f"connecting-{attempt}-ms", server.clock())
    if why := server.why_video_ended(student):
        st.warning(f"Your video was ended because {forms.as_text(why)}.", icon=":material/videocam_off:")
    _live(visit, camera)
    if info.mode.shows.camera:
        _choices(visit)
    if by_pictures or st.session_state[_VAIN]:
        offer_network_test(server)
    show_rights(visit)


def _go_on_without(server: ClassServer, student: Student, camera: Camera) -> None:
    """The camera does not work, or is refused: as if none had been shared, so nobody can tell which of these it was.

    What is wrong stays on this page and is stored nowhere.
    """
    say_camera_problem(camera)
    try:
        server.share(student, Sharing.NOTHING)
    except StoreError as error:
        st.warning(str(error))
        return
    st.session_state[_PROBLEM] = camera
    st.rerun()


@gated_fragment(run_every=REFRESH_S)
def _live(visit: StudentVisit, camera: Camera) -> None:
    """What changes by itself. One fragment for all of it: every run of it is paid for by every student."""
    server, student, info = visit.server, visit.student, visit.info
    server.presence.page_ran(student, get_script_run_ctx().session_id)
    show_badge(server, student)
    signal_buttons(visit)
    _own_state(server, student, info, camera)


def _own_state(server: ClassServer, student: Student, info: ClassInfo, camera: Camera) -> None:
    """Whether the server receives, and the same label as on the teacher's board."""
    try:
        counts = info.mode.shows.by_student or server.counts(
            student, page.visitor_address(), page.visitor_cookie(cookies.TEACHER)
        )
        tiles = server.board(info).look(max_age_ms=OWN_STATE_MS).tiles
    except StoreError as error:
        st.warning(str(error))
        return
    tile = next((tile for tile in tiles if tile.student_id == student.id), None)
    if tile is None or student.sharing is Sharing.NOTHING:
        return
    if info.mode.shows.by_student:
        st.html(f'<div class="mine">{expression_html(tile)}</div>')
        st.caption(state_sentence(tile))
    else:
        st.caption(counted_sentence(tile, server.slots.last_arrival_ms(student.id) is not None, counts))
    if not st.session_state[_BY_PICTURES]:
        _reconnect_when_lost(server, student, camera)
        if st.session_state[_VAIN]:
            st.warning(
                "Your camera works, but its video does not reach the class yet. If that stays so, a picture every two"
                " seconds takes its place by itself.",
                icon=":material/wifi_off:",
            )


def _choices(visit: StudentVisit) -> None:
    server, student = visit.server, visit.student

    def share(sharing: Sharing) -> None:
        try:
            server.share(student, sharing)
            st.session_state.pop(_PROBLEM, None)
            if student.sharing is Sharing.NOTHING:
                # The component was away meanwhile and is mounted anew: under a new key, or it would find the old state.
                _try_again()
        except (BadInput, StoreError) as error:
            st.session_state["choice_error"] = str(error)

    if problem := st.session_state.pop("choice_error", ""):
        st.error(problem)
    with st.container(horizontal=True):
        if student.sharing is Sharing.CAMERA:
            st.button("Pause my camera", icon=":material/pause:", on_click=gated(visit, share), args=[Sharing.PAUSED])
            if st.session_state[_BY_PICTURES]:
                st.button("Try video again", icon=":material/refresh:", on_click=gated(visit, _try_video))
            st.button("Go on without camera", on_click=gated(visit, share), args=[Sharing.NOTHING])
        elif _PROBLEM in st.session_state:
            st.button("Try again", icon=":material/refresh:", on_click=gated(visit, share), args=[Sharing.CAMERA])
        else:
            label = "Share my camera again" if student.sharing is Sharing.PAUSED else "Share my camera"
            st.button(label, icon=":material/videocam:", on_click=gated(visit, share), args=[Sharing.CAMERA])


def _reconnect_when_lost(server: ClassServer, student: Student, camera: Camera) -> None:
    """Make a new connection when the camera works and no frame comes any more, or never came."""
    attempt = st.session_state["camera_attempt"]
    began_ms = st.session_state.get(f"connecting-{attempt}-ms")
    if camera is not Camera.ON or began_ms is None or attempt >= MAX_ATTEMPTS:
        return
    arrived_ms = server.slots.last_arrival_ms(student.id)
    if (arrived_ms or 0) >= began_ms:
        st.session_state[_VAIN] = 0
    if is_lost(server.clock(), began_ms, arrived_ms):
        st.session_state[_VAIN] += (arrived_ms or 0) < began_ms
        if st.session_state[_VAIN] < VAIN_BEFORE_PICTURES:
            _try_again()
        else:
            st.session_state[_BY_PICTURES] = True
        st.rerun()


def _try_video() -> None:
    st.session_state[_BY_PICTURES], st.session_state[_VAIN] = False, 0
    _try_again()


def _try_again() -> None:
    """Ask for the camera anew and make a new connection."""
    st.session_state["camera_attempt"] += 1
