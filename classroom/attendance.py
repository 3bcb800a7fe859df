"""Who was here, from when to when, and for how long: one row a student, for the page and for the file alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from classroom.presence import STALE_MS
from classroom.records import Student


@dataclass(frozen=True)
class Attendance:
    """One student's presence. ``present_ms`` adds up the visits; ``analysed_ms`` is the part of it with analyses."""

    student: Student
    joined_ms: int
    left_ms: int
    present_ms: int
    analysed_ms: int
    visits: int


def attendance(students: Sequence[Student], readings: pd.DataFrame, visits: pd.DataFrame) -> list[Attendance]:
    """A row a student, in the order of ``students``. Visits of the same student are merged.

    Args:
        readings: as the store gives them (``student_id, at_ms``).
        visits: ``student_id, began_ms, seen_ms``.
    """
    analysed = {int(student_id): analysed_ms(own) for student_id, own in readings.groupby("student_id")}
    rows = []
    for student in students:
        own = visits[visits["student_id"] == student.id]
        rows.append(
            Attendance(
                student=student,
                joined_ms=int(own["began_ms"].min()) if len(own) else student.joined_ms,
                left_ms=int(own["seen_ms"].max()) if len(own) else student.joined_ms,
                present_ms=int((own["seen_ms"] - own["began_ms"]).sum()),
                analysed_ms=analysed.get(student.id, 0),
                visits=len(own),
            )
        )
    return rows


def analysed_ms(readings: pd.DataFrame) -> int:
    """How long one student was analysed: the time between neighbouring analyses, holes over ``STALE_MS`` left out."""
    gaps = readings["at_ms"].sort_values().diff()
    return int(gaps[gaps <= STALE_MS].sum())
