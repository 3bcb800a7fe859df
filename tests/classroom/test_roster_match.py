import numpy as np
import pytest

from classroom.attendance import Attendance
from classroom.records import ClassInfo, Sharing, Student
from classroom.roster_match import check_roster, match_names
from tests.fakes import MONDAY_MS

T, MIN = MONDAY_MS, 60_000


@pytest.mark.parametrize(
    ("listed", "joined"),
    [
        ("Ann Smith", "ann SMITH"),
        ("Smith, Ann", "Ann Smith"),
        ("José Núñez", "Jose Nunez"),
        ("Zoë-Marie Groß", "zoe marie gross"),
        ("Ann Smith", "Ann"),
        ("Ann", "Ann S."),
        ("Katharina Weiss", "Katarina Weiss"),
        ("Mohammed Ali", "Mohamed Ali"),
        ("Priya Raman", "Pryia Raman"),
        ("李小龙", "李小龙"),
    ],
)
def test_one_person_is_matched_however_the_name_is_typed(listed, joined):
    assert match_names([listed], [joined]) == {0: 0}


@pytest.mark.parametrize(
    ("listed", "joined"),
    [("Ann Smith", "Ben Smith"), ("Jon", "Jan"), ("Ann", "Anna"), ("Ann Smith", "…"), ("", "Ann"), ("👩", "👨")],
)
def test_two_people_are_not_matched(listed, joined):
    assert match_names([listed], [joined]) == {}


def test_what_fits_two_names_is_matched_to_none():
    assert match_names(["Ann Smith", "Ann Jones"], ["Ann"]) == {}
    assert match_names(["Ann"], ["Ann Smith", "Ann Jones"]) == {}


def test_a_closer_match_comes_first_and_leaves_the_rest_unambiguous():
    assert match_names(["Ann Smith", "Ann Jones"], ["Ann", "Ann Jones"]) == {1: 1, 0: 0}
    assert match_names(["Jose Ruiz", "José Ruiz"], ["José Ruiz", "Jose Ruiz"]) == {0: 1, 1: 0}


def test_nobody_is_matched_twice_and_everybody_to_the_own_name():
    rng = np.random.default_rng(0)
    listed = [f"{a}{b} {c}son" for a in ("Al", "Bea", "Cor", "Dor") for b in ("ina", "ette", "in") for c in "KLMNP"]
    for _ in range(5):
        order = rng.permutation(len(listed))[:40]
        matches = match_names(listed, [listed[i].upper() for i in order])
        assert matches == {int(i): j for j, i in enumerate(order)}


def row(number: int, name: str, joined_min: float, left_min: float) -> Attendance:
    joined, left = T + round(joined_min * MIN), T + round(left_min * MIN)
    return Attendance(Student(number, 1, name, Sharing.CAMERA, joined), joined, left, left - joined, 0, 1)


def test_late_early_absent_and_not_on_the_list():
    info = ClassInfo(1, 1, "Physics", "", T, T + 60 * MIN)
    rows = [row(1, "ann", 0, 60), row(2, "Ben", 7, 59), row(3, "Cem", 5, 40), row(4, "Guest", 1, 60)]
    check = check_roster(info, ["Ann", "Ben", "Cem", "Dana"], rows)
    assert [(each.name, each.late_min, each.early_min) for each in check.listed] == [
        *(("Ann", 0.0, 0.0), ("Ben", 7.0, 0.0), ("Cem", 0.0, 20.0)),
        ("Dana", 0.0, 0.0),
    ]
    assert check.absent == ("Dana",) and [each.student.name for each in check.unlisted] == ["Guest"]


def test_while_a_class_runs_nobody_has_left_early():
    info = ClassInfo(1, 1, "Physics", "", T, None)
    (ann,) = check_roster(info, ["Ann"], [row(1, "Ann", 0, 1)]).listed
    assert ann.early_min is None


def test_without_a_list_everybody_is_unlisted():
    info = ClassInfo(1, 1, "Physics", "", T, None)
    assert len(check_roster(info, [], [row(1, "Ann", 0, 1)]).unlisted) == 1
    assert check_roster(info, ["Ann"], []).absent == ("Ann",)
