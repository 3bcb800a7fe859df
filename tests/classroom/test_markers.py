import pytest

from classroom.markers import around, breaks_of, lasting_break
from classroom.records import Marker, MarkerKind
from tests.fakes import MONDAY_MS

T = MONDAY_MS
MINUTE = 60_000
SPAN = 3 * MINUTE


def marker(kind: MarkerKind, minute: float, until: float | None = None) -> Marker:
    end_ms = None if until is None else T + round(until * MINUTE)
    return Marker(1, 1, kind, "", T + round(minute * MINUTE), end_ms)


QUESTION = marker(MarkerKind.QUESTION, 10)


@pytest.mark.parametrize(
    ("at", "pauses", "before", "after", "why"),
    [
        (QUESTION, [], (7, 10), (10, 13), "three minutes on either side"),
        (QUESTION, [(4, 6)], (7, 10), (10, 13), "a break long before"),
        (QUESTION, [(4, 8)], (8, 10), (10, 13), "not over the break before"),
        (QUESTION, [(12, 15)], (7, 10), (10, 12), "not into the break after"),
        (QUESTION, [(12, None)], (7, 10), (10, 12), "nor into one that lasts"),
        (QUESTION, [(9, 11)], (10, 10), (10, 10), "in the middle of a break"),
        (QUESTION, [(9, None)], (10, 10), (10, 10), "in the middle of one that lasts"),
        (QUESTION, [(8, 9), (11, 12)], (9, 10), (10, 11), "between two breaks"),
        (marker(MarkerKind.BREAK, 10, 20), [(10, 20)], (7, 10), (20, 23), "after a break is after its end"),
        (marker(MarkerKind.BREAK, 10), [(10, None)], (7, 10), (10, 10), "a break that lasts has no time after it"),
        (marker(MarkerKind.BREAK, 10, 20), [(10, 20), (21, 25)], (7, 10), (20, 21), "two breaks after each other"),
    ],
)
def test_the_times_around_a_marker(at, pauses, before, after, why):
    breaks = tuple((T + a * MINUTE, None if b is None else T + b * MINUTE) for a, b in pauses)
    sides = around(at, breaks, SPAN)
    assert [[(ms - T) / MINUTE for ms in side] for side in sides] == [list(before), list(after)]


def test_breaks_are_the_markers_of_that_kind():
    pause, lasting = marker(MarkerKind.BREAK, 1, 2), marker(MarkerKind.BREAK, 5)
    assert breaks_of([]) == ()
    assert breaks_of([pause, QUESTION, lasting]) == ((T + MINUTE, T + 2 * MINUTE), (T + 5 * MINUTE, None))
    assert lasting_break([QUESTION, pause]) is None
    assert lasting_break([pause, lasting]) is lasting
