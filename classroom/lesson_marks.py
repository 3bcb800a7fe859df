"""What was signalled and noted in a class, drawn into its timeline: lane of signals, lines of markers, grey breaks."""

from collections.abc import Sequence
from datetime import tzinfo
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from classroom.clock import as_utc, local
from classroom.marker_labels import place
from classroom.records import Marker, MarkerKind, SignalKind

LABEL_PX = 15
# From the top: what a teacher wants to see first. Each has a row with its word beside it, so no colour is to be told.
LANE = (SignalKind.HAND_UP, SignalKind.LOST, SignalKind.TOO_FAST, SignalKind.TOO_SLOW, SignalKind.GOT_IT)
# The more students, the darker; from so many on it is darkest, so that one tap is never as dark as half a class.
_DARKEST_FROM = 5
_SCALE = [[0, "rgba(106,81,163,.35)"], [1, "rgba(84,39,143,1)"]]
_LINE = "rgba(110,120,140,.85)"
_BAND = "rgba(128,128,128,.16)"


def add_lane(figure: go.Figure, lane: pd.DataFrame, step_s: int, zone: tzinfo, row: int) -> None:
    """A row a signal and a cell a window; blank: nobody said it."""
    edges = [*lane.index, lane.index[-1] + step_s * 1000] if len(lane) else []
    counts = np.array([lane[kind.value] for kind in LANE], float)
    figure.add_trace(
        go.Heatmap(
            x=[local(int(at_ms), zone) for at_ms in edges],
            y=[kind.value for kind in LANE],
            z=np.where(counts > 0, counts, np.nan),
            zmin=1,
            zmax=max(_DARKEST_FROM, counts.max(initial=0)),
            colorscale=_SCALE,
            showscale=False,
            name="signals",
            ygap=2,
            hoverongaps=False,
            hovertemplate="%{y}: %{z} students<extra></extra>",
        ),
        row=row,
        col=1,
    )
    # All rows, also where nobody said anything yet: what comes later must not move what is there.
    figure.update_yaxes(type="category", range=[len(LANE) - 0.5, -0.5], showgrid=False, row=row, col=1)
    figure.update_yaxes(ticks="", tickvals=[kind.value for kind in LANE], tickfont={"size": 11}, row=row, col=1)
    figure.update_xaxes(ticks="", row=row, col=1)


def add_markers(figure: go.Figure, markers: Sequence[Marker], from_ms: int, to_ms: int, zone: tzinfo) -> None:
    """Lines with labels over them, breaks as grey bands; the whole text under the pointer."""
    for marker in markers:
        at = local(marker.at_ms, zone)
        if marker.kind is MarkerKind.BREAK:
            until = local(marker.until_ms if marker.until_ms is not None else to_ms, zone)
            place_of_band = {"x0": at, "x1": until, "xref": "x", "y0": 0, "y1": 1, "yref": "paper"}
            figure.add_shape(type="rect", fillcolor=_BAND, line={"width": 0}, layer="below", **place_of_band)
        line = {"width": 1, "color": _LINE, "dash": "dot"}
        figure.add_shape(type="line", x0=at, x1=at, xref="x", y0=0, y1=1, yref="paper", line=line)
    for label in place(markers, from_ms, to_ms):
        figure.add_annotation(
            x=local(label.marker.at_ms, zone),
            xref="x",
            xanchor="right" if label.to_left else "left",
            xshift=-3 if label.to_left else 3,
            y=1,
            yref="paper",
            yanchor="bottom",
            yshift=label.row * LABEL_PX,
            text=escape(label.text, quote=False),  # Plotly would take markup in it for its own
            hovertext=escape(whole(label.marker, zone), quote=False),
            showarrow=False,
            font={"size": 11},
        )
    figure.add_trace(
        go.Scatter(
            x=[local(marker.at_ms, zone) for marker in markers],
            y=[1.0] * len(markers),
            mode="markers",
            marker={"symbol": "triangle-down", "size": 9, "color": _LINE},
            name="markers",
            showlegend=False,
            cliponaxis=False,
            customdata=[escape(whole(marker, zone), quote=False) for marker in markers],
            hovertemplate="%{customdata}<extra></extra>",
        ),
        row=1,
        col=1,
    )


def whole(marker: Marker, zone: tzinfo) -> str:
    """A marker with its time and all of its text."""
    times = f"{as_utc(marker.at_ms).astimezone(zone):%H:%M:%S}"
    if marker.until_ms is not None:
        times += f" to {as_utc(marker.until_ms).astimezone(zone):%H:%M:%S}"
    return f"{times} {marker.kind.value}" + (f": {marker.text}" if marker.text else "")
