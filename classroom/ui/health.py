"""Whether everything is up, in words."""

from importlib.metadata import version

import streamlit as st

from classroom.server import ClassServer


@st.fragment(run_every=3)
def health_line(server: ClassServer) -> None:
    """One quiet line when all is well, a sentence a part when not."""
    parts = server.health.parts()
    if all(part.ok for part in parts):
        st.caption(":green[●] Everything is up and running.")
        return
    for part in parts:
        if not part.ok:
            st.warning(f"{part.name}: {part.sentence}", icon=":material/hourglass_top:")


@st.fragment(run_every=3)
def health_table(server: ClassServer) -> None:
    """Every part with its state, and the versions that matter when something is reported."""
    for part in server.health.parts():
        sign = ":green[●]" if part.ok else ":orange[●]"
        st.markdown(f"{sign} **{part.name}**: {part.sentence}")
    with st.expander("Versions", key="versions"):
        st.table({name: version(name) for name in _PACKAGES})


_PACKAGES = (
    "streamlit",
    "streamlit-webrtc",
    "aiortc",
    "opencv-python-headless",
    "ai-edge-litert",
    "plotly",
    "pandas",
    "SQLAlchemy",
)
