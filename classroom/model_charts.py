"""Charts of how good the network is: numbers first, figure second. Colours, font and background are the page's."""

import textwrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from classroom.colours import COLOURS
from classroom.model_results import Bin, Head, Results, Slice
from classroom.percent import percent
from fer_model.labels import EMOTIONS

# Blue and grey differ in lightness too, so that they are told apart without colour; both show on light and on dark.
_LINE, _QUIET = "#3A87C8", "#8A94A3"
_GRID = "rgba(128,128,128,.18)"
# The page's background shines through, so light and dark need no second scale, and their text stays readable on it.
_SCALE = [[0.0, "rgba(58,135,200,.03)"], [1.0, "rgba(58,135,200,.65)"]]


def row_shares(head: Head) -> np.ndarray:
    """(k, k) share of each row's pictures; rows sum to 1, and one without pictures is NaN."""
    n = head.counts.sum(axis=1, keepdims=True)
    return np.divide(head.counts, n, out=np.full(head.counts.shape, np.nan), where=n > 0)


def confusion_figure(head: Head, title: str = "", rows: str = "most people saw") -> go.Figure:
    """What faces are (rows, whose axis says who says so) and what they were named (columns), in percent of the row."""
    shares, n = row_shares(head), head.counts.sum(axis=1)
    names = [f"{label} ({count:,})" for label, count in zip(head.labels, n, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=list(head.labels),
            y=names,
            customdata=np.stack([head.counts, np.broadcast_to(n[:, None], head.counts.shape)], axis=-1),
            hovertemplate="%{y} named %{x}: %{customdata[0]} of %{customdata[1]} (%{z:.0%})<extra></extra>",
            colorscale=_SCALE,
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    # Text of its own: a heatmap's chooses black or white as if the background were white.
    cells = [(i, j) for i in range(len(n)) for j in range(len(n)) if shares[i, j] >= 0.005]
    figure.add_trace(
        go.Scatter(
            x=[head.labels[j] for _, j in cells],
            y=[names[i] for i, _ in cells],
            text=[f"{shares[cell] * 100:.0f}" for cell in cells],
            mode="text",
            textfont={"size": 13},
            hoverinfo="skip",
        )
    )
    figure.update_xaxes(title_text="named as", side="bottom", showgrid=False)
    figure.update_yaxes(title_text=f"{rows} (n)", autorange="reversed", showgrid=False)
    return _finish(figure, title, height=370, left=120)


def recall_table(head: Head) -> pd.DataFrame:
    """``label``, ``n``, ``hits``, ``recall``, ``low``, ``high`` of each label with pictures, in its order."""
    rows = [(label, r.n, r.hits, r.value, r.low, r.high) for label, r in head.recalls.items() if r]
    return pd.DataFrame(rows, columns=["label", "n", "hits", "recall", "low", "high"])


def recall_figure(head: Head, title: str = "") -> go.Figure:
    """How many faces of each expression are found, with their 95 % intervals."""
    table = recall_table(head)
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=table["recall"],
            y=[f"{row.label} (n = {row.n:,})" for row in table.itertuples()],
            marker={"color": [COLOURS.get(label, _QUIET) for label in table["label"]]},
            error_x=_whiskers(table["recall"], table["low"], table["high"]),
            customdata=table[["hits", "n", "low", "high"]],
            hovertemplate="%{customdata[0]} of %{customdata[1]} found, 95% interval %{customdata[2]:.0%} to"
            " %{customdata[3]:.0%}<extra></extra>",
        )
    )
    _percent(figure, "x", "found, of the faces that show it (%)")
    figure.update_yaxes(autorange="reversed")
    return _finish(figure, title, height=300, left=130)


def reliability_table(bins: tuple[Bin, ...]) -> pd.DataFrame:
    """``confidence``, ``right``, ``low``, ``high``, ``n`` of each bin, the least confident first."""
    rows = [(each.confidence, each.right.value, each.right.low, each.right.high, each.right.n) for each in bins]
    return pd.DataFrame(rows, columns=["confidence", "right", "low", "high", "n"])


def reliability_figure(head: Head, title: str = "") -> go.Figure:
    """How often it is right where it states a confidence, against the diagonal; under it how many pictures that is."""
    table = reliability_table(head.bins)
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.8, 0.2], vertical_spacing=0.06)
    figure.add_trace(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"dash": "dot", "color": _QUIET}, hoverinfo="skip"),
        row=1,
        col=1,
    )
    figure.add_trace(
        go.Scatter(
            x=table["confidence"],
            y=table["right"],
            mode="markers+lines",
            line={"color": _LINE, "width": 1},
            marker={"size": 9, "color": _LINE},
            error_y=_whiskers(table["right"], table["low"], table["high"]),
            customdata=table["n"],
            hovertemplate="says %{x:.0%}, is right %{y:.0%} (n = %{customdata})<extra></extra>",
        ),
        row=1,
        col=1,
    )
    figure.add_trace(
        go.Bar(
            x=table["confidence"],
            y=table["n"],
            width=0.045,
            marker={"color": _QUIET},
            hovertemplate="n = %{y}<extra></extra>",
        ),
        row=2,
        col=1,
    )
    _percent(figure, "y", "right (%)", row=1, col=1)
    _percent(figure, "x", "confidence that it states (%)", row=2, col=1)
    figure.update_xaxes(range=[0, 1.02])
    figure.update_yaxes(title_text="pictures", nticks=3, row=2, col=1)
    return _finish(figure, title, height=360)


def risk_table(results: Results | None) -> pd.DataFrame:
    """``coverage``, ``risk``, ``confidence``, ``n``, from the surest few to everything."""
    points = results.risk if results else ()
    rows = [(point.coverage, point.risk, point.confidence, point.n) for point in points]
    return pd.DataFrame(rows, columns=["coverage", "risk", "confidence", "n"])


def chosen_point(results: Results | None) -> tuple[float, float] | None:
    """Coverage and risk where the classroom reads: of the pictures on which most people agreed."""
    total = int(results.reading.counts.sum()) if results else 0
    return (results.headline.read.n / total, 1 - results.headline.read.value) if total else None


def risk_figure(results: Results | None, title: str = "") -> go.Figure:
    """How many wrong names are left when only the surest faces are read, and where the classroom reads."""
    table = risk_table(results)
    figure = go.Figure(
        go.Scatter(
            x=table["coverage"],
            y=table["risk"],
            mode="lines",
            line={"color": _LINE, "width": 2.5},
            customdata=table[["confidence", "n"]],
            hovertemplate="reading %{x:.0%} (from %{customdata[0]:.0%} confidence): %{y:.1%} wrong"
            "<extra>n = %{customdata[1]}</extra>",
        )
    )
    if len(table) and (chosen := chosen_point(results)):
        figure.add_trace(
            go.Scatter(
                x=[chosen[0]],
                y=[chosen[1]],
                mode="markers+text",
                marker={"size": 13, "symbol": "diamond", "color": "#D55E00"},
                text=[f"chosen: from {results.abstain_below:.0%} confidence  "],
                textposition="middle left",
                hovertemplate="as it reads now: %{x:.0%} read, %{y:.1%} of them wrong<extra></extra>",
            )
        )
    _percent(figure, "x", "faces read (%)")
    _percent(figure, "y", "wrong, of those (%)")
    # Few are wrong: the whole scale would press the curve onto its foot.
    highest = max(0.05, 1.15 * table["risk"].max()) if len(table) else 1.0
    figure.update_yaxes(range=[0, highest], tickvals=None, ticktext=None, tickformat=".0%", nticks=5)
    return _finish(figure, title, height=300)


def slice_table(each: Slice) -> pd.DataFrame:
    """``step`` (text), ``right``, ``low``, ``high``, ``n``, ``share_read``, and whether it is the ``unchanged`` one.

    Where unchanged is an end of the scale the rows lead away from it; where it lies inside they go from low to high;
    words stay in the order of the file.
    """
    first = each.steps[0].step if each.steps else None
    steps = list(each.steps)
    if all(isinstance(step.step, int | float) for step in steps):
        steps.sort(key=lambda step: step.step, reverse=bool(steps) and first == max(step.step for step in steps))
    rows = []
    for step in steps:
        read = step.read
        rows.append((str(step.step), read.value, read.low, read.high, read.n, step.share_read, step.step == first))
    return pd.DataFrame(rows, columns=["step", "right", "low", "high", "n", "share_read", "unchanged"])


def slice_figure(each: Slice, title: str = "") -> go.Figure:
    """Right of those read (blue dots) and share read (grey circles) for each strength of one change."""
    table = slice_table(each)
    ticks = ["<br>".join(textwrap.wrap(step, 8)) for step in table["step"]]
    figure = go.Figure(
        [
            go.Scatter(
                x=ticks,
                y=table["share_read"],
                mode="lines+markers",
                line={"color": _QUIET, "dash": "dot", "width": 1.5},
                marker={"symbol": "circle-open", "size": 8},
                hovertemplate="%{y:.0%} of the faces read<extra></extra>",
            ),
            go.Scatter(
                x=ticks,
                y=table["right"],
                mode="lines+markers",
                line={"color": _LINE, "width": 2},
                marker={"size": 8},
                error_y=_whiskers(table["right"], table["low"], table["high"]),
                customdata=table[["n", "low", "high"]],
                hovertemplate="%{y:.0%} of them right, 95% interval %{customdata[1]:.0%} to %{customdata[2]:.0%}"
                "<extra>n = %{customdata[0]}</extra>",
            ),
        ]
    )
    if any(isinstance(step.step, str) for step in each.steps):
        figure.update_traces(mode="markers")  # words have no order, so no line joins them
    figure.update_xaxes(type="category", title_text=each.unit)
    _percent(figure, "y", "faces (%)")
    return _finish(figure, title or each.change, height=220)


def probability_figure(probs: tuple[float, ...]) -> go.Figure:
    """The seven probabilities of one reading as bars."""
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=list(probs),
            y=list(EMOTIONS)[: len(probs)],
            marker={"color": [COLOURS[emotion] for emotion in EMOTIONS[: len(probs)]]},
            text=[percent(share) for share in probs],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    _percent(figure, "x", "confidence (%)")
    figure.update_xaxes(range=[0, 1.12])
    figure.update_yaxes(autorange="reversed")
    return _finish(figure, "", height=250, left=70)


def _whiskers(value: pd.Series, low: pd.Series, high: pd.Series) -> dict:
    return {
        "type": "data",
        "symmetric": False,
        "array": (high - value).clip(lower=0),
        "arrayminus": (value - low).clip(lower=0),
        "color": _QUIET,
        "thickness": 1.5,
        "width": 0,
    }


def _percent(figure: go.Figure, axis: str, title: str, **where: int) -> None:
    """An axis from 0 to 100 whose title carries the unit."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    settings = {"title_text": title, "range": [0, 1.02], "gridcolor": _GRID, "zeroline": False}
    settings |= {"tickvals": ticks, "ticktext": [f"{tick * 100:.0f}" for tick in ticks]}
    (figure.update_xaxes if axis == "x" else figure.update_yaxes)(**settings, **where)


def _finish(figure: go.Figure, title: str, height: int, left: int = 60) -> go.Figure:
    """One look for all; nothing to drag, so that a finger on a phone scrolls the page."""
    figure.update_xaxes(fixedrange=True, title_standoff=6)
    figure.update_yaxes(fixedrange=True, title_standoff=6)
    figure.update_layout(
        title={"text": title} if title else None,
        height=height,
        template="none",
        margin={"l": left, "r": 12, "t": 36 if title else 10, "b": 48},
        showlegend=False,
        dragmode=False,
    )
    return figure
