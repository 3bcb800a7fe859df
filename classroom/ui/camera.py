"""The one call of streamlit-webrtc. What must stay as it is here says why."""

import secrets

import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from classroom.records import Student
from classroom.server import ClassServer

# A face is read at 48x48: more pixels or frames than this only cost the student's line and the school's machine.
CONSTRAINTS = {"video": {"width": 320, "height": 240, "frameRate": {"max": 6}}, "audio": False}
# A new server process must not answer the offer of a connection that died with the old one; a new key makes a new one.
_BOOT = secrets.token_hex(4)


def share_camera(server: ClassServer, student: Student, attempt: int, playing: bool) -> None:
    """The student's own picture, sent to the server while ``playing``. Call it in every run of the page.

    Args:
        attempt: a new number makes a new connection, after one was lost.
    """

    def keep_newest(frame):
        # Never decode, wait or raise here: an exception or ten seconds in this call end the student's video for good.
        server.frame_arrived(student, frame)
        return frame

    key = f"camera-{_BOOT}-{student.id}-{attempt}"
    # Not in the run that mounts it: the component loads code before it says that it has started, and every run until
    # then would start one more connection (seen: three offers at once, an answer to the wrong one, 20 s until it
    # worked). Mounting makes it report its state, and so the second run follows by itself.
    mounted = st.session_state.get(f"{key}-mounted", False)
    st.session_state[f"{key}-mounted"] = True
    servers = [{"urls": url} for url in server.settings.ice_servers]
    webrtc_streamer(
        key=key,
        mode=WebRtcMode.SENDONLY,
        # An empty list, not None: without one streamlit-webrtc asks a server on the internet for its address.
        rtc_configuration={"iceServers": servers},
        media_stream_constraints=CONSTRAINTS,
        video_frame_callback=keep_newest,
        desired_playing_state=playing and mounted,
        media_toggle_controls=False,
        video_html_attrs={"autoPlay": True, "controls": False, "muted": True, "style": {"width": "100%"}},
        translations={
            "device_ask_permission": "Your browser asks whether ClassPulse may use the camera. Please allow it.",
            "device_access_denied": "The camera is not allowed. Click the camera sign in the address bar, allow it,"
            " then reload this page. You can also stay in the class without it.",
            "device_not_available": "No camera was found. Plug one in or close the program that uses it, then reload"
            " this page. You can also stay in the class without it.",
            "media_api_not_available": "This browser gives no camera to this page. Open it over HTTPS, in a current"
            " browser.",
        },
    )


def is_secure(url: str | None) -> bool:
    """Whether browsers give a page of this address a camera: HTTPS, or the same machine."""
    if not url or url.startswith("https:"):
        return True
    host = url.removeprefix("http://").split("/")[0].rsplit(":", 1)[0]
    return host in ("localhost", "127.0.0.1", "[::1]") or host.endswith(".localhost")


def camera_permission_hint() -> None:
    """What to do when no picture arrives, in words."""
    st.warning(
        "No picture of you reaches the class. If your browser asks for the camera, allow it; if you said no, click the"
        " camera sign in the address bar, allow it and reload. Or stay in the class without a camera.",
        icon=":material/videocam_off:",
    )
