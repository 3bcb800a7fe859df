"""The student's own picture, which never leaves the browser for this, and what came of asking for the camera."""

from enum import StrEnum

import streamlit as st

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


_OR_WITHOUT = "You can also go on without a camera."
PROBLEMS: dict[Camera, str] = {
    Camera.DENIED: "The camera is not allowed. Click the camera sign in the address bar, allow it, then try again.",
    Camera.MISSING: "No camera was found. Plug one in, then try again.",
    Camera.BUSY: "The camera cannot be opened. Close other programs that use it, then try again.",
    Camera.INSECURE: "Browsers give a camera only to pages over HTTPS, and this one is not. Ask your teacher for the"
    " https address.",
    Camera.ENDED: "Your camera was unplugged or switched off. Bring it back, then try again.",
}

_HTML = '<div class="mirror"><video autoplay muted playsinline hidden></video><p></p></div>'
# The box keeps its size, so that nothing jumps when the picture comes; mirrored, as people know themselves.
_CSS = """
.mirror { width: min(100%, 24rem); aspect-ratio: 4 / 3; border-radius: .6rem; overflow: hidden; display: grid;
  place-items: center; background: color-mix(in srgb, var(--st-text-color) 8%, transparent); }
.mirror video { width: 100%; height: 100%; object-fit: cover; transform: scaleX(-1); }
.mirror p { opacity: .75; padding: 1rem; text-align: center; margin: 0; }
"""

_mirror = st.components.v2.component(
    "classpulse_mirror", html=_HTML, css=_CSS, js=(ASSETS / "mirror.js").read_text("utf-8")
)


def show_mirror(on: bool, attempt: int, words: str) -> Camera:
    """Ask for the camera and show its picture while ``on``, else ``words`` in its place.

    Args:
        attempt: a new number asks again.
    """
    known = _answer(st.session_state.get("mirror"), attempt)
    data = {"on": on, "attempt": attempt, "words": words, "known": known}
    answer = _answer(_mirror(data=data, key="mirror", on_camera_change=lambda: None), attempt)
    return Camera(answer) if on and answer else Camera.ASKED


def _answer(result, attempt: int) -> str | None:
    """What the component has said of this attempt."""
    said = (result or {}).get("camera")
    return said["state"] if said and said["attempt"] == attempt else None


def say_camera_problem(camera: Camera) -> None:
    """What is wrong with the camera and what to do, in a sentence; nothing when nothing is wrong."""
    if camera in PROBLEMS:
        st.warning(f"{PROBLEMS[camera]} {_OR_WITHOUT}", icon=":material/videocam_off:")
