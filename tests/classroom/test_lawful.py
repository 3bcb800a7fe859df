"""The lawful basis: confirmed once, kept with version, place and time, asked again when it no longer covers what is done."""

from dataclasses import replace

import pytest

from classroom import lawful
from classroom.errors import BadInput, StoreError
from classroom.lawful import (
    BASES,
    NO_EXPRESSION,
    NO_FILES_READ,
    ONLY_A_TRIAL,
    TRYING_OUT,
    VERSION,
    LawfulBases,
    limits_in_words,
    points,
    why_no_analysis,
    why_no_expression,
    why_no_files,
)
from classroom.modes import Mode
from classroom.records import LawfulBasis, Teacher
from classroom.regions import Region
from classroom.settings import Settings
from tests.fakes import MONDAY_MS, add_teacher

OTHER, EDUCATION = Region.OTHER, Region.EU_EDUCATION
OFF = Settings.from_env({"CLASSPULSE_EXPRESSION": "off"})


@pytest.fixture
def teacher(store):
    return Teacher(add_teacher(store), "Ada Teacher")


def test_nothing_is_confirmed_at_first_and_no_face_may_be_read(store, clock):
    bases = LawfulBases(store, clock, Settings())
    assert not bases.is_confirmed()
    assert bases.settings == Settings() and not bases.settings.reads_faces


def test_what_is_confirmed_is_kept_with_version_place_time_and_teacher(store, clock, teacher):
    LawfulBases(store, clock, Settings()).confirm(teacher, Region.UK, "consent", "  File 7\n of 2026 ", True)
    kept = store.lawful.newest()
    assert (kept.teacher_id, kept.version, kept.basis, kept.note) == (teacher.id, VERSION, "consent", "File 7 of 2026")
    assert (kept.expression, kept.confirmed_ms, kept.region) == (True, MONDAY_MS, "uk")
    again = LawfulBases(store, clock, Settings())
    assert again.is_confirmed(), "also after a restart"
    assert again.settings.region is Region.UK


@pytest.mark.parametrize(
    ("region", "basis", "agreed", "why"),
    [
        (None, "consent", True, "Choose where"),
        (OTHER, "", True, "Choose the basis"),
        (OTHER, "because", True, "Choose the basis"),
        (OTHER, "consent", False, "Confirm that you have checked"),
    ],
)
def test_half_an_answer_is_none(store, clock, teacher, region, basis, agreed, why):
    bases = LawfulBases(store, clock, Settings())
    with pytest.raises(BadInput, match=why):
        bases.confirm(teacher, region, basis, "", agreed)
    assert not bases.is_confirmed() and store.lawful.newest() is None


def test_where_the_settings_leave_no_mode_nothing_is_kept(store, clock, teacher):
    bases = LawfulBases(store, clock, Settings(modes=(Mode.NAMES,)))
    with pytest.raises(BadInput, match="only be: signals only"):
        bases.confirm(teacher, EDUCATION, "consent", "", True)
    assert store.lawful.newest() is None


@pytest.mark.parametrize(
    ("was", "is_now", "covered", "why"),
    [
        (Settings(), Settings(), True, "the same"),
        (Settings(), OFF, True, "less is done"),
        (OFF, OFF, True, "the same"),
        (OFF, Settings(), False, "expressions were switched on"),
        (Settings(), Settings().in_region(OTHER), True, "the settings say what was confirmed"),
        (Settings(), Settings().in_region(EDUCATION), False, "the settings say another place"),
        (Settings(), Settings(modes=(Mode.CLASS_ONLY,)), True, "a mode was forbidden"),
    ],
)
def test_who_confirmed_less_than_is_done_now_is_asked_again(store, clock, teacher, was, is_now, covered, why):
    LawfulBases(store, clock, was).confirm(teacher, OTHER, "consent", "", True)
    assert LawfulBases(store, clock, is_now).is_confirmed() is covered, why


def test_the_place_that_the_settings_name_counts_whatever_was_chosen_and_stays_when_they_no_longer_name_it(
    store, clock, teacher
):
    LawfulBases(store, clock, Settings().in_region(EDUCATION)).confirm(teacher, OTHER, "consent", "", True)
    assert store.lawful.newest().region == EDUCATION
    again = LawfulBases(store, clock, Settings())
    assert again.is_confirmed() and again.settings.region is EDUCATION


def test_a_region_whose_modes_were_forbidden_since_is_asked_for_again(store, clock, teacher):
    LawfulBases(store, clock, Settings()).confirm(teacher, EDUCATION, "consent", "", True)
    assert not LawfulBases(store, clock, Settings(modes=(Mode.NAMES,))).is_confirmed()


def test_a_new_text_is_asked_for_again(store, clock, teacher, monkeypatch):
    LawfulBases(store, clock, Settings()).confirm(teacher, OTHER, "consent", "", True)
    monkeypatch.setattr(lawful, "VERSION", "2099-01")
    assert not LawfulBases(store, clock, Settings()).is_confirmed()


def test_what_an_earlier_version_left_is_asked_for_again(store, clock, teacher):
    store.lawful.add(LawfulBasis(teacher.id, "2026-11", "consent", "", True, clock()))
    assert store.lawful.newest().region is None
    assert not LawfulBases(store, clock, Settings()).is_confirmed()


def test_it_stays_when_its_teacher_goes(store, clock, teacher):
    LawfulBases(store, clock, Settings()).confirm(teacher, OTHER, "consent", "", True)
    store.teachers.remove(teacher.id)
    assert store.lawful.newest().teacher_id is None
    assert LawfulBases(store, clock, Settings()).is_confirmed()


def test_who_follows_hears_of_the_settings_now_and_of_each_that_is_confirmed(store, clock, teacher):
    bases, heard = LawfulBases(store, clock, Settings()), []
    bases.follow(heard.append)
    bases.confirm(teacher, EDUCATION, "consent", "", True)
    bases.confirm(teacher, OTHER, TRYING_OUT, "", True)
    assert [settings.region for settings in heard] == [None, EDUCATION, OTHER]
    assert [settings.is_trial for settings in heard] == [False, False, True]
    assert (heard[-1].max_students, bases.confirmed.basis) == (1, TRYING_OUT)


def test_when_it_cannot_be_made_to_hold_it_is_tried_again_by_who_asks_next(store, clock, teacher):
    bases, away = LawfulBases(store, clock, Settings()), [True]

    def follow(settings) -> None:
        if settings.region and away[0]:
            raise StoreError("The class database does not answer.")

    bases.follow(follow)
    with pytest.raises(StoreError):
        bases.confirm(teacher, OTHER, "consent", "", True)
    assert bases.confirmed is None
    away[0] = False
    assert bases.is_confirmed() and bases.settings.region is OTHER


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            Settings().in_region(EDUCATION),
            "Signals only: no camera, no face is read. Classes are kept for 90 days at most.",
        ),
        (Settings().in_region(Region.INDIA_SCHOOL), "Every mode. Classes are kept for 90 days at most."),
        (Settings(retention_days=0).in_region(OTHER), "Every mode. Classes are kept until somebody deletes them."),
        (OFF.in_region(OTHER), "Signals only and In view. Classes are kept for 90 days at most."),
    ],
)
def test_what_a_server_can_do_there_is_said_with_its_own_limits(settings, words):
    assert limits_in_words(settings) == words


@pytest.mark.parametrize("region", Region)
def test_the_text_says_what_holds_there_and_what_always_holds(region):
    said = points(Settings().in_region(region))
    assert said[: len(region.profile.points)] == region.profile.points
    assert "no grade" in said[-2] and "computes no expressions" not in "".join(said)
    off = points(OFF.in_region(region))
    assert any("computes no expressions" in point for point in off) is region.profile.reads_faces
    assert len(BASES) >= 3


@pytest.mark.parametrize(
    ("settings", "expression", "analysis", "files"),
    [
        (Settings(), "", "", ""),
        (Settings().in_region(OTHER), "", "", ""),
        (OFF.in_region(OTHER), NO_EXPRESSION, NO_FILES_READ, ""),
        (Settings(modes=(Mode.CLASS_ONLY,)).in_region(OTHER), "", NO_FILES_READ, ""),
        (Settings().in_region(OTHER).for_one(), "", ONLY_A_TRIAL, ONLY_A_TRIAL),
        (replace(OFF, region=EDUCATION), EDUCATION.profile.why_no_face, EDUCATION.profile.why_no_face, ""),
        (Settings().in_region(EDUCATION), EDUCATION.profile.why_no_face, EDUCATION.profile.why_no_face, ""),
        (Settings().in_region(Region.EU_WORK), *[Region.EU_WORK.profile.why_no_face] * 2, ""),
    ],
)
def test_what_is_not_there_is_explained_in_one_sentence(settings, expression, analysis, files):
    assert why_no_expression(settings) == expression
    assert why_no_analysis(settings) == analysis
    assert why_no_files(settings) == files
