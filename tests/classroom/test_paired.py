import numpy as np
import pytest

from classroom.paired import MIN_STUDENTS, Verdict, paired_change, t_quantile


@pytest.mark.parametrize(
    ("df", "from_tables"), [(4, 2.776), (5, 2.571), (9, 2.262), (24, 2.064), (49, 2.010), (1_000_000, 1.960)]
)
def test_the_quantiles_are_those_of_the_printed_tables(df, from_tables):
    assert t_quantile(df) == pytest.approx(from_tables, abs=0.001)


def test_an_interval_by_hand():
    # Differences 1, 2, 3, 4, 5: mean 3, s = 1.5811, half = 2.776 * 1.5811 / sqrt(5) = 1.963.
    change = paired_change(np.zeros(5), np.array([1, 2, 3, 4, 5]))
    assert (change.before, change.after, change.difference, change.students) == (0, 3, 3, 5)
    assert (change.low, change.high) == (pytest.approx(1.037, abs=0.001), pytest.approx(4.963, abs=0.001))


@pytest.mark.parametrize(
    ("differences", "verdict", "why"),
    [
        ([], Verdict.NOTHING, "nobody"),
        ([0.5], Verdict.NOTHING, "one student"),
        ([0.5] * (MIN_STUDENTS - 1), Verdict.NOTHING, "four who agree are still four"),
        ([0.5] * MIN_STUDENTS, Verdict.HIGHER, "five who agree"),
        ([-0.5, -0.6, -0.4, -0.5, -0.5, -0.6], Verdict.LOWER, "six who nearly agree"),
        ([0.5, -0.4, 0.6, -0.5, 0.1, 0.2], Verdict.UNCLEAR, "as many up as down"),
        ([0.0] * 20, Verdict.UNCLEAR, "nothing moved"),
    ],
)
def test_what_can_be_said(differences, verdict, why):
    after = np.array(differences, float)
    assert paired_change(np.zeros(len(after)), after).verdict is verdict


def test_students_who_differ_but_change_alike_are_a_clear_change():
    before = np.linspace(-0.9, 0.5, 8)
    change = paired_change(before, before + 0.1 + np.linspace(-0.01, 0.01, 8))
    assert change.verdict is Verdict.HIGHER, "an interval over unpaired means would hide it"


def test_the_interval_covers_no_change_as_often_as_it_says():
    rng = np.random.default_rng(7)
    covers = [paired_change(np.zeros(6), rng.normal(size=6)).verdict is Verdict.UNCLEAR for _ in range(2_000)]
    assert np.mean(covers) == pytest.approx(0.95, abs=0.015)
