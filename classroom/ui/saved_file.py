"""A file that is in the page and nowhere else: a picture is shown, and a link saves it."""

from base64 import b64encode

import streamlit as st

from classroom.ui.assets import ASSETS

_CSS = """
.saved-file img { display: block; max-width: 100%; max-height: 34rem; border-radius: .6rem; margin-bottom: .4rem; }
.saved-file img[hidden] { display: none; }
.saved-file a { display: inline-block; font-weight: 600; font-size: .9rem; padding: .45rem .9rem; border-radius: .6rem;
  color: var(--st-text-color); text-decoration: none;
  border: 1px solid color-mix(in srgb, var(--st-text-color) 35%, transparent); }
.saved-file a:hover { border-color: var(--st-primary-color); }
.saved-file a:focus-visible { outline: 3px solid #56B4E9; outline-offset: 1px; }
"""

_saved_file = st.components.v2.component(
    "classpulse_saved_file",
    html='<div class="saved-file"><img hidden><a></a></div>',
    css=_CSS,
    js=(ASSETS / "saved_file.js").read_text("utf-8"),
)


def saved_file(content: bytes, name: str, mime: str, label: str, key: str, *, alt: str = "") -> None:
    """A link that saves ``content`` under ``name``.

    Streamlit's own download button would keep the file at an address that everybody can open who knows it.

    Args:
        alt: what a picture shows, for who cannot see it; without it the file is not shown.
    """
    data = {"content": b64encode(content).decode(), "name": name, "mime": mime, "label": label, "alt": alt}
    _saved_file(data=data, key=key)
