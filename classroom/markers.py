"""What a teacher noted, as times: breaks, and the minutes around a marker. Pure."""

from collections.abc import Sequence

from classroom.mood import Breaks
from classroom.records import Marker, MarkerKind


def breaks_of(markers: Sequence[Marker]) -> Breaks:
    """The breaks among the markers, in the order of their times."""
    return tuple((marker.at_ms, marker.until_ms) for marker in markers if marker.kind is MarkerKind.BREAK)


def lasting_break(markers: Sequence[Marker]) -> Marker | None:
    """The break that nobody has ended."""
    return next((marker for marker in markers if marker.kind is MarkerKind.BREAK and marker.until_ms is None), None)


def around(marker: Marker, breaks: Breaks, span_ms: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The times before and after a marker, each ``span_ms`` long or shorter: neither reaches into or over a break.

    After a break is after its end. A side without any time is as long as 0 ms; so are both sides of what was noted in
    the middle of a break, and the time after a break that lasts.

    Returns:
        Begin and end of the time before, then of the time after; the begins belong to them, the ends do not.
    """
    resumed_ms = marker.at_ms
    if marker.kind is MarkerKind.BREAK and marker.until_ms is not None:
        resumed_ms = marker.until_ms
    is_over = marker.kind is not MarkerKind.BREAK or marker.until_ms is not None
    begin_ms, end_ms = marker.at_ms - span_ms, resumed_ms + span_ms
    for from_ms, until_ms in breaks:
        if from_ms < marker.at_ms:
            begin_ms = max(begin_ms, until_ms if until_ms is not None else marker.at_ms)
        if until_ms is None or until_ms > resumed_ms:
            end_ms = min(end_ms, from_ms)
    end_ms = end_ms if is_over else resumed_ms
    return (min(begin_ms, marker.at_ms), marker.at_ms), (resumed_ms, max(end_ms, resumed_ms))
