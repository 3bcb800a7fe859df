"""Every person over time: numbers first, figures second.

The heat map has a row a person and says what was shown most often in each window; the lines compare the valence of a
few. "Present, but not read" and "not there" are two different kinds of not known, and look different.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape

import numpy as np
import plotly.graph_objects as go

from classroom.clock import local
from classroom.colours import COLOURS, UNKNOWN
from classroom.mood import coarser, presence
from classroom.report import ClassReport
from fer_model.labels import EMOTIONS

ABSENT, UNREAD = -1, len(EMOTIONS)
MOST_LINES = 6  # more of them nobody tells apart
_UNREAD_COLOUR = "#E3E6EB"
_ROW_PX = 22
_LONGEST_NAME = 20
# Told apart by colour-blind eyes and by their dashes, and none of them the colour of an expression alone.
_LINES = (
    *(("#332288", "solid"), ("#117733", "dash"), ("#882255", "dot")),
    *(("#44AA99", "dashdot"), ("#AA4499", "longdash"), ("#6B7785", "longdashdot")),
)


@dataclass(frozen=True, eq=False)
class PersonGrid:
    """What every person showed in every window; (n, w) arrays, a row a person in the order of attendance.

    Attributes:
        student_ids, names: n of them.
        begins_ms: (w,) int64 UTC.
        step_s: length of a window.
        shown: index in ``EMOTIONS`` of the most frequent expression, ``UNREAD``, or ``ABSENT``.
        share: of the usable readings that show it, 0 to 1; NaN without one.
        usable, analyses: counts.
        valence: mean of the usable readings, -1 to 1; NaN without one.
    """

    student_ids: tuple[int, ...]
    names: tuple[str, ...]
    begins_ms: np.ndarray
    step_s: int
    shown: np.ndarray
    share: np.ndarray
    usable: np.ndarray
    analyses: np.ndarray
    valence: np.ndarray


def person_grid(report: ClassReport) -> PersonGrid:
    """The windows of the class's timeline, person by person."""
    begins = report.timeline.index.to_numpy(np.int64)
    windows = coarser(report.windows, report.timeline_s)
    there = presence(report.visits, begins, report.timeline_s * 1000)
    counts_here = (report.timeline["students_present"] > 0).to_numpy()  # nobody does in a break
    n, w = len(report.attendance), len(begins)
    counts, usable, analyses = np.zeros((n, w, len(EMOTIONS)), int), np.zeros((n, w), int), np.zeros((n, w), int)
    valence, present = np.full((n, w), np.nan), np.zeros((n, w), bool)
    for row, each in enumerate(report.attendance):
        student_id = each.student.id
        present[row] = there.get(student_id, False) & counts_here
        if student_id in windows.index.get_level_values("student_id"):
            own = windows.xs(student_id, level="student_id").reindex(begins, fill_value=0)
            counts[row], usable[row], analyses[row] = own[list(EMOTIONS)], own["usable"], own["analyses"]
            valence[row] = own["valence_sum"] / own["usable"].where(own["usable"] > 0)
    shown = np.where(usable > 0, counts.argmax(axis=2), np.where(present | (analyses > 0), UNREAD, ABSENT))
    share = np.where(usable > 0, counts.max(axis=2) / np.maximum(usable, 1), np.nan)
    students = [each.student for each in report.attendance]
    ids, names = tuple(student.id for student in students), tuple(student.name for student in students)
    return PersonGrid(ids, names, begins, report.timeline_s, shown, share, usable, analyses, valence)


def heat_map(grid: PersonGrid, zone: tzinfo) -> go.Figure:
    """A row a person, a column a window, the colour of the expression shown most often; blank: not there."""
    colours = [*(COLOURS[emotion] for emotion in EMOTIONS), _UNREAD_COLOUR]
    steps = np.linspace(0, 1, len(colours) + 1)
    figure = go.Figure(
        go.Heatmap(
            x=_times(grid, zone),
            y=np.arange(len(grid.names)),
            z=np.where(grid.shown == ABSENT, np.nan, grid.shown),
            zmin=-0.5,
            zmax=len(colours) - 0.5,
            colorscale=[[step, colour] for i, colour in enumerate(colours) for step in steps[i : i + 2]],
            showscale=False,  # the page's counts say which colour is which expression
            customdata=_hover(grid),
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            ygap=2,
        )
    )
    ticks = {"tickvals": list(range(len(grid.names))), "ticktext": [_short(name) for name in grid.names]}
    figure.update_yaxes(autorange="reversed", showgrid=False, zeroline=False, **ticks)
    return _finish(figure, grid, zone, max(_ROW_PX * len(grid.names) + 90, 250))


def lines(grid: PersonGrid, rows: Sequence[int], zone: tzinfo) -> go.Figure:
    """Valence over time of the people in ``rows``, at most ``MOST_LINES``; a hole where nothing was read."""
    figure = go.Figure()
    for row, (colour, dash) in zip(rows, _LINES, strict=False):
        figure.add_trace(
            go.Scatter(
                x=_times(grid, zone),
                y=grid.valence[row],
                name=_short(grid.names[row]),
                mode="lines+markers",  # a window between two holes would be no line
                marker={"size": 4},
                line={"color": colour, "dash": dash, "width": 2},
                connectgaps=False,
                customdata=grid.usable[row],
                hovertemplate="%{y:+.2f}, n = %{customdata}",
            )
        )
    figure.add_hline(y=0, line={"width": 1, "color": "rgba(128,128,128,.6)"})
    figure.update_yaxes(title_text="valence", range=[-1.05, 1.05], tickvals=[-1, 0, 1], gridcolor=UNKNOWN + "40")
    figure.update_layout(hovermode="x unified", showlegend=True)
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return _finish(figure, grid, zone, 300)


def _hover(grid: PersonGrid) -> np.ndarray:
    texts = np.empty(grid.shown.shape, object)
    for row, name in enumerate(grid.names):
        for column, shown in enumerate(grid.shown[row]):
            usable, analyses = grid.usable[row, column], grid.analyses[row, column]
            what = "present, not read"
            if 0 <= shown < UNREAD:
                what = f"{EMOTIONS[shown]} in {round(grid.share[row, column] * usable)} of {usable} usable readings"
            texts[row, column] = f"<b>{_short(name)}</b><br>{what}<br>{analyses} analyses"
    return texts


def _times(grid: PersonGrid, zone: tzinfo) -> list[datetime]:
    """The middles of the windows as clock times, because Plotly draws a cell around its value."""
    return [local(int(at_ms), zone) for at_ms in grid.begins_ms + grid.step_s * 500]


def _short(name: str) -> str:
    """A name that fits beside a row; Plotly would take markup in it for its own."""
    return escape(name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…", quote=False)


def _finish(figure: go.Figure, grid: PersonGrid, zone: tzinfo, height: int) -> go.Figure:
    figure.update_xaxes(title_text=f"time ({zone})", title_standoff=6, showgrid=False, zeroline=False, type="date")
    if len(grid.begins_ms):
        last_ms = int(grid.begins_ms[-1]) + grid.step_s * 1000
        figure.update_xaxes(range=[local(int(grid.begins_ms[0]), zone), local(last_ms, zone)])
    figure.update_yaxes(automargin=True)
    figure.update_layout(template="none", height=height, margin={"l": 40, "r": 8, "t": 24, "b": 52})
    return figure
