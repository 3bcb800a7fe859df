"""Whether everything is up, in words."""

from importlib.metadata import version

import streamlit as st

from classroom.ui.gate import gated_fragment
from classroom.ui.page import Visit


@gated_fragment(run_every=10)  # every stranger's page has it
def health_line(visit: Visit) -> None:
    """One quiet line when all is well. What is not well is told to teachers only: it would help who attacks."""
    parts = visit.server.health.parts()
    if all(part.ok for part in parts):
        st.caption(":green[●] Everything is up and running.")
        return
    if visit.teacher is None:
        st.warning("Something does not work at this moment. Try again in a minute.", icon=":material/hourglass_top:")
        return
    for part in parts:
        if not part.ok:
            st.warning(f"{part.name}: {part.sentence}", icon=":material/hourglass_top:")


@gated_fragment(run_every=3)
def health_table(visit: Visit) -> None:
    """Every part with its state, and the versions that matter when something is reported."""
    for part in visit.server.health.parts():
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
