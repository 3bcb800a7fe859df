"""The class's timeline: numbers first, figure second.

The mood river is a stacked area around a middle line: unpleasant expressions below, pleasant ones above, neutral a
quiet band in the middle. Under it what students signalled, the valence line, and a strip with the share of present
students whose face could be read. What the teacher noted goes through all of it. Which of these rows there are depends
on the mode of the class; without expressions two lines, facing the screen and eyes open, take the river's place.
"""

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
import pandas as pd

from classroom.attention_windows import SHARES
from classroom.clock import local
from classroom.colours import COLOURS
from classroom.figure_rows import Row, height_px, left_axis, local_times, stacked
from classroom.lesson_marks import LABEL_PX, add_markers, lane_row
from classroom.marker_labels import ROWS
from classroom.modes import Mode
from classroom.mood import PLEASANT as ABOVE
from classroom.mood import UNPLEASANT as BELOW
from classroom.records import Marker

# Heights of river or lines, valence and coverage, and what lies between two rows.
_RIVER_PX, _VALENCE_PX, _STRIP_PX, _GAP_PX = 217, 84, 49, 25
# Told apart by colour-blind eyes and by their dashes, and none of them the colour of an expression.
_LINES = {"facing_share": ("facing the screen", "#332288", "solid"), "eyes_share": ("eyes open", "#117733", "dash")}
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
    mode: Mode = Mode.NAMES,
) -> dict:
    """Draw the river, the signals, the valence line and the coverage strip, or those of them that the mode has.

    Args:
        windows: ``mood.class_windows``, ``told_windows.told_timeline`` or ``attention_windows.attention_of_class`` as
            the mode wants it, ``window_s`` long; an empty one gives an empty figure with the same axes.
        from_ms: left end of the time axis; the first window when ``None``, else the first marker.
        at_least_s: length of the time axis when there is less: a class that has just begun does not fill it at once.
        zone: the teacher's time zone, for the axis and the hover text.
        lane: ``signals.lane`` of the same windows; ``None`` where nobody can signal: there is no lane then.
        markers: what the teacher noted; ``None`` where nothing can be noted. An empty lane and an empty list keep
            their places, so that the first tap and the first marker move nothing.

    Returns:
        ``data`` and ``layout`` of Plotly's schema, with arrays and times in them, see ``figure_rows``.
    """
    rows = _rows(mode, windows, window_s * 1000, zone, lane)
    known_ms = [int(windows.index[0])] if len(windows) else [marker.at_ms for marker in markers or ()]
    first_ms = from_ms if from_ms is not None else min(known_ms, default=None)
    last_ms, ends = 0, None
    if first_ms is not None:
        windows_end_ms = int(windows.index[-1]) + window_s * 1000 if len(windows) else 0
        last_ms = max(windows_end_ms, first_ms + at_least_s * 1000)
        ends = local(first_ms, zone), local(last_ms, zone)
    figure = stacked(rows, _GAP_PX, zone, ends)
    if markers is not None:
        add_markers(figure, markers, first_ms or 0, last_ms, zone)
    drawn_px = height_px(rows, _GAP_PX)
    labels_px = 0 if markers is None else ROWS * LABEL_PX + 4
    above_px = _LEGEND_PX + labels_px + (28 if title else 0)
    figure["layout"] |= {
        "title": {"text": title},
        "height": above_px + drawn_px + _BELOW_PX,
        "template": "none",  # the page brings its own look
        "margin": {"l": 72, "r": 8, "t": above_px, "b": _BELOW_PX},
        "legend": {
            "orientation": "h",
            "y": 1 + (7 + labels_px) / drawn_px,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "normal",
        },
        "hovermode": "x unified",
        "bargap": 0,
        "uirevision": "timeline",  # a refresh keeps the zoom that the teacher chose
    }
    return figure


def _rows(mode: Mode, windows: pd.DataFrame, step_ms: int, zone: tzinfo, lane: pd.DataFrame | None) -> list[Row]:
    """From the top."""
    shows, rows, drawn = mode.shows, [], (windows, step_ms, zone)
    if shows.expression:
        rows.append(_river_row(*drawn) if shows.by_student else _told_river_row(*drawn))
    elif shows.camera:
        rows.append(_attention_row(*drawn))
    if lane is not None:
        rows.append(lane_row(lane, step_ms, zone))
    if shows.mood:
        rows.append(_valence_row(*drawn))
    if shows.camera:
        told = {} if shows.by_student else {"title": "counted", "counted": "counted"}
        rows.append(_strip_row(*drawn, **told))
    return rows


def _told_river_row(windows: pd.DataFrame, step_ms: int, zone: tzinfo) -> Row:
    """Of told windows each student counts once, so there are no readings to speak of."""
    windows = windows.assign(usable=windows["students_usable"])
    return _river_row(windows, step_ms, zone, counted="of %{customdata[2]} students")


def _river_row(
    windows: pd.DataFrame,
    step_ms: int,
    zone: tzinfo,
    counted: str = "%{customdata[1]} readings of %{customdata[2]} students",
) -> Row:
    windows = _with_closing_row(windows, step_ms)
    times, heights = local_times(windows.index, zone), river(windows)
    traces = []
    for column in heights:
        emotion = column.split("_")[0]
        traces.append(
            {
                "type": "scatter",
                "x": times,
                "y": heights[column].to_numpy(),
                "name": emotion,
                "legendgroup": emotion,
                "showlegend": column != "neutral_below",
                "stackgroup": "below" if column in (*BELOW, "neutral_below") else "above",
                # A window is a step: a slope between two of them would show what nobody saw.
                "line": {"width": 0, "color": COLOURS[emotion], "shape": "hv"},
                "fillcolor": COLOURS[emotion],
                "opacity": 0.85,
                "customdata": np.stack(
                    [windows[f"share_{emotion}"], windows["usable"], windows["students_usable"]], axis=-1
                ),
                "hovertemplate": f"{emotion} %{{customdata[0]:.0%}}<extra>{counted}</extra>",
            }
        )
    percent = ["100 %", "50 %", "0", "50 %", "100 %"]
    axis = left_axis("share of faces", range=[-1, 1], tickvals=[-1, -0.5, 0, 0.5, 1], ticktext=percent)
    return Row(_RIVER_PX, traces, axis)


def _attention_row(windows: pd.DataFrame, step_ms: int, zone: tzinfo) -> Row:
    """A line each, of the readings that tell; a hole where none does."""
    traces = []
    for column, (name, colour, dash) in _LINES.items():
        counts = np.stack([windows[each] for each in SHARES[column]], axis=-1)
        traces.append(
            _line(windows, column, step_ms, zone)
            | {
                "name": name,
                "line": {"width": 2, "color": colour, "dash": dash},
                "customdata": np.repeat(counts, 2, axis=0),
                "hovertemplate": f"{name} %{{y:.0%}}<extra>%{{customdata[0]}} of %{{customdata[1]}} readings</extra>",
            }
        )
    return Row(_RIVER_PX, traces, left_axis("share of readings", range=[0, 1.02], tickformat=".0%"))


def _valence_row(windows: pd.DataFrame, step_ms: int, zone: tzinfo) -> Row:
    line = _line(windows, "valence", step_ms, zone) | {
        "name": "valence",
        "showlegend": False,
        "line": {"width": 2, "color": "#4C78A8"},
        "hovertemplate": "valence %{y:.2f}<extra></extra>",
    }
    middle = {"type": "line", "x0": 0, "x1": 1, "y0": 0, "y1": 0, "line": {"width": 1, "color": "rgba(128,128,128,.6)"}}
    axis = left_axis("valence", range=[-1, 1], tickvals=[-1, 0, 1])
    return Row(_VALENCE_PX, [line], axis, shapes=[middle])


def _strip_row(
    windows: pd.DataFrame, step_ms: int, zone: tzinfo, title: str = "in view", counted: str = "with a usable face"
) -> Row:
    bars = {
        "type": "bar",
        "x": local_times(windows.index, zone),
        "y": windows["coverage"].fillna(0.0).to_numpy(),
        "width": step_ms,
        "offset": 0,
        "name": "coverage",
        "showlegend": False,
        "marker": {"color": "#7A869A"},
        "customdata": np.stack([windows["students_usable"], windows["students_present"]], axis=-1),
        "hovertemplate": f"%{{customdata[0]}} of %{{customdata[1]}} students {counted}<extra></extra>",
    }
    return Row(_STRIP_PX, [bars], left_axis(title, range=[0, 1], tickvals=[0, 1], tickformat=".0%"))


def _line(windows: pd.DataFrame, column: str, step_ms: int, zone: tzinfo) -> dict:
    """A step a window, parted where nothing is known."""
    edges = local_times(_with_closing_row(windows, step_ms).index, zone)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.repeat(edges, 2)[1:-1],
        "y": np.repeat(windows[column].to_numpy(), 2),
        "connectgaps": False,
    }


def _with_closing_row(windows: pd.DataFrame, step_ms: int) -> pd.DataFrame:
    """The last window once more at its end, so that its step has a width."""
    if windows.empty:
        return windows
    closing = windows.iloc[[-1]].set_axis(windows.index[-1:] + step_ms)
    return pd.concat([windows, closing])
