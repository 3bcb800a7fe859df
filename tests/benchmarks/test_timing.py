import numpy as np
import pytest

from benchmarks.timing import ROUND_CALLS, WARM_UP, side_by_side_ms, summary, times_ms


class Clock:
    """Seconds that only work moves on."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def work(self, name: str, ms: float, calls: list[str]):
        def run():
            calls.append(name)
            self.now_s += ms / 1000

        return run


@pytest.mark.parametrize("count", [1, ROUND_CALLS, 3 * ROUND_CALLS + 1])
def test_every_counted_call_has_its_own_time(count):
    clock, calls = Clock(), []
    taken = times_ms(clock.work("a", 2.5, calls), count, clock)
    assert taken == pytest.approx([2.5] * count)
    assert len(calls) == WARM_UP + count


def test_no_call_gives_no_time():
    assert times_ms(lambda: None, 0).shape == (0,)


def test_works_side_by_side_take_turns():
    """One after the other, a slow minute of the machine would fall on one of them alone."""
    clock, calls = Clock(), []
    works = {"a": clock.work("a", 1.0, calls), "b": clock.work("b", 4.0, calls)}
    taken = side_by_side_ms(works, 2 * ROUND_CALLS, clock)
    assert taken["a"] == pytest.approx([1.0] * 2 * ROUND_CALLS)
    assert taken["b"] == pytest.approx([4.0] * 2 * ROUND_CALLS)
    assert calls[2 * WARM_UP :] == ["a"] * ROUND_CALLS + ["b"] * ROUND_CALLS + ["a"] * ROUND_CALLS + ["b"] * ROUND_CALLS


def test_a_slow_half_of_the_run_leaves_the_ratio_as_it_is():
    clock, calls = Clock(), []

    def work(ms: float):
        def run():
            slow = 3.0 if len(calls) > 2 * WARM_UP + 2 * ROUND_CALLS else 1.0
            clock.work("x", ms * slow, calls)()

        return run

    taken = side_by_side_ms({"a": work(1.0), "b": work(2.0)}, 4 * ROUND_CALLS, clock)
    assert np.median(taken["b"]) / np.median(taken["a"]) == pytest.approx(2.0)


def test_a_summary_is_per_face_and_says_how_many_calls():
    taken_ms = np.arange(1.0, 102.0) * 8
    assert summary("step", taken_ms, faces=8) == {"step_median_ms": 51.0, "step_p95_ms": 96.0, "step_n": 101}
