import math

import numpy as np
import pytest

from benchmarks.class_figures import Joined, joining, pace, percentiles
from benchmarks.teacher_peer import Shown, frame_to_board_ms


def test_how_often_and_how_soon_faces_were_read():
    """Two students for ten seconds: one read twice a second within 100 ms, one once a second within 300 ms."""
    rows = [(1, at, at + 100, 1) for at in range(0, 10_000, 500)] + [
        (2, at, at + 300, 0) for at in range(0, 10_000, 1000)
    ]
    joined = [Joined(1, 0, 0, 100), Joined(2, 0, 0, 300)]
    figures = pace(rows, joined, 10.0)
    assert (figures["analyses"], figures["analyses_per_s"]) == (30, 3.0)
    assert (figures["analyses_per_s_min_student"], figures["analyses_per_s_mean_student"]) == (1.0, 1.5)
    assert figures["usable_share"] == pytest.approx(2 / 3, abs=1e-4)
    assert (figures["frame_to_store_p50_ms"], figures["frame_to_store_p95_ms"]) == (100, 300)


def test_a_student_who_is_never_read_is_the_one_served_least():
    joined = [Joined(1, 0, 0, 100), Joined(2, 0, 0, None)]
    assert pace([(1, 0, 100, 1)], joined, 1.0)["analyses_per_s_min_student"] == 0


def test_who_never_came_in_is_a_failure_and_in_no_time():
    joined = [Joined(1, 1000, 2000, 4000), Joined(2, 1000, 3000, 5000), Joined(None, 1000, 3000, None)]
    figures = joining(joined)
    assert figures["join_failures"] == 1
    assert (figures["link_to_first_reading_p50_s"], figures["link_to_first_reading_max_s"]) == (3.5, 4.0)
    assert (figures["button_to_first_reading_p50_s"], figures["button_to_first_reading_max_s"]) == (2.0, 2.0)


def test_nothing_at_all_takes_for_ever():
    assert percentiles(np.array([])) == (math.inf, math.inf)
    assert joining([Joined(None, 0, 0, None)])["button_to_first_reading_max_s"] == math.inf
    assert pace([], [Joined(1, 0, 0, None)], 5.0)["usable_share"] == 0.0


@pytest.mark.parametrize(
    ("shown", "waits_ms", "why"),
    [
        ([], [], "no board"),
        ([Shown(500, 10, 0)], [], "nothing on it yet"),
        ([Shown(1000, 10, 2), Shown(3000, 10, 4)], [1000, 800, 2600, 2400], "two looks at four readings"),
        (
            [Shown(1000, 10, 2), Shown(2000, 10, 1), Shown(3000, 10, 3)],
            [1000, 800, 2600],
            "a look with fewer counts none again",
        ),
    ],
)
def test_when_each_reading_was_on_the_board(shown, waits_ms, why):
    arrived_ms = [0, 200, 400, 600, 800]
    assert frame_to_board_ms(arrived_ms, shown).tolist() == waits_ms, why
