"""One camera of the room, shared by the teacher: its section on the page of a running class."""

import streamlit as st

from classroom.errors import BadInput
from classroom.records import ClassInfo
from classroom.ui.camera import MAX_ATTEMPTS, is_lost, share_room
from classroom.ui.gate import gated, gated_fragment
from classroom.ui.mirror import PROBLEMS, ROOM_KEY, Camera, Cameras, show_room
from classroom.ui.page import Visit
from classroom.ui.room_words import room_sentence, seat_plan_html

REFRESH_S = 2
# Small faces need pixels; more than this is made smaller before it is read. One look a second needs few frames.
VIDEO = {"width": {"ideal": 1920}, "height": {"ideal": 1080}, "frameRate": {"max": 5}}
# A browser begins with 640 x 360 and enlarges it step by step as it finds that the line carries it.
GROWS_MS = 60_000
LARGE_PX = 1280
_INSECURE = "Browsers give a camera only to pages over HTTPS. Open ClassPulse by its https address, then try again."
_GROWS = "Your browser begins with a small picture. It grows within a minute; then smaller faces are found."
_SMALL = (
    "The picture is small, so only near faces are found. It grows with a better camera, a faster line, or less work for"
    " this machine."
)
# What this page remembers between its runs.
_SHARED = "room_shared"
_NOTICE = "room_notice"


def share_room_camera(visit: Visit, info: ClassInfo) -> None:
    """The section, closed until it is wanted. Call it in every run of the page: what is left out of one is reset."""
    shared = _shared(visit, info)
    with st.expander("Share one camera of the room", icon=":material/groups:", key=f"room-{info.id}"):
        if notice := st.session_state.pop(_NOTICE, ""):
            st.warning(notice, icon=":material/videocam_off:")
        if shared is None:
            _invitation(visit, info)
        else:
            _sharing(visit, info, shared)


def _invitation(visit: Visit, info: ClassInfo) -> None:
    st.write(
        "For a class in one room, or for the gallery of a video call by way of a virtual camera. Every face in the"
        " picture becomes a seat on the board: Person 1, Person 2 … No name is known, and no face is recognised."
    )
    st.write(
        "**Tell everyone in the picture before you start.** The picture is read on the machine that runs ClassPulse, is"
        " never kept, and is shown to nobody but you. Whoever also shares a camera of their own counts twice."
    )
    st.button("Start the camera", icon=":material/videocam:", on_click=gated(visit, _start), args=[visit, info])


def _sharing(visit: Visit, info: ClassInfo, shared: dict) -> None:
    # Containers of their own, always the same ones: an element that changes its place is built anew.
    columns, connection = st.columns(2), st.container()
    video = VIDEO | ({"deviceId": {"exact": shared["device"]}} if shared["device"] else {})
    with columns[0], st.container(gap=None):
        camera, cameras = show_room(shared["sharer"], video)
        # Only now: a run may be broken off by the next one before it comes here, and that is not a page that was left.
        shared["mounted"] = True
        _numbers_over_the_picture(visit, info)
    if camera is Camera.ON and shared["began_ms"] is None:
        shared["began_ms"] = visit.server.clock()
    with connection:
        share_room(visit.server, info, shared["sharer"], video, playing=camera is Camera.ON)
    with columns[1]:
        _what_is_seen(visit, info, camera)
        _choose_camera(visit, info, shared, cameras)
        with st.container(horizontal=True):
            if camera in PROBLEMS:
                again = [visit, info, shared["device"]]
                st.button("Try again", icon=":material/refresh:", on_click=gated(visit, _start), args=again)
            st.button("Stop the camera", icon=":material/videocam_off:", on_click=gated(visit, _stop), args=[visit])
        st.caption("Only you see the picture. The numbers are the seats, their colour is the expression shown.")


@gated_fragment(run_every=REFRESH_S)
def _numbers_over_the_picture(visit: Visit, info: ClassInfo) -> None:
    st.html(seat_plan_html(visit.server.rooms.view(info.id)))


@gated_fragment(run_every=REFRESH_S)
def _what_is_seen(visit: Visit, info: ClassInfo, camera: Camera) -> None:
    """What the last look found; starts again what was lost."""
    server, shared = visit.server, st.session_state.get(_SHARED)
    if shared is None or not server.is_open(info):
        st.rerun()
    view = server.rooms.view(info.id)
    if view.sharer != shared["sharer"]:
        _stop(visit)
        st.session_state[_NOTICE] = "Stopped here: this class takes the picture of another page of yours now."
        st.rerun()
    if camera in PROBLEMS:
        st.warning(_INSECURE if camera is Camera.INSECURE else PROBLEMS[camera], icon=":material/videocam_off:")
        return
    if camera is Camera.ASKED:
        st.write("Your browser asks whether it may use the camera.")
        return
    st.write(room_sentence(view, server.clock()))
    began_ms, tries = shared["began_ms"], shared["tries"]
    if view.look and view.size_px[0] < LARGE_PX:
        st.caption(_GROWS if server.clock() - (began_ms or 0) < GROWS_MS else _SMALL)
    if began_ms and tries < MAX_ATTEMPTS and is_lost(server.clock(), began_ms, view.frame_ms):
        _start(visit, info, shared["device"], tries + 1)
        st.rerun()


def _choose_camera(visit: Visit, info: ClassInfo, shared: dict, cameras: Cameras) -> None:
    if len(cameras.labels) < 2:
        return
    devices = list(cameras.labels)
    key = f"room-device-{shared['sharer']}"

    def change() -> None:
        _start(visit, info, st.session_state[key])

    st.selectbox(
        "Camera",
        devices,
        index=devices.index(cameras.device) if cameras.device in devices else None,
        format_func=cameras.labels.get,
        key=key,
        on_change=gated(visit, change),
        width=360,
    )


def _shared(visit: Visit, info: ClassInfo) -> dict | None:
    """What this page shares with this class, ``None`` when it does not share.

    A page that was left, for another page or another class, has lost its camera; it starts again by the button only.
    """
    shared = st.session_state.get(_SHARED)
    if shared is None:
        return None
    was_left = shared["mounted"] and ROOM_KEY not in st.session_state
    if shared["class_id"] != info.id or was_left:
        _stop(visit)
        return None
    return shared


def _start(visit: Visit, info: ClassInfo, device: str = "", tries: int = 0) -> None:
    """Ask for the camera anew and make a new connection."""
    try:
        sharer = visit.server.share_room(info, visit.asked_elsewhere())
    except BadInput as error:
        st.session_state[_NOTICE] = str(error)
        return
    st.session_state[_SHARED] = {
        "class_id": info.id,
        "sharer": sharer,
        "device": device,
        "tries": tries,
        "began_ms": None,
        "mounted": False,
    }


def _stop(visit: Visit) -> None:
    if shared := st.session_state.pop(_SHARED, None):
        visit.server.rooms.unshare(shared["class_id"], shared["sharer"])
