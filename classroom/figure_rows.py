"""Rows of a chart over one time axis, as the plain dict that Plotly's script draws.

Plotly's Python objects check every name and value when it is set. For a board that is drawn every two seconds that was
most of the work, so the dict is made without them, and the tests let them check it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Row:
    """One row of the chart, in the words of Plotly's schema.

    Attributes:
        traces: without their axes.
        xaxis, yaxis: what this row has of its own.
        shapes: x runs from 0 to 1 over the width of the row, y is that of its axis.
    """

    height_px: int
    traces: list[dict]
    yaxis: dict
    xaxis: dict = field(default_factory=dict)
    shapes: list[dict] = field(default_factory=list)


def height_px(rows: Sequence[Row], gap_px: int) -> int:
    return sum(row.height_px for row in rows) + gap_px * (len(rows) - 1)


def stacked(rows: Sequence[Row], gap_px: int, zone: tzinfo, ends: tuple[datetime, datetime] | None) -> dict:
    """The rows from the top, zoomed and moved as one; the lowest one carries the times.

    Args:
        ends: of the time axis; ``None`` where no time is known.

    Returns:
        ``data`` and ``layout``; the layout's ``shapes`` and ``annotations`` are lists to be added to.
    """
    drawn_px = height_px(rows, gap_px)
    figure = {"data": [], "layout": {"shapes": [], "annotations": []}}
    # Said, because Plotly takes the axis of a class without a reading for one of numbers.
    times = {"type": "date", "domain": [0, 1], "showgrid": False, "zeroline": False}
    if ends:
        times["range"] = list(ends)
    top_px = drawn_px
    for number, row in enumerate(rows, start=1):
        suffix = "" if number == 1 else number  # Plotly's first axes have no number
        x, y = f"x{suffix}", f"y{suffix}"
        if number == len(rows):
            under = {"title": {"text": f"time ({zone})", "standoff": 6}}
        else:
            under = {"matches": f"x{len(rows)}", "showticklabels": False}
        domain = [(top_px - row.height_px) / drawn_px, top_px / drawn_px]
        figure["layout"][f"xaxis{suffix}"] = {"anchor": y} | times | under | row.xaxis
        figure["layout"][f"yaxis{suffix}"] = {"anchor": x, "domain": domain, "zeroline": False} | row.yaxis
        figure["data"] += [trace | {"xaxis": x, "yaxis": y} for trace in row.traces]
        figure["layout"]["shapes"] += [shape | {"xref": f"{x} domain", "yref": y} for shape in row.shapes]
        top_px -= row.height_px + gap_px
    return figure


def left_axis(title: str, **own: object) -> dict:
    """The axis at the left of a row."""
    return {"title": {"text": title, "standoff": 4}, "gridcolor": "rgba(128,128,128,.18)"} | own


def local_times(at_ms: Sequence[int], zone: tzinfo) -> np.ndarray:
    """``clock.local`` of many moments at once, (n,) datetime64."""
    moments = pd.to_datetime(np.asarray(at_ms, np.int64), unit="ms", utc=True)
    return moments.tz_convert(zone).tz_localize(None).to_numpy()
