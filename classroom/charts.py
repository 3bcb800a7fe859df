"""The class's timeline: numbers first, figure second.

The mood river is a stacked area around a middle line: unpleasant expressions below, pleasant ones above, neutral a
quiet band in the middle. Under it what students signalled, the valence line, and a strip with the share of present
students whose face could be read. What the teacher noted goes through all of it. Which of these rows there are depends
on the mode of the class; without expressions two lines, facing the screen and eyes open, take the river's place.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from classroom.attention_windows import SHARES
from classroom.clock import local
from classroom.colours import COLOURS
from classroom.lesson_marks import LABEL_PX, add_lane, add_markers
from classroom.marker_labels import ROWS
from classroom.modes import Mode
from classroom.mood import PLEASANT as ABOVE
from classroom.mood import UNPLEASANT as BELOW
from classroom.records import Marker

# Heights of river or lines, lane of signals, valence and coverage, and what lies between two of them.
_RIVER_PX, _LANE_PX, _VALENCE_PX, _STRIP_PX, _GAP_PX = 217, 84, 84, 49, 25
# Told apart by colour-blind eyes and by their dashes, and none of them the colour of an expression.
_LINES = {"facing_share": ("facing the screen", "#332288", "solid"), "eyes_share": ("eyes open", "#117733", "dash")}
_LEGEND_PX, _BELOW_PX = 28, 52

# Adds a row of the figure: (figure, windows, length of a window in ms, time zone, number of the row).
AddRow = Callable[[go.Figure, pd.DataFrame, int, tzinfo, int], None]


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
) -> go.Figure:
    """Draw the river, the signals, the valence line and the coverage strip, or those of them that the mode has.

    Args:
        windows: ``mood.class_windows``, ``told_windows.told_timeline`` or ``attention_windows.attention_of_class`` as
            the mode wants it, ``window_s`` long; an empty one gives an empty figure with the same axes.
        from_ms: left end of the time axis; the first window when ``None``.
        at_least_s: length of the time axis when there is less: a class that has just begun does not fill it at once.
        zone: the teacher's time zone, for the axis and the hover text.
        lane: ``signals.lane`` of the same windows; ``None`` where nobody can signal: there is no lane then.
        markers: what the teacher noted; ``None`` where nothing can be noted. An empty lane and an empty list keep
            their places, so that the first tap and the first marker move nothing.
    """
    rows = _rows(mode, lane)
    heights_px = [height_px for height_px, _ in rows]
    drawn_px = sum(heights_px) + _GAP_PX * (len(heights_px) - 1)
    figure = make_subplots(
        rows=len(heights_px),
        cols=1,
        shared_xaxes=True,
        row_heights=heights_px,
        vertical_spacing=_GAP_PX / drawn_px if len(rows) > 1 else None,
    )
    step_ms = window_s * 1000
    for number, (_, add_row) in enumerate(rows, start=1):
        add_row(figure, windows, step_ms, zone, number)
    windows = _with_closing_row(windows, step_ms)
    first_ms = from_ms if from_ms is not None else int(windows.index[0]) if len(windows) else None
    last_ms = 0
    if first_ms is not None:
        last_ms = max(int(windows.index[-1]) if len(windows) else 0, first_ms + at_least_s * 1000)
        figure.update_xaxes(range=[local(first_ms, zone), local(last_ms, zone)])
    if markers is not None:
        add_markers(figure, markers, first_ms or 0, last_ms, zone)
    figure.update_xaxes(title_text=f"time ({zone})", title_standoff=6, row=len(rows), col=1)
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


def _rows(mode: Mode, lane: pd.DataFrame | None) -> list[tuple[int, AddRow]]:
    """Height and maker of each row from the top."""
    shows, rows = mode.shows, []
    if shows.expression:
        rows.append((_RIVER_PX, _add_river if shows.by_student else _add_told_river))
    elif shows.camera:
        rows.append((_RIVER_PX, _add_attention))
    if lane is not None:
        rows.append(
            (_LANE_PX, lambda figure, _, step_ms, zone, row: add_lane(figure, lane, step_ms // 1000, zone, row))
        )
    if shows.mood:
        rows.append((_VALENCE_PX, _add_valence))
    if shows.camera:
        rows.append((_STRIP_PX, _add_strip if shows.by_student else _add_told_strip))
    return rows


def _adds(lane: pd.DataFrame) -> AddRow:
    """What adds the lane of signals, which is not in the windows."""
    return lambda figure, _, step_ms, zone, row: add_lane(figure, lane, step_ms // 1000, zone, row)


def _add_told_river(figure: go.Figure, windows: pd.DataFrame, step_ms: int, zone: tzinfo, row: int) -> None:
    """Of told windows each student counts once, so there are no readings to speak of."""
    _add_river(figure, windows.assign(usable=windows["students_usable"]), step_ms, zone, row)
    figure.update_traces(
        hovertemplate="%{fullData.name} %{customdata[0]:.0%}<extra>of %{customdata[2]} students</extra>",
        selector={"stackgroup": "above"},
    )
    figure.update_traces(
        hovertemplate="%{fullData.name} %{customdata[0]:.0%}<extra>of %{customdata[2]} students</extra>",
        selector={"stackgroup": "below"},
    )


def _add_river(figure: go.Figure, windows: pd.DataFrame, step_ms: int, zone: tzinfo, row: int) -> None:
    windows = _with_closing_row(windows, step_ms)
    times, heights = _times(windows, zone), river(windows)
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
            row=row,
            col=1,
        )
    figure.update_yaxes(title_text="share of faces", range=[-1, 1], tickvals=[-1, -0.5, 0, 0.5, 1], row=row, col=1)
    figure.update_yaxes(ticktext=["100 %", "50 %", "0", "50 %", "100 %"], row=row, col=1)


def _add_attention(figure: go.Figure, windows: pd.DataFrame, step_ms: int, zone: tzinfo, row: int) -> None:
    """A line each, of the readings that tell; a hole where none does."""
    times = _times(_with_closing_row(windows, step_ms), zone)
    for column, (name, colour, dash) in _LINES.items():
        part, whole = SHARES[column]
        counts = np.stack([windows[part], windows[whole]], axis=-1)
        figure.add_trace(
            go.Scatter(
                x=np.repeat(times, 2)[1:-1],
                y=np.repeat(windows[column], 2),
                name=name,
                mode="lines",
                line={"width": 2, "color": colour, "dash": dash},
                connectgaps=False,
                customdata=np.repeat(counts, 2, axis=0),
                hovertemplate=f"{name} %{{y:.0%}}<extra>%{{customdata[0]}} of %{{customdata[1]}} readings</extra>",
            ),
            row=row,
            col=1,
        )
    figure.update_yaxes(title_text="share of readings", range=[0, 1.02], tickformat=".0%", row=row, col=1)


def _add_valence(figure: go.Figure, windows: pd.DataFrame, step_ms: int, zone: tzinfo, row: int) -> None:
    times = _times(_with_closing_row(windows, step_ms), zone)
    figure.add_trace(
        go.Scatter(
            x=np.repeat(times, 2)[1:-1],
            y=np.repeat(windows["valence"], 2),
            name="valence",
            showlegend=False,
            mode="lines",
            line={"width": 2, "color": "#4C78A8"},
            connectgaps=False,
            hovertemplate="valence %{y:.2f}<extra></extra>",
        ),
        row=row,
        col=1,
    )
    figure.add_hline(y=0, line={"width": 1, "color": "rgba(128,128,128,.6)"}, row=row, col=1)
    figure.update_yaxes(title_text="valence", range=[-1, 1], tickvals=[-1, 0, 1], row=row, col=1)


def _add_strip(figure: go.Figure, windows: pd.DataFrame, step_ms: int, zone: tzinfo, row: int) -> None:
    figure.add_trace(
        go.Bar(
            x=_times(windows, zone),
            y=windows["coverage"].fillna(0.0),
            width=step_ms,
            offset=0,
            name="coverage",
            showlegend=False,
            marker={"color": "#7A869A"},
            customdata=np.stack([windows["students_usable"], windows["students_present"]], axis=-1),
            hovertemplate="%{customdata[0]} of %{customdata[1]} students with a usable face<extra></extra>",
        ),
        row=row,
        col=1,
    )
    figure.update_yaxes(title_text="in view", range=[0, 1], tickvals=[0, 1], tickformat=".0%", row=row, col=1)


def _add_told_strip(figure: go.Figure, windows: pd.DataFrame, step_ms: int, zone: tzinfo, row: int) -> None:
    _add_strip(figure, windows, step_ms, zone, row)
    counted = "%{customdata[0]} of %{customdata[1]} students counted<extra></extra>"
    figure.update_traces(hovertemplate=counted, selector={"name": "coverage"})
    figure.update_yaxes(title_text="counted", row=row, col=1)


def _times(windows: pd.DataFrame, zone: tzinfo) -> list:
    return [local(int(at_ms), zone) for at_ms in windows.index]


def _with_closing_row(windows: pd.DataFrame, step_ms: int) -> pd.DataFrame:
    """The last window once more at its end, so that its step has a width."""
    if windows.empty:
        return windows
    closing = windows.iloc[[-1]].set_axis(windows.index[-1:] + step_ms)
    return pd.concat([windows, closing])
