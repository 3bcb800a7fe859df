"""The visitor's own picture, which never leaves the browser for this, and what came of asking for the camera.

Where no video gets through, the same picture is posted every two seconds (``classroom.picture_way``).
"""

from dataclasses import dataclass, field
from enum import StrEnum

import streamlit as st

from classroom.picture_way import EVERY_MS
from classroom.ui.addresses import PICTURE
from classroom.ui.assets import ASSETS


class Camera(StrEnum):
    """What the browser says of the camera. The names are those of ``assets/mirror.js``."""

    ASKED = "asked"  # no answer yet, or not asked
    ON = "on"
    DENIED = "denied"
    MISSING = "missing"
    BUSY = "busy"
    INSECURE = "insecure"
    ENDED = "ended"


@dataclass(frozen=True)
class Cameras:
    """The cameras of the visitor's machine: ``device`` is the one in use, ``labels`` are by device id."""

    device: str = ""
    labels: dict[str, str] = field(default_factory=dict)


_OR_WITHOUT = "Until then you are in the class without a camera."
PROBLEMS: dict[Camera, str] = {
    Camera.DENIED: "The camera is not allowed. Click the camera sign in the address bar, allow it, then try again.",
    Camera.MISSING: "No camera was found. Plug one in, then try again.",
    Camera.BUSY: "The camera cannot be opened. Close other programs that use it, then try again.",
    Camera.INSECURE: "Browsers give a camera only to pages over HTTPS, and this one is not. Ask your teacher for the"
    " https address.",
    Camera.ENDED: "Your camera was unplugged or switched off. Bring it back, then try again.",
}

MOST_CAMERAS, LONGEST_LABEL = 30, 300
ROOM_KEY = "room-mirror"  # gone from the session's state when the page was left
_HTML = '<div class="mirror"><video autoplay muted playsinline hidden></video><p></p></div>'
# The box keeps its size, so that nothing jumps when the picture comes; mirrored, as people know themselves.
_CSS = """
.mirror { width: min(100%, 24rem); aspect-ratio: 4 / 3; border-radius: .6rem; overflow: hidden; display: grid;
  place-items: center; background: color-mix(in srgb, var(--st-text-color) 8%, transparent); }
.mirror video { width: 100%; height: 100%; object-fit: cover; transform: scaleX(-1); }
.mirror.room { width: 100%; aspect-ratio: 16 / 9; }
.mirror.room video { object-fit: contain; transform: none; }
.mirror p { opacity: .75; padding: 1rem; text-align: center; margin: 0; }
"""

_mirror = st.components.v2.component(
    "classpulse_mirror", html=_HTML, css=_CSS, js=(ASSETS / "mirror.js").read_text("utf-8")
)


def show_mirror(on: bool, attempt: int, words: str, by_pictures: bool = False) -> Camera:
    """Ask for the student's camera and show its picture while ``on``, else ``words`` in its place.

    Args:
        attempt: a new number asks again.
        by_pictures: post the picture, in place of the video that does not get through.
    """
    post = {"address": PICTURE, "every_ms": EVERY_MS} if by_pictures else None
    answer = _show("mirror", on, attempt, words, {"width": 320, "height": 240}, choose=False, post=post)
    return _state(on, answer)


def show_room(attempt: int, video: dict) -> tuple[Camera, Cameras]:
    """Ask for a camera of the room and show its picture as it is; also tells which other cameras there are.

    Args:
        attempt: a new number asks again.
        video: what to ask for. The connection must ask for the same: the first one decides how large the picture is.
    """
    answer = _show(ROOM_KEY, True, attempt, "", video, choose=True)
    return _state(True, answer), _cameras(answer)


def _show(key: str, on: bool, attempt: int, words: str, video: dict, choose: bool, post: dict | None = None) -> dict:
    """What the component has said of this attempt."""
    known = _answer(st.session_state.get(key), attempt).get("state")
    data = {"on": on, "attempt": attempt, "words": words, "known": known, "video": video, "choose": choose}
    data["post"] = post
    return _answer(_mirror(data=data, key=key, on_camera_change=lambda: None), attempt)


def _answer(result, attempt: int) -> dict:
    """What was said of this attempt; nothing when it is not what ``assets/mirror.js`` says."""
    said = (result or {}).get("camera")
    is_as_said = isinstance(said, dict) and said.get("attempt") == attempt and said.get("state") in list(Camera)
    return dict(said) if is_as_said else {}


def _state(on: bool, answer: dict) -> Camera:
    return Camera(answer["state"]) if on and answer else Camera.ASKED


def _cameras(answer: dict) -> Cameras:
    said = answer.get("cameras")
    listed = said[:MOST_CAMERAS] if isinstance(said, list) else []
    labels = {each[0]: each[1] for each in listed if _is_camera(each)}
    device = answer.get("device")
    return Cameras(device if isinstance(device, str) and device in labels else "", labels)


def _is_camera(said: object) -> bool:
    """Whether this is an identifier and a label, of a length that both have."""
    return (
        isinstance(said, list)
        and len(said) == 2
        and all(isinstance(text, str) and len(text) <= LONGEST_LABEL for text in said)
    )


def say_camera_problem(camera: Camera) -> None:
    """What is wrong with the camera and what to do, in a sentence; nothing when nothing is wrong."""
    if camera in PROBLEMS:
        st.warning(f"{PROBLEMS[camera]} {_OR_WITHOUT}", icon=":material/videocam_off:")
