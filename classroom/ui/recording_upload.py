"""The browser's side of an upload of a recording: choose or drop a file, see how far it is, cancel."""

import streamlit as st

from classroom.analysis_jobs import as_size
from classroom.recordings import ENDINGS
from classroom.ui.addresses import RECORDING
from classroom.ui.assets import ASSETS

_KINDS = "MP4, MOV, MKV, WebM or AVI"

_HTML = """<div class="upload">
<label class="choose"><input type="file"><b>Choose a recording</b><span class="kinds"></span></label>
<div class="going" hidden><span class="words"></span><progress max="1"></progress>
<button type="button">Cancel</button></div>
<p class="error" role="alert" hidden></p></div>"""
_CSS = """
.upload { font-family: var(--st-font); color: var(--st-text-color); }
[hidden] { display: none !important; }
.choose { display: flex; flex-direction: column; gap: .25rem; align-items: center; text-align: center; cursor: pointer;
  padding: 1.4rem 1rem; border-radius: .6rem; background: var(--st-secondary-background-color);
  border: 1px dashed color-mix(in srgb, var(--st-text-color) 35%, transparent); }
.choose:hover, .choose.over, .choose:focus-within { border-color: var(--st-primary-color); }
.choose:focus-within { outline: 3px solid #56B4E9; outline-offset: 1px; }
.choose input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.choose span { font-size: .85rem; opacity: .75; }
.going { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; padding: 1rem;
  border-radius: .6rem; background: var(--st-secondary-background-color); }
.going .words { flex: 1 1 100%; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.going progress { flex: 1; height: .6rem; accent-color: var(--st-primary-color); }
.going button { font: inherit; font-weight: 600; padding: .35rem .9rem; border-radius: .6rem; cursor: pointer;
  color: inherit; background: transparent; border: 1px solid color-mix(in srgb, currentColor 35%, transparent); }
.error { margin: .6rem 0 0; padding: .7rem 1rem; border-radius: .6rem; border-left: 4px solid #D55E00;
  background: color-mix(in srgb, #D55E00 10%, transparent); }
"""

_upload = st.components.v2.component(
    "classpulse_recording_upload",
    html=_HTML,
    css=_CSS,
    js=(ASSETS / "recording_upload.js").read_text("utf-8"),
)


def recording_upload(every_s: float, with_names: bool, max_mb: int) -> None:
    """The page runs anew once a recording has been taken; what is wrong is said in place."""
    largest = as_size(max_mb)
    data = {
        "address": RECORDING,
        "every": every_s,
        "names": "yes" if with_names else "no",
        "endings": list(ENDINGS),
        "max_bytes": max_mb * 1024 * 1024,
        "kinds": f"or drop it here: {_KINDS}, up to {largest}",
        "wrong_kind": f"This is no recording that can be read. Choose one of these kinds: {_KINDS}.",
        "too_large": f"This recording is larger than {largest}. Cut it into parts, or save it smaller.",
        "empty": "This file is empty. Choose another one.",
        "unreachable": "The server does not take it. See whether the page still works, then choose it again.",
    }
    _upload(data=data, key="recording", on_uploaded_change=lambda: None)
