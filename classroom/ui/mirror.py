"""The student's own picture, which never leaves the browser for this."""

import streamlit as st

from classroom.ui.assets import ASSETS

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


def show_mirror(on: bool, words: str) -> None:
    """The picture while ``on``, else ``words`` in its place."""
    _mirror(data={"on": on, "words": words}, key="mirror")
