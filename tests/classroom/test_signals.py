import numpy as np
import pandas as pd
import pytest

from classroom.records import SignalKind
from classroom.signals import OPPOSITES, STANDS_MS, Standing, lane, no_signals, standing
from tests.fakes import MONDAY_MS, visits_frame

T = MONDAY_MS
LOST, HAND, FAST = SignalKind.LOST, SignalKind.HAND_UP, SignalKind.TOO_FAST


def signals_frame(rows):
    """(student id, kind, at_ms, until_ms or None) in the shape in which the store gives signals."""
    table = [(number, who, kind.value, at, until) for number, (who, kind, at, until) in enumerate(rows, start=1)]
    return pd.DataFrame(table, columns=no_signals().columns).astype(no_signals().dtypes.to_dict())


def test_opposites_are_mutual():
    assert all(OPPOSITES[other] is kind for kind, other in OPPOSITES.items())


@pytest.mark.parametrize(
    ("row", "after_ms", "stands", "why"),
    [
        ((1, LOST, T, None), 0, True, "at once"),
        ((1, LOST, T, None), -1, False, "not before"),
        ((1, LOST, T, None), STANDS_MS - 1, True, "for two minutes"),
        ((1, LOST, T, None), STANDS_MS, False, "and no longer"),
        ((1, LOST, T, T + 5_000), 4_999, True, "until it is taken back"),
        ((1, LOST, T, T + 5_000), 5_000, False, "taken back"),
        ((1, LOST, T, T + 9 * STANDS_MS), STANDS_MS, False, "taken back long after it had ended by itself"),
        ((1, HAND, T, None), 60 * STANDS_MS, True, "a hand stays up"),
        ((1, HAND, T, T + 5_000), 5_000, False, "until it is lowered"),
        ((9, HAND, T, None), 0, False, "of somebody who is not here"),
    ],
)
def test_how_long_a_signal_stands(row, after_ms, stands, why):
    found = standing(signals_frame([row]), T + after_ms, {1, 2})
    assert found == ((Standing(row[0], row[1], T),) if stands else ())


def test_nobody_said_anything():
    assert standing(no_signals(), T, {1}) == ()
    empty = lane(no_signals(), visits_frame([]), np.array([], np.int64), 10_000)
    assert list(empty.columns) == [kind.value for kind in SignalKind]
    assert len(empty) == 0


class TestLane:
    BEGINS = np.arange(T, T + 60_000, 10_000)
    EVERYBODY = [(who, T, T + 60_000) for who in (1, 2, 3)]

    def test_a_student_counts_in_every_window_that_the_signal_touches(self):
        signals = signals_frame([(1, LOST, T + 15_000, T + 35_000), (2, LOST, T + 20_000, T + 30_000)])
        counts = lane(signals, visits_frame(self.EVERYBODY), self.BEGINS, 10_000)
        assert counts["lost"].tolist() == [0, 1, 2, 1, 0, 0]
        assert counts.drop(columns="lost").to_numpy().sum() == 0

    def test_a_student_who_taps_twice_in_a_window_is_one_student(self):
        signals = signals_frame([(1, FAST, T, T + 2_000), (1, FAST, T + 6_000, T + 8_000)])
        assert lane(signals, visits_frame(self.EVERYBODY), self.BEGINS, 10_000)["too fast"].tolist() == [1, *[0] * 5]

    def test_who_has_left_holds_no_hand_up(self):
        signals = signals_frame([(1, HAND, T, None)])
        counts = lane(signals, visits_frame([(1, T, T + 25_000)]), self.BEGINS, 10_000)
        assert counts["hand up"].tolist() == [1, 1, 1, 0, 0, 0]
