"""What is promised of outages, told by hand; the ladder itself needs a real server and a real browser."""

from dataclasses import replace

import pytest

from benchmarks.outage_class import Outage, OutageClass, Seen
from benchmarks.outages import broken, figures, line

FINE = Seen("network gone 8 s", "no connection opens", 8.0, "stale", 4.0, 0.5, 0, True)


def test_an_outage_as_promised_breaks_nothing():
    assert broken(FINE) == []
    assert "as promised" in line(FINE)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"back_s": 15.1}, "back within 15 s"),
        ({"lost_s": 2.1}, "at most 2 s lost"),
        ({"read_in_gap": 1}, "nothing read in a gap"),
        ({"is_whole": False}, "same rows, whole database"),
        ({"name": "SIGTERM with 10 students", "outage_s": 5.1}, "ended within 5 s"),
    ],
)
def test_each_promise_is_looked_at(change, promise):
    seen = replace(FINE, **change)
    assert broken(seen) == [promise]
    assert promise in line(seen)


def test_the_worst_of_all_is_told():
    found = figures([FINE, replace(FINE, back_s=16.0, lost_s=1.0, read_in_gap=3)])
    assert found == {"outages": 2, "promises_broken": 1, "back_max_s": 16.0, "lost_max_s": 1.0, "read_in_gaps": 3}


@pytest.mark.parametrize(
    ("at_s", "hole_s", "why"),
    [
        ([], 10, "nothing at all"),
        ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 1, "no hole"),
        ([1, 2, 6, 9], 4, "in the middle"),
        ([5, 6, 7, 8, 9], 5, "at its begin"),
        ([1, 2, 3], 7, "at its end"),
    ],
)
def test_the_longest_hole_of_an_outage_that_readings_outlive(at_s, hole_s, why):
    lesson = OutageClass.__new__(OutageClass)
    lesson.rows = lambda *_: [(1000 * each,) for each in at_s]
    assert lesson._hole_ms(Outage("", 0, 10_000)) == 1000 * hole_s
