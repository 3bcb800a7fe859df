"""The changes around markers as a table, for the page and for the report that is a file. Every text is escaped."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from html import escape

from classroom.before_after import SPAN_MS, BeforeAfter
from classroom.clock import as_utc
from classroom.paired import MIN_STUDENTS, Change, Verdict

TITLE = "Before and after each marker"
NOTE = (
    f"Up to {SPAN_MS // 60_000} minutes on either side, never over a break. Means of the students who were read on both"
    " sides; each student counts once. In brackets the 95 % interval of the change over these students: where it holds"
    f" 0 there is no clear change, and of fewer than {MIN_STUDENTS} students nothing can be said. Of twenty markers,"
    " one shows a clear change by chance alone, and what followed a marker need not have come from it."
)
Number = Callable[[float], str]


def valence(value: float) -> str:
    return f"{value:+.2f}"


def share(value: float) -> str:
    return f"{value:.0%}"


def points(value: float) -> str:
    """A difference of shares; with a decimal, or the end of a clear change would often look like 0."""
    return f"{100 * value:+.1f}"


# Title, how a value is written, and how a difference of two is.
_MEASURES: dict[str, tuple[str, Number, Number]] = {
    "valence": ("Valence (−1 to 1)", valence, valence),
    "pleasant": ("Pleasant expression (change in points)", share, points),
    "unpleasant": ("Unpleasant expression (change in points)", share, points),
    "facing": ("Facing the screen (change in points)", share, points),
}


def before_after_html(changes: Sequence[BeforeAfter], zone: tzinfo) -> str:
    """A row a marker."""
    titles = ["Marker", *(title for title, _, _ in _MEASURES.values()), "n"]
    head = "".join(f"<th>{title}</th>" for title in titles)
    rows = "".join(f"<tr>{_row(each, zone)}</tr>" for each in changes)
    return f'<table class="changes"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def change_words(change: Change, value: Number, difference: Number) -> tuple[str, str, str]:
    """Before and after, the change with its interval, and what can be said; empty what there is nothing for."""
    if not change.students:
        return "", "", Verdict.NOTHING.value
    values = _minus(f"{value(change.before)} → {value(change.after)}")
    if change.students == 1:
        return values, "", Verdict.NOTHING.value
    interval = f"{difference(change.difference)} ({difference(change.low)} to {difference(change.high)})"
    return values, _minus(interval), change.verdict.value


def _row(found: BeforeAfter, zone: tzinfo) -> str:
    marker = found.marker
    when = f"{as_utc(marker.at_ms).astimezone(zone):%H:%M:%S}"
    text = f'<div class="under">{escape(marker.text)}</div>' if marker.text else ""
    cells = [f"<b>{when}</b> {marker.kind.value}{text}"]
    for name, (_, value, difference) in _MEASURES.items():
        change = found.changes[name]
        values, interval, verdict = change_words(change, value, difference)
        if interval and change.students != found.students:  # those whose heads were seen may be others
            interval += f", {change.students} students"
        said = f"<b>{verdict}</b>" if verdict in (Verdict.HIGHER, Verdict.LOWER) else verdict
        cells.append(f'{values}<div class="under">{interval}</div><div>{said}</div>')
    readings = f"{found.readings_before:,} and {found.readings_after:,} readings"
    students = f"{found.students} {'student' if found.students == 1 else 'students'} on both sides"
    cells.append(f'{students}<div class="under">{readings}</div>')
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _minus(text: str) -> str:
    """With the sign that is as wide as a plus."""
    return text.replace("-", "−")
