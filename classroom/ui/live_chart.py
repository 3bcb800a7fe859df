"""A Plotly chart that is updated in place: it neither blinks nor forgets its zoom."""

from pathlib import Path

import plotly
import streamlit as st
from plotly.io.json import to_json_plotly

from classroom.ui.addresses import PLOTLY
from classroom.ui.assets import ASSETS

# Plotly's own script, which comes with the Python package that made the figure: one version for both.
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

_chart = st.components.v2.component(
    "classpulse_live_chart",
    html='<div class="live-chart" role="img"></div>',
    css=".live-chart { width: 100%; }",
    js=(ASSETS / "live_chart.js").read_text("utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the head of the page
)


def live_chart(figure: dict, key: str, alt: str) -> None:
    """Show the figure, ``data`` and ``layout`` of Plotly's schema; the same ``key`` updates the same chart."""
    address = f"{PLOTLY}?v={plotly.__version__}"
    height = figure["layout"]["height"]
    text = to_json_plotly(figure, engine="orjson")
    _chart(data={"figure": text, "plotly": address, "alt": alt}, key=key, height=height)
