"""Several classes side by side: what was shown, with n, coverage and an interval. Pure.

The students of a class are the sample, not its readings: each counts once, by the mean of their own readings, and the
interval is Student's t interval of these means (see ``paired``). Two classes are only as comparable as their students,
subjects and hours are; the numbers cannot know that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from html import escape
from math import sqrt

import numpy as np
import plotly.graph_objects as go

from classroom.clock import as_utc, local
from classroom.colours import COLOURS
from classroom.paired import MIN_STUDENTS, t_quantile
from classroom.records import ClassInfo
from classroom.report import ClassReport
from fer_model.labels import EMOTIONS

FEWEST_READINGS = 30  # of a student, to be counted: half a minute in view
_LONGEST_TITLE = 28


@dataclass(frozen=True)
class ClassSummary:
    """One class in a comparison.

    Attributes:
        joined: students who joined; ``students`` of them have readings enough to count.
        analyses, usable: readings, and those with an expression.
        valence: mean of the students' means, -1 to 1, NaN without one; ``low`` and ``high`` its 95 % interval, NaN
            with fewer than ``MIN_STUDENTS``.
        shares: of the usable readings by expression, NaN without any.
    """

    info: ClassInfo
    joined: int
    students: int
    analyses: int
    usable: int
    valence: float
    low: float
    high: float
    shares: dict[str, float]

    @property
    def coverage(self) -> float:
        """Usable readings / analyses, NaN without an analysis."""
        return self.usable / self.analyses if self.analyses else float("nan")


def summary(report: ClassReport) -> ClassSummary:
    """One class in numbers."""
    own = report.windows.groupby(level="student_id")[["usable", "valence_sum"]].sum()
    own = own[own["usable"] >= FEWEST_READINGS]
    means = (own["valence_sum"] / own["usable"]).to_numpy(float)
    n = len(means)
    half = t_quantile(n - 1) * float(means.std(ddof=1)) / sqrt(n) if n >= MIN_STUDENTS else float("nan")
    valence = float(means.mean()) if n else float("nan")
    usable = report.usable
    shares = {emotion: count / usable if usable else float("nan") for emotion, count in report.counts.items()}
    return ClassSummary(
        *(report.info, len(report.attendance), n, report.analyses, usable),
        *(valence, valence - half, valence + half, shares),
    )


def compare_rows(summaries: Sequence[ClassSummary], zone: tzinfo) -> list[dict[str, str]]:
    """A row a class, the oldest first."""
    return [
        {
            "Class": each.info.title,
            "When": f"{as_utc(each.info.opened_ms).astimezone(zone):%Y-%m-%d %H:%M}",
            "Joined": str(each.joined),
            "Counted": f"{each.students} students",
            "With a usable face": _known(each.coverage, "{:.0%}") + f" of {each.analyses:,}",
            "Valence": _known(each.valence, "{:+.2f}"),
            "95% interval": f"{each.low:+.2f} to {each.high:+.2f}" if not np.isnan(each.low) else "not known",
        }
        for each in _in_time(summaries)
    ]


def valence_trend(summaries: Sequence[ClassSummary], zone: tzinfo) -> go.Figure:
    """The classes by date with their intervals; a class without an interval is a hollow point."""
    known = [each for each in _in_time(summaries) if not np.isnan(each.valence)]
    sure = [not np.isnan(each.low) for each in known]
    half = [each.high - each.valence if ok else 0.0 for each, ok in zip(known, sure, strict=True)]
    figure = go.Figure(
        go.Scatter(
            x=[local(each.info.opened_ms, zone) for each in known],
            y=[each.valence for each in known],
            error_y={"type": "data", "array": half, "color": "#7A869A", "thickness": 1.5},
            mode="markers+lines",
            line={"color": "#B8C0CC", "width": 1, "dash": "dot"},
            marker={"size": 10, "color": "#4C78A8", "symbol": ["circle" if ok else "circle-open" for ok in sure]},
            customdata=[[_short(each.info.title), each.students, each.usable] for each in known],
            hovertemplate="<b>%{customdata[0]}</b><br>valence %{y:+.2f}<br>%{customdata[1]} students, "
            "%{customdata[2]:,} usable readings<extra></extra>",
        )
    )
    figure.add_hline(y=0, line={"width": 1, "color": "rgba(128,128,128,.6)"})
    figure.update_yaxes(title_text="valence (−1 to 1)", gridcolor="rgba(128,128,128,.18)", zeroline=False)
    figure.update_xaxes(title_text=f"time ({zone})", showgrid=False)
    return _finish(figure, 300)


def shares_figure(summaries: Sequence[ClassSummary], zone: tzinfo) -> go.Figure:
    """A bar a class: which share of the usable readings showed what."""
    ordered = [each for each in _in_time(summaries) if each.usable]
    labels = [f"{_short(each.info.title)} · {as_utc(each.info.opened_ms).astimezone(zone):%d %b}" for each in ordered]
    figure = go.Figure(
        [
            go.Bar(
                y=list(range(len(ordered))),
                x=[each.shares[emotion] for each in ordered],
                orientation="h",
                name=emotion,
                marker={"color": COLOURS[emotion]},
                customdata=[each.usable for each in ordered],
                hovertemplate=f"{emotion} %{{x:.0%}} of %{{customdata:,}}<extra></extra>",
            )
            for emotion in EMOTIONS
        ]
    )
    figure.update_yaxes(tickvals=list(range(len(ordered))), ticktext=labels, autorange="reversed", automargin=True)
    figure.update_xaxes(title_text="share of the usable readings", tickformat=".0%", range=[0, 1], showgrid=False)
    figure.update_layout(barmode="stack", legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return _finish(figure, 130 + 34 * len(ordered))


def _in_time(summaries: Sequence[ClassSummary]) -> list[ClassSummary]:
    return sorted(summaries, key=lambda each: (each.info.opened_ms, each.info.id))


def _known(value: float, form: str) -> str:
    return "not known" if np.isnan(value) else form.format(value)


def _short(title: str) -> str:
    return escape(title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…", quote=False)


def _finish(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(template="none", height=height, margin={"l": 64, "r": 8, "t": 32, "b": 52})
    return figure
