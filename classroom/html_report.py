"""A class as one HTML file: its charts work without a network, and it prints well.

Everything is inside, Plotly's script as well (some 4.5 MB): a report is opened years later, on another machine.
"""

import re
from base64 import b64encode
from datetime import tzinfo
from hashlib import sha256
from html import escape

import pandas as pd
import plotly.graph_objects as go
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from classroom.alert_words import alert_rows
from classroom.before_after_words import NOTE, TITLE, before_after_html
from classroom.charts import timeline_figure
from classroom.clock import as_utc
from classroom.colours import COLOURS
from classroom.mode_summary import Number, mode_numbers, told_shares
from classroom.people_charts import heat_map, person_grid
from classroom.report import ATTENTION_NOTE, ClassReport, attendance_table, attention_table
from fer_model.labels import EMOTIONS

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2430; max-width: 1000px; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: 0 } h2 { margin: 2rem 0 .3rem; font-size: 1.25rem } .quiet { color: #5b6675 }
.numbers { display: flex; flex-wrap: wrap; gap: 2.5rem; margin: 1.2rem 0 }
.numbers b { display: block; font-size: 1.8rem }
.dot { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin-right: .3em }
.counts span { margin-right: 1.2em; white-space: nowrap }
table { border-collapse: collapse; width: 100%; font-size: .9rem } td, th { padding: .3rem .6rem; text-align: left }
table.changes td { vertical-align: top } table.changes .under { color: #5b6675; font-size: .85em }
tr { border-bottom: 1px solid #dfe4ea } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
section { break-inside: avoid } thead { display: table-header-group }
@page { margin: 14mm }
@media print { body { margin: 0; max-width: none } tr { break-inside: avoid } }
"""

_SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


def html_report(report: ClassReport, zone: tzinfo) -> bytes:
    """The report as a page of its own, UTF-8.

    Args:
        zone: times are this zone's.
    """
    title, parts = escape(report.info.title), [_head(report, zone)]
    if not report.info.mode.shows.mood:
        parts += [_mood(report, zone), _attention(report)]
    elif report.analyses:
        parts += [_mood(report, zone), _changes(report, zone), _people(report, zone), _attention(report)]
    else:
        parts.append("<p>No face was analysed in this class.</p>")
    parts += [_alerts(report, zone), f"<h2>Attendance</h2>{_table(attendance_table(report, zone))}", _notes(report)]
    has_chart = report.analyses or not report.info.mode.shows.mood
    script = f"<script>{get_plotlyjs()}</script>" if has_chart else ""
    body = "".join(parts)
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script + body)}"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>{script}</head>'
        f"<body>{body}</body></html>"
    )
    return page.encode()


def _policy(content: str) -> str:
    """What this page may do wherever it is opened: run its own scripts, known by their hashes, and load nothing.

    No server is there to say so: it is a file. Names in it are escaped; what was forgotten could still run nothing.
    """
    hashes = {sha256(each.encode()).digest() for each in _SCRIPT.findall(content)}
    scripts = " ".join(f"'sha256-{b64encode(each).decode()}'" for each in sorted(hashes)) or "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none';"
        " form-action 'none'"
    )


def _notes(report: ClassReport) -> str:
    return _NOTES if report.info.mode.shows.expression else ""


_NOTES = (
    '<h2>How to read this</h2><p class="quiet">A network looked at each face about once a second and named the'
    " expression shown, or did not when it was not sure. Nobody can see in a face what a person feels. Valence runs"
    " from −1 (unpleasant) to 1 (pleasant) and follows from the expression. A face that was out of view, dark or"
    " blurred counts in no mean; each number stands with how many readings it rests on.</p>"
)


def _head(report: ClassReport, zone: tzinfo) -> str:
    opened = as_utc(report.info.opened_ms).astimezone(zone)
    ended = "running" if report.info.ended_ms is None else f"{as_utc(report.info.ended_ms).astimezone(zone):%H:%M}"
    numbers = _mood_numbers(report) if report.info.mode.shows.mood else mode_numbers(report)
    cells = "".join(
        f'<div><b>{value}</b>{label}<br><span class="quiet">{under}</span></div>' for label, value, under in numbers
    )
    when = f"{opened:%Y-%m-%d %H:%M} to {ended} ({escape(str(zone))})"
    mode = f"{report.info.mode.title}: {report.info.mode.shows.to_teacher}"
    return (
        f'<h1>{escape(report.info.title)}</h1><p class="quiet">{when}<br>{escape(mode)}</p>'
        f'<div class="numbers">{cells}</div>'
    )


def _mood_numbers(report: ClassReport) -> list[Number]:
    valence = "not known" if report.valence is None else f"{report.valence:+.2f}"
    usable = f"{report.usable / report.analyses:.0%}" if report.analyses else "not known"
    return [
        ("students", f"{len(report.attendance)}", ""),
        ("analyses", f"{report.analyses:,}", ""),
        ("with a usable face", usable, f"n = {report.analyses:,}"),
        ("mean valence (−1 to 1)", valence, f"n = {report.usable:,} usable readings"),
    ]


def _mood(report: ClassReport, zone: tzinfo) -> str:
    mode, counts = report.info.mode, {}
    if mode.shows.mood:
        counts = {emotion: f"{report.counts[emotion]:,}" for emotion in EMOTIONS}
    elif mode.shows.expression:
        counts = told_shares(report)
    counts = "".join(
        f'<span><i class="dot" style="background:{COLOURS[emotion]}"></i>{emotion} <b>{count}</b></span>'
        for emotion, count in counts.items()
    )
    figure = timeline_figure(
        *(report.timeline, report.timeline_s, zone),
        at_least_s=30,
        lane=report.lane,
        markers=report.markers,
        mode=mode,
    )
    title = "Mood of the class" if mode.shows.expression else "The class over time"
    return (
        f"<section><h2>{title}</h2>{_chart(figure)}"
        f'<p class="quiet">One point is {report.timeline_s} s.</p><p class="counts">{counts}</p></section>'
    )


def _changes(report: ClassReport, zone: tzinfo) -> str:
    if not report.changes:
        return ""
    table = before_after_html(report.changes, zone)
    return f'<section><h2>{TITLE}</h2>{table}<p class="quiet">{NOTE}</p></section>'


def _people(report: ClassReport, zone: tzinfo) -> str:
    return (
        f"<section><h2>Person by person</h2>{_chart(heat_map(person_grid(report), zone))}"
        f'<p class="quiet">The expression shown most often in each {report.timeline_s} s. Pale grey: present, but not'
        " read. Blank: not there, or a break.</p></section>"
    )


def _attention(report: ClassReport) -> str:
    rows = attention_table(report)
    if rows.empty:
        return ""
    return f'<h2>In view, facing the screen, eyes open</h2>{_table(rows)}<p class="quiet">{escape(ATTENTION_NOTE)}</p>'


def _alerts(report: ClassReport, zone: tzinfo) -> str:
    if not report.alerts:
        return ""
    names = {row.student.id: row.student.name for row in report.attendance}
    until_ms = report.info.ended_ms or max(alert.raised_ms for alert in report.alerts)
    rows = pd.DataFrame(alert_rows(report.alerts, names, zone, until_ms))
    return f"<h2>May have needed a hand</h2>{_table(rows)}"


def _chart(figure: go.Figure | dict) -> str:
    config = {"displayModeBar": False, "responsive": True}
    return to_html(figure, full_html=False, include_plotlyjs=False, config=config)


def _table(rows: pd.DataFrame) -> str:
    kinds = ["number" if pd.api.types.is_numeric_dtype(rows[column]) else "" for column in rows]
    head = "".join(f'<th class="{kind}">{escape(column)}</th>' for column, kind in zip(rows, kinds, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{kind}">{escape(str(cell))}</td>' for cell, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows.itertuples(index=False)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
