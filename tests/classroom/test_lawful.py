"""The lawful basis: confirmed once, kept with version and time, asked again when it no longer covers what is done."""

import pytest

from classroom import lawful
from classroom.errors import BadInput
from classroom.lawful import BASES, VERSION, LawfulBases, points
from classroom.records import Teacher
from tests.fakes import MONDAY_MS, add_teacher


@pytest.fixture
def teacher(store):
    return Teacher(add_teacher(store), "Ada Teacher")


def test_nothing_is_confirmed_at_first(store, clock):
    assert not LawfulBases(store, clock, expression=True).is_confirmed()


def test_what_is_confirmed_is_kept_with_version_time_and_teacher(store, clock, teacher):
    LawfulBases(store, clock, True).confirm(teacher, "consent", "  File 7\n of 2026 ", True)
    kept = store.lawful.newest()
    assert (kept.teacher_id, kept.version, kept.basis, kept.note) == (teacher.id, VERSION, "consent", "File 7 of 2026")
    assert (kept.expression, kept.confirmed_ms) == (True, MONDAY_MS)
    assert LawfulBases(store, clock, True).is_confirmed(), "also after a restart"


@pytest.mark.parametrize(("basis", "agreed"), [("", True), ("because", True), ("consent", False)])
def test_half_an_answer_is_none(store, clock, teacher, basis, agreed):
    bases = LawfulBases(store, clock, True)
    with pytest.raises(BadInput):
        bases.confirm(teacher, basis, "", agreed)
    assert not bases.is_confirmed() and store.lawful.newest() is None


@pytest.mark.parametrize(("was", "is_now", "covered"), [(True, True, True), (True, False, True), (False, False, True), (False, True, False)])  # fmt: skip
def test_who_confirmed_a_server_without_expressions_is_asked_again_for_one_with_them(
    store, clock, teacher, was, is_now, covered
):
    LawfulBases(store, clock, was).confirm(teacher, "consent", "", True)
    assert LawfulBases(store, clock, is_now).is_confirmed() is covered


def test_a_new_text_is_asked_for_again(store, clock, teacher, monkeypatch):
    LawfulBases(store, clock, True).confirm(teacher, "consent", "", True)
    monkeypatch.setattr(lawful, "VERSION", "2099-01")
    assert not LawfulBases(store, clock, True).is_confirmed()


def test_it_stays_when_its_teacher_goes(store, clock, teacher):
    LawfulBases(store, clock, True).confirm(teacher, "consent", "", True)
    store.teachers.remove(teacher.id)
    assert store.lawful.newest().teacher_id is None
    assert LawfulBases(store, clock, True).is_confirmed()


def test_where_expressions_are_computed_the_text_says_where_they_must_not_be():
    assert "European Union" in points(True)[0] and "CLASSPULSE_EXPRESSION=off" in points(True)[0]
    assert "computes no expressions" in points(False)[0]
    assert len(BASES) >= 3
