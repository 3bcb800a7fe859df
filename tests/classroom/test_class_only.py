"""What may be told of a class when nothing may be told of anybody, and the attacker who tries to learn it all the same."""

import math
import random

import numpy as np
import pytest

from benchmarks.class_only import RULES, SCENARIOS, attack, by_groups, guess
from classroom.class_only import (
    GRACE_MS,
    LEAST_K,
    LIVE_PICTURES,
    SAME_PICTURES,
    WINDOW_S,
    Gathering,
    Groups,
    Known,
    rounded,
    same_pictures,
)
from classroom.records import Reading
from fer_model.labels import EMOTIONS
from tests.fakes import MONDAY_MS, NO_FACE, face

STEP_MS = WINDOW_S * 1000
TRIALS = 500  # the measured figures rest on more


def gathering(k: int = 5, known: dict[int, Known] | None = None, **groups) -> Gathering:
    return Gathering(1, Groups(k, chance=random.Random(1), **groups), lambda student_ids: known or {})


def groups_in(windows: list) -> list[set[int]]:
    """Who came into a group with these windows, group by group."""
    members: dict[int, set[int]] = {}
    for window in windows:
        for student_id, number in window.joined:
            members.setdefault(number, set()).add(student_id)
    return list(members.values())


def read(into: Gathering, window: int, *shown: str | None, first: int = 1) -> None:
    """Some readings of each student in this window, numbered from ``first``; ``None``: no face was found."""
    for student, emotion in enumerate(shown, start=first):
        into.add(readings_of(student, window, emotion, own=student))


def readings_of(student: int, window: int, emotion: str | None, own: int) -> list[Reading]:
    """Readings of a camera in one window, no two the same to the last digit; by ``own`` no two students' are."""
    at_ms = MONDAY_MS + window * STEP_MS
    faces = [NO_FACE if emotion is None else face(emotion, 0.88 - own * 1e-4 - i * 1e-6) for i in range(LIVE_PICTURES)]
    return [Reading(1, student, at_ms + i * 500, each) for i, each in enumerate(faces)]


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


class TestACrowdOfOnePerson:
    """Attack: nine scripted accounts, and one student who comes into a group with them. The tenth is arithmetic.

    Students from 1 on are the class, those from 101 on are scripts; 50 joins late.
    """

    CLASS, SCRIPTS, LATE = range(1, 21), range(101, 110), 50

    def late_joiner(self, known: dict[int, Known], same_clip: bool = False) -> list[set[int]]:
        """The groups of a class of twenty when the scripts come afterwards, and then the student, for four windows."""
        class_ = gathering(10, known)
        for window in range(6):
            for student in self.CLASS:
                class_.add(readings_of(student, window, "happy", own=student))
            for script in self.SCRIPTS if window > 0 else ():
                class_.add(readings_of(script, window, "sad", own=101 if same_clip else script))
            if window > 1:
                class_.add(readings_of(self.LATE, window, "angry", own=self.LATE))
        groups = groups_in(told(class_, 5))
        assert set(self.CLASS) <= set().union(*groups), "the class itself counts"
        return groups

    def caught(self, groups: list[set[int]]) -> bool:
        """Whether there is a group in which the late one is alone with scripts."""
        return any(self.LATE in group and group - {self.LATE} <= set(self.SCRIPTS) for group in groups)

    def test_it_works_where_nothing_is_known_of_anybody(self):
        """Else the tests below would show nothing."""
        assert self.caught(self.late_joiner({}))

    def at(self, scripts: str, late: str, class_: str = "") -> dict[int, Known]:
        """Where they are; the class at home, each for themselves, or all at one address."""
        known = {student: Known(address=class_ or f"home {student}") for student in self.CLASS}
        known |= {script: Known(address=scripts or f"script {script}") for script in self.SCRIPTS}
        return known | {self.LATE: Known(address=late)}

    def test_scripts_behind_one_address_are_one(self):
        assert not self.caught(self.late_joiner(self.at("attic", "home 50")))

    def test_also_where_the_late_one_is_behind_that_address(self):
        assert not self.caught(self.late_joiner(self.at("attic", "attic")))

    def test_also_where_the_class_is_in_one_building_and_the_late_one_is_not(self):
        assert not self.caught(self.late_joiner(self.at("attic", "home 50", class_="school")))

    def test_scripts_that_send_the_same_pictures_are_one_wherever_they_are(self):
        assert not self.caught(self.late_joiner(self.at("", "home 50"), same_clip=True))
        assert not self.caught(self.late_joiner(self.at("school", "school", class_="school"), same_clip=True))

    def test_who_is_not_on_the_list_counts_with_nobody(self):
        known = {student: Known() for student in (*self.CLASS, self.LATE)}
        groups = self.late_joiner(known | dict.fromkeys(self.SCRIPTS, Known(counts=False)))
        assert not self.caught(groups)
        assert not set().union(*groups) & set(self.SCRIPTS)

    def test_a_still_picture_is_nobody(self):
        class_ = gathering(5)
        for window in range(3):
            read(class_, window, *["happy"] * 4)
            class_.add([Reading(1, 9, MONDAY_MS + window * STEP_MS + i, face("sad")) for i in range(30)])
        assert told(class_, 3) == []

    @pytest.mark.parametrize(
        ("known", "why"),
        [
            ({"scripts": "school", "late": "school", "class_": "school"}, "in the same building, from other clips"),
            ({"scripts": "", "late": "home 50"}, "from nine addresses, from other clips"),
        ],
    )
    def test_what_remains(self, known, why):
        """What docs/PRIVACY.md says of a class without a list."""
        assert self.caught(self.late_joiner(self.at(**known)))


class TestWhoIsOne:
    def groups_of(self, addresses: dict[int, str], k: int = 5) -> list[set[int]]:
        class_ = gathering(k, {student: Known(address=address) for student, address in addresses.items()})
        for student in addresses:
            class_.add(readings_of(student, 0, "happy", own=student))
        return groups_in(told(class_, 0))

    def test_a_class_behind_one_address_counts_as_ever(self):
        assert sorted(map(len, self.groups_of(dict.fromkeys(range(12), "school")))) == [6, 6]

    def test_two_of_one_household_are_in_the_same_group_and_both_count(self):
        homes = {student: f"home {student}" for student in range(10)} | {10: "home 3"}
        groups = self.groups_of(homes)
        assert len(groups) == 2 and set().union(*groups) == set(range(11))
        assert all({3, 10} <= group or not {3, 10} & group for group in groups)

    def test_who_is_at_school_and_who_is_at_home_count_among_themselves(self):
        places = dict.fromkeys(range(12), "school") | {student: f"home {student}" for student in range(12, 18)}
        groups = self.groups_of(places)
        assert set(range(12, 18)) in groups
        assert sorted(map(len, groups)) == [6, 6, 6]

    def test_whatever_comes_every_group_is_of_one_building_or_of_enough_addresses(self):
        chance = random.Random(3)
        formed = 0
        for _ in range(300):
            k = chance.choice([5, 10])
            places = [f"place {n}" for n in range(chance.randint(1, 30))]
            weights = [chance.random() ** 3 for _ in places]
            addresses = {student: chance.choices(places, weights)[0] for student in range(chance.randint(k, 60))}
            most = max(set(addresses.values()), key=list(addresses.values()).count)
            groups = self.groups_of(addresses, k)
            formed += len(groups)
            assert sum(map(len, groups)) == len(set().union(*groups)), "in one group each"
            for group in groups:
                there = {addresses[student] for student in group}
                assert len(group) >= k
                assert len(there) >= k or there == {most}
        assert formed > 300

    @pytest.mark.parametrize(
        ("common", "pairs", "why"),
        [(SAME_PICTURES, {(1, 2)}, "again and again"), (SAME_PICTURES - 1, set(), "by chance"), (0, set(), "nothing")],
    )
    def test_the_same_pictures_are_readings_with_the_same_digits_again_and_again(self, common, pairs, why):
        shown = {who: {(who + n * 1e-6, n) for n in range(30)} for who in (1, 2, 3)}
        shown[2] |= set(sorted(shown[1])[:common])
        assert same_pictures(shown) == pairs

    def test_who_sent_the_same_pictures_once_is_not_told_apart_later(self):
        class_ = gathering(5, {student: Known(address=f"home {student}") for student in range(1, 7)})
        for student in (1, 2, 3, 4):
            class_.add(readings_of(student, 0, "happy", own=1 if student == 4 else student))
        for window in (1, 2):
            for student in (1, 2, 3, 4, 5):
                class_.add(readings_of(student, window, "happy", own=student))
        assert told(class_, 2) == [], "five, of whom two are one"
        read(class_, 3, *["happy"] * 6)
        (window,) = told(class_, 3)
        assert window.students == 6
