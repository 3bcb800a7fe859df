"""What was signalled and noted in a class, drawn into its timeline: lane of signals, lines of markers, grey breaks."""

from collections.abc import Sequence
from datetime import tzinfo
from html import escape

import numpy as np
import pandas as pd

from classroom.clock import as_utc, local
from classroom.figure_rows import Row, left_axis, local_times
from classroom.marker_labels import place
from classroom.records import Marker, MarkerKind, SignalKind

LABEL_PX = 15
_LANE_PX = 84
# From the top: what a teacher wants to see first. Each has a row with its word beside it, so no colour is to be told.
LANE = (SignalKind.HAND_UP, SignalKind.LOST, SignalKind.TOO_FAST, SignalKind.TOO_SLOW, SignalKind.GOT_IT)
# The more students, the darker; from so many on it is darkest, so that one tap is never as dark as half a class.
_DARKEST_FROM = 5
_SCALE = [[0, "rgba(106,81,163,.35)"], [1, "rgba(84,39,143,1)"]]
_LINE = "rgba(110,120,140,.85)"
_BAND = "rgba(128,128,128,.16)"


def lane_row(lane: pd.DataFrame, step_ms: int, zone: tzinfo) -> Row:
    """A row a signal and a cell a window; blank: nobody said it."""
    edges = [*lane.index, lane.index[-1] + step_ms] if len(lane) else []
    kinds = [kind.value for kind in LANE]
    counts = lane[kinds].to_numpy(float).T
    cells = {
        "type": "heatmap",
        "x": local_times(edges, zone),
        "y": kinds,
        "z": np.where(counts > 0, counts, np.nan),
        "zmin": 1,
        "zmax": max(_DARKEST_FROM, counts.max(initial=0)),
        "colorscale": _SCALE,
        "showscale": False,
        "name": "signals",
        "ygap": 2,
        "hoverongaps": False,
        "hovertemplate": "%{y}: %{z} students<extra></extra>",
    }
    # All rows, also where nobody said anything yet: what comes later must not move what is there.
    axis = left_axis("", type="category", range=[len(LANE) - 0.5, -0.5], tickvals=kinds, tickfont={"size": 11})
    return Row(_LANE_PX, [cells], axis | {"ticks": "", "showgrid": False}, xaxis={"ticks": ""})


def add_markers(figure: dict, markers: Sequence[Marker], from_ms: int, to_ms: int, zone: tzinfo) -> None:
    """Lines with labels over them, breaks as grey bands; the whole text under the pointer."""
    layout, through_all = figure["layout"], {"xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    for marker in markers:
        at = local(marker.at_ms, zone)
        if marker.kind is MarkerKind.BREAK:
            until = local(marker.until_ms if marker.until_ms is not None else to_ms, zone)
            band = {"type": "rect", "fillcolor": _BAND, "line": {"width": 0}, "layer": "below"}
            layout["shapes"].append(band | through_all | {"x0": at, "x1": until})
        line = {"type": "line", "line": {"width": 1, "color": _LINE, "dash": "dot"}}
        layout["shapes"].append(line | through_all | {"x0": at, "x1": at})
    for label in place(markers, from_ms, to_ms):
        layout["annotations"].append(
            {
                "x": local(label.marker.at_ms, zone),
                "xref": "x",
                "xanchor": "right" if label.to_left else "left",
                "xshift": -3 if label.to_left else 3,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "yshift": label.row * LABEL_PX,
                "text": escape(label.text, quote=False),  # Plotly would take markup in it for its own
                "hovertext": escape(whole(label.marker, zone), quote=False),
                "showarrow": False,
                "font": {"size": 11},
            }
        )
    figure["data"].append(
        {
            "type": "scatter",
            "x": [local(marker.at_ms, zone) for marker in markers],
            "y": [1.0] * len(markers),
            "xaxis": "x",
            "yaxis": "y",
            "mode": "markers",
            "marker": {"symbol": "triangle-down", "size": 9, "color": _LINE},
            "name": "markers",
            "showlegend": False,
            "cliponaxis": False,
            "customdata": [escape(whole(marker, zone), quote=False) for marker in markers],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    )


def whole(marker: Marker, zone: tzinfo) -> str:
    """A marker with its time and all of its text."""
    times = f"{as_utc(marker.at_ms).astimezone(zone):%H:%M:%S}"
    if marker.until_ms is not None:
        times += f" to {as_utc(marker.until_ms).astimezone(zone):%H:%M:%S}"
    return f"{times} {marker.kind.value}" + (f": {marker.text}" if marker.text else "")
