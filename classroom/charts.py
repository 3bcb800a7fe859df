"""The class's timeline: numbers first, figure second.

The mood river is a stacked area around a middle line: unpleasant expressions below, pleasant ones above, neutral a
quiet band in the middle. Under it what students signalled, the valence line, and a strip with the share of present
students whose face could be read. What the teacher noted goes through all of it.
"""

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from classroom.clock import local
from classroom.colours import COLOURS
from classroom.lesson_marks import LABEL_PX, add_lane, add_markers
from classroom.marker_labels import ROWS
from classroom.mood import PLEASANT as ABOVE
from classroom.mood import UNPLEASANT as BELOW
from classroom.records import Marker

# Heights of river, lane of signals, valence and coverage, and what lies between two of them.
_RIVER_PX, _LANE_PX, _VALENCE_PX, _STRIP_PX, _GAP_PX = 217, 84, 84, 49, 25
_LEGEND_PX, _BELOW_PX = 28, 52


def river(windows: pd.DataFrame) -> pd.DataFrame:
    """Heights of the areas around the middle line.

    Returns:
        Columns in drawing order, from the middle outwards: ``neutral_above`` and ``neutral_below`` (half of it each),
        then ``ABOVE`` (positive) and ``BELOW`` (negative). The absolute values of a row sum to 1; a window without a
        usable face is 0 everywhere.
    """
    share = {emotion: windows[f"share_{emotion}"].fillna(0.0) for emotion in COLOURS}
    heights = {"neutral_above": share["neutral"] / 2} | {emotion: share[emotion] for emotion in ABOVE}
    heights |= {"neutral_below": -share["neutral"] / 2} | {emotion: -share[emotion] for emotion in BELOW}
    return pd.DataFrame(heights, index=windows.index)


def timeline_figure(
    windows: pd.DataFrame,
    window_s: int,
    zone: tzinfo,
    *,
    from_ms: int | None = None,
    at_least_s: int = 300,
    title: str = "",
    lane: pd.DataFrame | None = None,
    markers: Sequence[Marker] | None = None,
) -> go.Figure:
    """Draw the river, the signals, the valence line and the coverage strip.

    Args:
        windows: ``mood.class_windows``, ``window_s`` long; an empty one gives an empty figure with the same axes.
        from_ms: left end of the time axis; the first window when ``None``.
        at_least_s: length of the time axis when there is less: a class that has just begun does not fill it at once.
        zone: the teacher's time zone, for the axis and the hover text.
        lane: ``signals.lane`` of the same windows; ``None`` where nobody can signal: there is no lane then.
        markers: what the teacher noted; ``None`` where nothing can be noted. An empty lane and an empty list keep
            their places, so that the first tap and the first marker move nothing.
    """
    heights_px = [_RIVER_PX, *([] if lane is None else [_LANE_PX]), _VALENCE_PX, _STRIP_PX]
    drawn_px = sum(heights_px) + _GAP_PX * (len(heights_px) - 1)
    figure = make_subplots(
        rows=len(heights_px),
        cols=1,
        shared_xaxes=True,
        row_heights=heights_px,
        vertical_spacing=_GAP_PX / drawn_px,
    )
    valence_row, strip_row = len(heights_px) - 1, len(heights_px)
    step_ms = window_s * 1000
    strip = windows
    windows = _with_closing_row(windows, step_ms)
    times = [local(int(at_ms), zone) for at_ms in windows.index]
    heights = river(windows)
    for column in heights:
        emotion = column.split("_")[0]
        figure.add_trace(
            go.Scatter(
                x=times,
                y=heights[column],
                name=emotion,
                legendgroup=emotion,
                showlegend=column != "neutral_below",
                stackgroup="below" if column in (*BELOW, "neutral_below") else "above",
                # A window is a step: a slope between two of them would show what nobody saw.
                line={"width": 0, "color": COLOURS[emotion], "shape": "hv"},
                fillcolor=COLOURS[emotion],
                opacity=0.85,
                customdata=np.stack(
                    [windows[f"share_{emotion}"], windows["usable"], windows["students_usable"]], axis=-1
                ),
                hovertemplate=f"{emotion} %{{customdata[0]:.0%}}<extra>%{{customdata[1]}} readings of "
                "%{customdata[2]} students</extra>",
            ),
            row=1,
            col=1,
        )
    figure.add_trace(
        go.Scatter(
            x=np.repeat(times, 2)[1:-1],
            y=np.repeat(strip["valence"], 2),
            name="valence",
            showlegend=False,
            mode="lines",
            line={"width": 2, "color": "#4C78A8"},
            connectgaps=False,
            hovertemplate="valence %{y:.2f}<extra></extra>",
        ),
        row=valence_row,
        col=1,
    )
    figure.add_trace(
        go.Bar(
            x=times[: len(strip)],
            y=strip["coverage"].fillna(0.0),
            width=step_ms,
            offset=0,
            name="coverage",
            showlegend=False,
            marker={"color": "#7A869A"},
            customdata=np.stack([strip["students_usable"], strip["students_present"]], axis=-1),
            hovertemplate="%{customdata[0]} of %{customdata[1]} students with a usable face<extra></extra>",
        ),
        row=strip_row,
        col=1,
    )
    figure.add_hline(y=0, line={"width": 1, "color": "rgba(128,128,128,.6)"}, row=valence_row, col=1)
    figure.update_yaxes(title_text="share of faces", range=[-1, 1], tickvals=[-1, -0.5, 0, 0.5, 1], row=1, col=1)
    figure.update_yaxes(ticktext=["100 %", "50 %", "0", "50 %", "100 %"], row=1, col=1)
    figure.update_yaxes(title_text="valence", range=[-1, 1], tickvals=[-1, 0, 1], row=valence_row, col=1)
    figure.update_yaxes(title_text="in view", range=[0, 1], tickvals=[0, 1], tickformat=".0%", row=strip_row, col=1)
    if lane is not None:
        add_lane(figure, lane, window_s, zone, row=2)
    first_ms = from_ms if from_ms is not None else int(windows.index[0]) if len(windows) else None
    last_ms = 0
    if first_ms is not None:
        last_ms = max(int(windows.index[-1]) if len(windows) else 0, first_ms + at_least_s * 1000)
        figure.update_xaxes(range=[local(first_ms, zone), local(last_ms, zone)])
    if markers is not None:
        add_markers(figure, markers, first_ms or 0, last_ms, zone)
    figure.update_xaxes(title_text=f"time ({zone})", title_standoff=6, row=strip_row, col=1)
    # Said, because Plotly takes the axis of a class without a reading for one of numbers.
    figure.update_xaxes(showgrid=False, zeroline=False, type="date")
    figure.update_yaxes(gridcolor="rgba(128,128,128,.18)", zeroline=False, title_standoff=4)
    labels_px = 0 if markers is None else ROWS * LABEL_PX + 4
    figure.update_layout(
        title={"text": title} if title else None,
        height=_LEGEND_PX + labels_px + drawn_px + _BELOW_PX + (28 if title else 0),
        template="none",  # the page brings its own look
        margin={"l": 72, "r": 8, "t": _LEGEND_PX + labels_px + (28 if title else 0), "b": _BELOW_PX},
        legend={
            "orientation": "h",
            "y": 1 + (7 + labels_px) / drawn_px,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "normal",
        },
        hovermode="x unified",
        bargap=0,
        uirevision="timeline",  # a refresh keeps the zoom that the teacher chose
    )
    return figure


def _with_closing_row(windows: pd.DataFrame, step_ms: int) -> pd.DataFrame:
    """The last window once more at its end, so that its step has a width."""
    if windows.empty:
        return windows
    closing = windows.iloc[[-1]].set_axis(windows.index[-1:] + step_ms)
    return pd.concat([windows, closing])
