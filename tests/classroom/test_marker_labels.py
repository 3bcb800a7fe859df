import numpy as np
import pytest

from classroom.marker_labels import LONGEST, ROWS, place, words
from classroom.records import Marker, MarkerKind
from tests.fakes import MONDAY_MS

T = MONDAY_MS
HOUR_MS = 3_600_000


def at(*minutes: float, text: str = "") -> list[Marker]:
    return [Marker(i, 1, MarkerKind.QUESTION, text, T + round(m * 60_000)) for i, m in enumerate(minutes)]


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "question"), ("Lenses", "Lenses"), ("x" * LONGEST, "x" * LONGEST), ("x" * 120, "x" * (LONGEST - 1) + "…")],
)
def test_a_marker_in_few_signs(text, said):
    assert words(*at(0, text=text)) == said


@pytest.mark.parametrize(
    ("minutes", "places", "why"),
    [
        ([], [], "none"),
        ([10, 30], [("question", 0), ("question", 0)], "far apart: beside each other"),
        ([10, 11], [("question", 0), ("question", 1)], "near: above each other"),
        ([10, 11, 12], [("question", 0), ("question +1", 1)], "three near each other: one is counted"),
        ([10, 11, 12, 12.5], [("question", 0), ("question +2", 1)], "and one more"),
        ([-1, 61], [], "outside of the chart"),
    ],
)
def test_places_over_an_hour(minutes, places, why):
    found = place(at(*minutes), T, T + HOUR_MS)
    assert [(label.text, label.row) for label in found] == places


def test_a_label_at_the_right_end_reaches_to_the_left():
    assert [label.to_left for label in place(at(30, 59.9), T, T + HOUR_MS)] == [False, True]


def test_no_label_lies_on_another_and_no_marker_is_lost():
    rng = np.random.default_rng(3)
    for _ in range(50):
        markers = at(*np.sort(rng.uniform(0, 60, rng.integers(1, 40))), text="A note of some length")
        labels = place(markers, T, T + HOUR_MS)
        assert len(labels) + sum(label.more for label in labels) == len(markers)
        for row in range(ROWS):
            ends = []
            for label in (each for each in labels if each.row == row):
                px = (label.marker.at_ms - T) / HOUR_MS * 880
                width = len(label.text) * 6.6
                ends.append((px - width, px) if label.to_left else (px, px + width))
            assert all(first[1] <= second[0] + 1 for first, second in zip(ends, ends[1:], strict=False))
