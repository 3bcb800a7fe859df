"""What may be told of a class when nothing may be told of anybody, and the attacker who tries to learn it all the same."""

import math
import random

import numpy as np
import pytest

from benchmarks.class_only import RULES, SCENARIOS, attack, by_groups, guess
from classroom.class_only import GRACE_MS, LEAST_K, WINDOW_S, Gathering, Groups, rounded
from classroom.records import Reading
from fer_model.labels import EMOTIONS
from tests.fakes import MONDAY_MS, NO_FACE, face

STEP_MS = WINDOW_S * 1000
TRIALS = 500  # the measured figures rest on more


def gathering(k: int = 5, **known) -> Gathering:
    return Gathering(1, Groups(k, chance=random.Random(1), **known))


def read(into: Gathering, window: int, *shown: str | None, first: int = 1) -> None:
    """One reading of each student in this window, numbered from ``first``; ``None``: no face was found."""
    at_ms = MONDAY_MS + window * STEP_MS
    faces = [NO_FACE if emotion is None else face(emotion) for emotion in shown]
    into.add([Reading(1, first + number, at_ms, each) for number, each in enumerate(faces)])


def told(from_: Gathering, until_window: int) -> list:
    """What is told when this window and all before are over."""
    return from_.over(MONDAY_MS + (until_window + 1) * STEP_MS + GRACE_MS)


def percents(**shown: int) -> tuple[int, ...]:
    return tuple(shown.get(emotion, 0) for emotion in EMOTIONS)


def test_a_window_without_anybody_tells_nothing():
    assert told(gathering(), 3) == []


def test_shares_and_number_of_a_window_are_those_of_its_students():
    class_ = gathering()
    read(class_, 0, "happy", "happy", "neutral", "neutral", "sad")
    (window,) = told(class_, 0)
    assert (window.window_ms, window.students) == (MONDAY_MS, 5)
    assert window.percents == percents(happy=40, neutral=40, sad=20)


def test_a_student_counts_once_however_often_read():
    class_ = gathering()
    for _ in range(20):
        read(class_, 0, "sad")
    read(class_, 0, "happy", "happy", "happy", "happy", first=2)
    (window,) = told(class_, 0)
    assert window.percents == percents(happy=80, sad=20)


@pytest.mark.parametrize("students", range(1, LEAST_K))
def test_fewer_than_the_smallest_group_are_never_told(students):
    class_ = gathering()
    for window in range(4):
        read(class_, window, *["happy"] * students)
    assert told(class_, 4) == []


def test_who_was_not_read_does_not_make_the_number_up():
    class_ = gathering()
    read(class_, 0, "happy", "happy", "happy", "happy", None)
    assert told(class_, 0) == []


def test_a_window_that_is_not_over_is_not_told_and_one_that_is_over_takes_nothing_more():
    class_ = gathering()
    read(class_, 0, *["happy"] * 5)
    assert class_.over(MONDAY_MS + STEP_MS + GRACE_MS - 1) == []
    assert len(class_.over(MONDAY_MS + STEP_MS + GRACE_MS)) == 1
    read(class_, 0, *["sad"] * 5)
    assert told(class_, 0) == []


def test_who_joins_alone_is_not_told_until_as_many_have_joined_as_a_group_needs():
    class_ = gathering()
    for window in range(1, 10):
        read(class_, window, *["happy"] * 7)
        read(class_, window, *["sad"] * min(window - 1, 5), first=8)
    windows = told(class_, 9)
    assert [window.students for window in windows] == [7] * 5 + [12] * 4
    assert all(window.percents == percents(happy=100) for window in windows[:5])


def test_of_a_group_that_lacks_somebody_nobody_counts_and_all_count_again_when_it_is_whole():
    class_ = gathering()
    read(class_, 0, *["happy"] * 5)
    read(class_, 1, *["happy"] * 4)
    read(class_, 2, *["sad"] * 5)
    assert [(window.window_ms, window.students) for window in told(class_, 2)] == [
        (MONDAY_MS, 5),
        (MONDAY_MS + 2 * STEP_MS, 5),
    ]


def test_after_a_restart_groups_are_as_before_and_one_with_an_erased_student_counts_no_more():
    before = gathering()
    read(before, 0, *["happy"] * 11)
    (window,) = told(before, 0)
    members = dict(window.joined)
    sizes = {number: list(members.values()).count(number) for number in set(members.values())}
    erased = min(members)
    del members[erased]
    after = gathering(sizes=sizes, members=members)
    read(after, 1, *["sad"] * 11)
    (window,) = told(after, 1)
    assert window.students == 11 - sizes[dict(before._groups._number_of)[erased]]


@pytest.mark.parametrize(
    ("share", "percent"), [(0, 0), (0.024, 0), (0.025, 5), (0.2, 20), (1 / 3, 35), (0.975, 100), (1, 100)]
)
def test_shares_are_rounded_to_five_percent(share, percent):
    assert rounded([share]) == (percent,)


def test_no_two_windows_differ_by_fewer_than_a_group_whoever_comes_and_goes():
    """Also of any sum of windows: all are unions of the same disjoint groups."""
    chance = random.Random(5)
    for k in (5, 10):
        windows = [frozenset(who for who in range(40) if chance.random() < 0.9) for _ in range(200)]
        sets = {frozenset(counted) for counted, _ in by_groups(windows, np.zeros(40, int), k, chance)}
        assert len(sets) > 3
        assert all(len(one ^ other) >= k for one in sets for other in sets if one != other)
        assert all(len(each) >= k for each in sets)


# The attacker. One-sided, three standard deviations over seeded trials: a tenth more often right would be seen.


def allowance(rate: float) -> float:
    """Both rates come from as many trials and vary."""
    return 3 * math.sqrt(2 * rate * (1 - rate) / TRIALS)


@pytest.mark.parametrize("n", [11, 28])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_who_joins_or_leaves_is_guessed_no_better_than_the_base_rate(scenario, n):
    right, base_rate = attack(RULES["groups"], scenario, n, LEAST_K, TRIALS)
    assert 0.4 < base_rate < 0.75, "the base rate is one of guessing"
    assert right <= base_rate + allowance(base_rate)


@pytest.mark.parametrize(
    ("scenario", "rule"),
    [("joins", "smallest number"), ("leaves", "smallest number"), ("leaves unseen", "last window")],
)
def test_the_attacker_is_right_where_a_weaker_rule_tells(scenario, rule):
    """Else the test above would show nothing."""
    right, _ = attack(RULES[rule], scenario, 20, LEAST_K, trials=50)
    assert right > 0.95


def test_three_windows_together_give_nobody_away_either():
    """Two disjoint halves, then everybody and one more: each differs from each by many, their sum by one."""
    halves = frozenset(range(1, 11)), frozenset(range(11, 21))
    windows = [*halves, frozenset(range(21))]
    drawn, chance = np.random.default_rng(3), random.Random(3)
    hits = weaker = common = 0
    for _ in range(TRIALS):
        shown = drawn.integers(0, len(EMOTIONS), 21)
        common += shown[0] == EMOTIONS.index("neutral")
        hits += guess(by_groups(windows, shown, LEAST_K, chance), 0, 21, {}) == shown[0]
        weaker += guess(RULES["last window"](windows, shown, LEAST_K, chance), 0, 21, {}) == shown[0]
    assert weaker / TRIALS > 0.95
    assert hits / TRIALS <= common / TRIALS + allowance(1 / 7)
