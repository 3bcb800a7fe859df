"""A Plotly chart that is updated in place: it neither blinks nor forgets its zoom."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class ChartText:
    """A figure as the browser is sent it, so that it is made once for many pages."""

    figure: str
    height: int
    alt: str


def chart_text(figure: dict, alt: str) -> ChartText:
    """The figure, ``data`` and ``layout`` of Plotly's schema, as text. ``alt`` is for who cannot see it."""
    return ChartText(to_json_plotly(figure, engine="orjson"), figure["layout"]["height"], alt)


def show_chart(chart: ChartText, key: str) -> None:
    """The same ``key`` updates the same chart."""
    address = f"{PLOTLY}?v={plotly.__version__}"
    _chart(data={"figure": chart.figure, "plotly": address, "alt": chart.alt}, key=key, height=chart.height)
