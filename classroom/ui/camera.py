"""The one call of streamlit-webrtc. What must stay as it is here says why.

Told to play, its browser part opens the camera, and when that fails it tries again at once and for ever. So it is told
to play only after ``mirror`` has opened the same camera.
"""

import contextlib
import secrets
from collections.abc import Callable

import streamlit as st
from streamlit_webrtc import VideoSinkTrack, WebRtcMode, component, webrtc, webrtc_streamer
from streamlit_webrtc.component import generate_frontend_component_key

from classroom.records import ClassInfo, Student
from classroom.server import ClassServer
from classroom.turn import stun_servers, turn_servers
from classroom.ui import peer_guard, port_guard, said
from classroom.ui.page import visitor_address
from classroom.ui.peer_guard import PeerGuard, Refused

# A face is read at 48x48: more pixels or frames than this only cost the student's line and the school's machine.
STUDENT_VIDEO = {"width": 320, "height": 240, "frameRate": {"max": 6}}
# Frames that came once and stay away for this long: the connection is lost, and a new one is made.
LOST_MS = 9_000
# Longer than streamlit-webrtc waits for the answer to an offer, which a server with many arrivals may miss.
NEVER_CONNECTED_MS = 15_000
MAX_ATTEMPTS = 20
# Runs in a row that streamlit-webrtc ended to begin another one. Two or three belong to every connection; one that goes
# on like that is given up, or it would cost the whole class the server and never come to an end.
MOST_ENDED_RUNS = 20
_HELD_BACK = (
    "The camera was connected many times within a minute, so it has to wait a minute. It is tried again by itself."
)
# A new server process must not answer the offer of a connection that died with the old one; a new key makes a new one.
_BOOT = secrets.token_hex(4)

peer_guard.install(webrtc)
port_guard.install()
said.install(component)


def share_camera(server: ClassServer, student: Student, attempt: int, playing: bool) -> None:
    """The student's picture, sent to the server while ``playing``. Call it in every run of the page.

    Args:
        attempt: a new number makes a new connection, after one was lost.
    """
    key = f"camera-{_BOOT}-{student.id}-{attempt}"
    guard = _guard_of(server, key, f"student {student.id}", lambda why: server.end_video(student, why))
    _send(server, key, playing, STUDENT_VIDEO, lambda frame: server.frame_arrived(student, frame), guard)


def share_room(server: ClassServer, info: ClassInfo, sharer: int, video: dict, playing: bool) -> None:
    """The picture of the teacher's room camera, as ``share_camera``.

    Args:
        sharer: the number that ``ClassServer.share_room`` gave; a new one makes a new connection.
        video: what to ask the browser for.
    """
    key = f"room-{_BOOT}-{info.id}-{sharer}"
    guard = _guard_of(server, key, f"the room of class {info.id}", lambda why: None)
    _send(server, key, playing, video, lambda frame: server.rooms.frame_arrived(info.id, sharer, frame), guard)


def is_lost(now_ms: int, began_ms: int, arrived_ms: int | None) -> bool:
    """Whether a connection with a camera that works has been silent for too long.

    Args:
        began_ms: when the camera was there.
        arrived_ms: when the newest frame came, ``None`` when none has come.
    """
    return now_ms - max(arrived_ms or 0, began_ms) > (LOST_MS if arrived_ms else NEVER_CONNECTED_MS)


def _guard_of(server: ClassServer, key: str, who: str, ended: Callable[[str], None]) -> PeerGuard:
    """The one of this page and camera: a run of the page must not forget what the runs before have seen."""
    new = PeerGuard(who, ended, lambda: server.connections.count(who), visitor_address())
    return st.session_state.setdefault(f"{key}-guard", new)


def _as_the_browser_says(key: str) -> None:
    """Let streamlit-webrtc know what its part in the browser said last, which it may have forgotten.

    It takes a connection back to its beginning when the page seems to have left the camera out of a run. It counts runs
    when the message that one has ended is sent, so on a busy event loop two runs are counted late and at once, and look
    like one without the camera. What the browser said is still there and it says nothing new, so from then on every run
    would make a connection, the next take it back, and so on for ever, many times a second.
    """
    context, value = (st.session_state.get(each) for each in (key, generate_frontend_component_key(key)))
    if context is not None and value is not None:
        context._last_rendered_run_count = None  # it is shown, so no run was without it
        context._set_state(component.compile_state(value))


def _send(
    server: ClassServer,
    key: str,
    playing: bool,
    video: dict,
    arrived: Callable[[object], None],
    guard: PeerGuard,
) -> None:
    def received(frame):
        arrived(frame)
        guard.decoded()

    # Mounted when there is something to send, and from then on always: a component that is left out of a run is reset.
    shown = st.session_state.get(f"{key}-shown", False)
    if not (playing or shown):
        return
    st.session_state[f"{key}-shown"] = True
    # Not before it has reported its state for the first time: it loads code until then, and every run meanwhile would
    # start one more connection (seen: three offers at once, an answer to the wrong one, 20 s until it worked; after a
    # restart of the server runs follow each other at once). The report makes the run that begins the connection.
    loaded = f"{key}-loaded"
    if st.session_state.get(generate_frontend_component_key(key)) is not None:
        st.session_state[loaded] = True  # kept: in some runs streamlit-webrtc's value is missing
    stun, turn = stun_servers(server.settings), f"{key}-turn"
    # Made once for a connection: new credentials in every run would be a new configuration in every run.
    if turn not in st.session_state:
        st.session_state[turn] = turn_servers(server.settings, key, server.clock())
    ended_runs = f"{key}-ended-runs"
    before = st.session_state.get(ended_runs, 0)
    if before >= MOST_ENDED_RUNS:
        return
    st.session_state[ended_runs] = before + 1
    _as_the_browser_says(key)
    # What was wrong with an offer has been said; the page goes on.
    with guard.watching(), contextlib.suppress(Refused):
        webrtc_streamer(
            key=key,
            mode=WebRtcMode.SENDONLY,
            # Empty lists, not None: without one streamlit-webrtc asks a server on the internet for its address. The way
            # through TURN belongs to the browser's end; one more at this end would be a detour for nothing.
            server_rtc_configuration={"iceServers": stun},
            frontend_rtc_configuration={"iceServers": [*stun, *st.session_state[turn]]},
            media_stream_constraints={"video": video, "audio": False},
            # Called on the event loop that carries everybody's video: never decode, wait or raise in it. A frame
            # callback would be a thread and an event loop of its own for every student, which cost more than everything
            # they do.
            sink_video_track=VideoSinkTrack(received),
            desired_playing_state=playing and st.session_state.get(loaded, False),
            media_toggle_controls=False,
            video_html_attrs={"autoPlay": True, "controls": False, "muted": True, "style": {"width": "100%"}},
        )
    st.session_state[ended_runs] = 0
    if guard.is_held_back:
        st.warning(_HELD_BACK, icon=":material/hourglass_empty:")
