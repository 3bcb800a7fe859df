"""A recording that is saved as a class is the same as a live one."""

from datetime import UTC

import numpy as np
import pytest

from classroom.errors import BadInput, StoreError
from classroom.people import People, Person
from classroom.report import attendance_table, class_report
from classroom.result_files import recording_csv
from classroom.saved_recording import recording_report, save_as_class
from classroom.session_csv import attendance_csv, session_csv
from tests.fakes import MONDAY_MS, add_teacher, sampled

WINDOW_S = 10


@pytest.fixture
def recorded() -> tuple[list[Person], np.ndarray]:
    """35 s; the second person comes after 10 s and is seen every other time."""
    people = People()
    for number in range(70):
        people.add(sampled(number * 0.5, 1 + (number >= 20 and number % 2 == 0)))
    return people.found(), people.times_s


def saved(store, recorded, title="Optics"):
    return save_as_class(store, add_teacher(store), title, *recorded, MONDAY_MS, MONDAY_MS + 10**9)


def test_its_session_csv_is_the_one_of_the_recording(store, recorded):
    info = saved(store, recorded)
    students, readings = store.classes.students(info.id), store.readings.of_class(info.id)
    live = session_csv(info, students, readings, WINDOW_S, UTC)
    assert live == recording_csv("Optics", *recorded, MONDAY_MS, WINDOW_S, UTC)
    assert live.count(b"\r\n") == 1 + 4 + 3


def test_it_has_ended_and_stands_in_its_teachers_reports_at_the_recorded_time(store, recorded):
    info = saved(store, recorded)
    assert (info.title, info.opened_ms, info.ended_ms) == ("Optics", MONDAY_MS, MONDAY_MS + 34_500)
    assert store.classes.of_teacher(info.teacher_id) == [info]
    assert store.classes.open_classes() == []


def test_attendance_is_from_the_first_to_the_last_sample_in_one_visit(store, recorded):
    info = saved(store, recorded)
    table = attendance_table(class_report(store, info, WINDOW_S), UTC)
    assert table[["Student", "Joined", "Left", "Visits", "Minutes present"]].to_numpy().tolist() == [
        ["Person 1", "10:00:00", "10:00:34", 1, 0.6],
        ["Person 2", "10:00:10", "10:00:34", 1, 0.4],
    ]
    assert table["With a usable face"].tolist() == ["100%", "51%"]
    csv = attendance_csv(
        info, store.classes.students(info.id), store.readings.of_class(info.id), store.readings.visits(info.id), UTC
    )
    assert csv.count(b"\r\n") == 3


def test_the_report_before_saving_is_the_one_after(store, recorded):
    before = recording_report("Optics", *recorded, MONDAY_MS, WINDOW_S)
    after = class_report(store, saved(store, recorded), WINDOW_S)
    assert before.timeline.equals(after.timeline)
    assert (before.analyses, before.usable, before.counts) == (after.analyses, after.usable, after.counts)
    assert [(row.joined_ms, row.left_ms, row.present_ms) for row in before.attendance] == [
        (row.joined_ms, row.left_ms, row.present_ms) for row in after.attendance
    ]


def test_a_report_of_nobody_is_empty():
    report = recording_report("Optics", [], np.array([0.0]), MONDAY_MS, WINDOW_S)
    assert (report.analyses, report.attendance, len(report.timeline)) == (0, (), 0)


@pytest.mark.parametrize(
    ("title", "without", "words"), [(" \u200b", False, "Give the class a title"), ("Optics", True, "Nobody is left")]
)
def test_what_makes_no_class_is_said_and_nothing_is_written(store, recorded, title, without, words):
    teacher_id = add_teacher(store)
    people = [] if without else recorded[0]
    with pytest.raises(BadInput, match=words):
        save_as_class(store, teacher_id, title, people, recorded[1], MONDAY_MS, MONDAY_MS)
    assert store.classes.of_teacher(teacher_id) == []


def test_a_database_that_goes_away_in_the_middle_leaves_no_half_a_class(store, recorded, monkeypatch):
    def away(*_):
        raise StoreError("The database does not answer.")

    teacher_id = add_teacher(store)
    monkeypatch.setattr(store.readings, "write", away)
    with pytest.raises(StoreError):
        save_as_class(store, teacher_id, "Optics", *recorded, MONDAY_MS, MONDAY_MS)
    assert store.classes.of_teacher(teacher_id) == []
