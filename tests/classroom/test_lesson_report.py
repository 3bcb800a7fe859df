"""What signals, markers and breaks leave in the report of a class."""

import numpy as np
import pytest

from classroom.people_charts import ABSENT, person_grid
from classroom.records import MarkerKind, SignalKind
from classroom.report import class_report
from tests.fakes import MONDAY_MS, add_teacher, seed_class

T = MONDAY_MS


@pytest.fixture
def seeded(store):
    return seed_class(store, add_teacher(store))


def test_a_class_without_any_is_as_it_was(store, seeded):
    report = class_report(store, seeded.info, 10)
    assert (report.analyses, report.usable) == (seeded.analyses, seeded.usable)
    assert (report.markers, report.changes, report.said) == ((), (), {})
    assert report.lane.to_numpy().sum() == 0


def test_a_break_leaves_every_number_but_attendance(store, seeded):
    before = class_report(store, seeded.info, 10)
    store.markers.add(seeded.info.id, MarkerKind.BREAK, T + 60_000)
    store.markers.end_break(seeded.info.id, T + 80_000)
    report = class_report(store, seeded.info, 10)
    assert report.analyses == before.analyses - 30
    assert report.counts["happy"] == before.counts["happy"] - 20
    assert report.attendance == before.attendance
    assert np.isnan(report.timeline["coverage"].iloc[6:8]).all() and report.timeline["coverage"].notna().sum() == 10
    assert (person_grid(report).shown[:, 6:8] == ABSENT).all(), "nobody is 'present, but not read' in a break"


def test_taps_and_students_are_counted_apart(store, seeded):
    ann, ben, _ = seeded.students
    for student, kind, at_s in ((ann, "LOST", 5), (ann, "LOST", 60), (ben, "LOST", 61), (ben, "HAND_UP", 70)):
        store.signals.add(seeded.info.id, student.id, SignalKind[kind], T + at_s * 1000)
    report = class_report(store, seeded.info, 10)
    assert report.said == {SignalKind.LOST: (3, 2), SignalKind.HAND_UP: (1, 1)}
    assert report.lane["lost"].tolist()[:7] == [1, 1, 1, 1, 1, 1, 2]


def test_every_marker_has_its_change(store, seeded):
    store.markers.add(seeded.info.id, MarkerKind.TOPIC, T + 60_000, "Lenses")
    (found,) = class_report(store, seeded.info, 10).changes
    assert (found.marker.text, found.students, found.readings_before) == ("Lenses", 2, 60 + 22)
