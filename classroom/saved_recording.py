"""A recording as a report and as a class: the people are its students, the recorded time is its time."""

import contextlib

import numpy as np
import pandas as pd

from classroom.attendance import attendance
from classroom.codes import new_token, token_hash
from classroom.errors import BadInput, StoreError
from classroom.mood import drawable, student_windows
from classroom.naming import MAX_TITLE, clean_text
from classroom.people import Person, as_frame, readings_of
from classroom.records import ClassInfo, Reading, Sharing, Student
from classroom.report import ClassReport
from classroom.store import Store

BATCH = 5_000  # readings a commit, so that a running class never waits long for the database


def recording_report(
    title: str, people: list[Person], times_s: np.ndarray, began_ms: int, window_s: int
) -> ClassReport:
    """The report that ``save_as_class`` would leave, without a class."""
    info = ClassInfo(0, None, title, "", began_ms, _at_ms(times_s[-1] if len(times_s) else 0.0, began_ms))
    students = [
        Student(person.number, 0, person.name, Sharing.CAMERA, _at_ms(person.at_s[0], began_ms)) for person in people
    ]
    readings = as_frame([reading for person in people for reading in _readings(person, times_s, began_ms)])
    visits = pd.DataFrame(
        [(person.number, *_visit(person, began_ms)) for person in people], columns=["student_id", "began_ms", "seen_ms"]
    ).astype("int64")
    windows = student_windows(readings, window_s)
    timeline, timeline_s = drawable(windows, visits, window_s)
    return ClassReport(info, tuple(attendance(students, readings, visits)), visits, windows, timeline, timeline_s)


def save_as_class(
    store: Store, teacher_id: int, title: str, people: list[Person], times_s: np.ndarray, began_ms: int, now_ms: int
) -> ClassInfo:
    """Write a recording as a class that has ended.

    A person is present from the first to the last sample, as one visit.

    Args:
        now_ms: the time of writing.

    Raises:
        BadInput: no title, or nobody in it.
        StoreError: the database does not answer.
    """
    title = clean_text(title, MAX_TITLE)
    if not title:
        raise BadInput("Give the class a title, such as its subject and group.")
    if not people:
        raise BadInput("Nobody is left in this recording, so there is no class to save.")
    info = store.classes.open(teacher_id, title, (), began_ms)
    try:
        # Ended at once: nobody joins it, and a server that is killed meanwhile leaves no running class.
        store.classes.end(info.id, _at_ms(times_s[-1], began_ms))
        for person in people:
            first_ms, last_ms = _visit(person, began_ms)
            student = store.classes.join(
                info.id, person.name, token_hash(new_token()), Sharing.CAMERA, first_ms, len(people)
            )
            store.readings.add_visit(info.id, student.id, first_ms, last_ms)
            readings = readings_of(person, times_s, info.id, student.id, began_ms)
            for begin in range(0, len(readings), BATCH):
                store.readings.write(readings[begin : begin + BATCH], {}, now_ms)
    except Exception:
        with contextlib.suppress(StoreError):
            store.classes.erase(info.id)
        raise
    return store.classes.get(info.id)


def _readings(person: Person, times_s: np.ndarray, began_ms: int) -> list[Reading]:
    return readings_of(person, times_s, 0, person.number, began_ms)


def _visit(person: Person, began_ms: int) -> tuple[int, int]:
    return _at_ms(person.at_s[0], began_ms), _at_ms(person.at_s[-1], began_ms)


def _at_ms(at_s: float, began_ms: int) -> int:
    return began_ms + round(float(at_s) * 1000)
