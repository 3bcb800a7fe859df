import pytest

from benchmarks.soak import WARM_UP_S, Counts, Sample, at_every_look, draw, slope_mb_per_hour

SAME = Counts(40, 60, 30)


def samples(minutes: int, memory_mb) -> list[Sample]:
    """Two a minute, with the memory that the function gives for a time in hours."""
    return [Sample(number * 30.0, memory_mb(number / 120), SAME) for number in range(minutes * 2 + 1)]


@pytest.mark.parametrize(
    ("memory_mb", "slope"),
    [(lambda hours: 400, 0), (lambda hours: 400 + 12 * hours, 12), (lambda hours: 500 - 3 * hours, -3)],
)
def test_the_slope_is_megabytes_an_hour(memory_mb, slope):
    assert slope_mb_per_hour(samples(120, memory_mb)) == pytest.approx(slope, abs=1e-6)


def test_what_grows_in_the_warm_up_is_no_leak():
    warm_h = WARM_UP_S / 3600
    assert slope_mb_per_hour(samples(120, lambda hours: 300 + 1000 * min(hours, warm_h))) == pytest.approx(0, abs=1e-6)


def test_a_short_run_warms_up_for_a_quarter_of_it():
    assert slope_mb_per_hour(samples(8, lambda hours: 300 + 100 * min(hours, 2 / 60))) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("few", [[], [Sample(0.0, 300, SAME)]])
def test_of_too_few_samples_nothing_can_be_said(few):
    assert slope_mb_per_hour(few) == 0.0


def test_what_is_left_behind_is_counted():
    assert Counts(45, 59, 30).more_than(SAME) == {
        "threads_more_afterwards": 5,
        "open_files_more_afterwards": -1,
        "asyncio_tasks_more_afterwards": 0,
    }


def test_what_is_there_for_a_moment_is_not_left_behind():
    assert at_every_look([Counts(41, 64, 30), Counts(52, 60, 30), Counts(40, 61, 33)]) == Counts(40, 60, 30)


def test_the_graph_is_drawn(tmp_path):
    draw(samples(4, lambda hours: 300), tmp_path / "soak.svg")
    text = (tmp_path / "soak.svg").read_text("utf-8")
    assert text.startswith("<?xml")
    assert "<svg" in text
