"""What is left of a class, read from the store and put together for a page."""

from dataclasses import dataclass
from datetime import tzinfo

import pandas as pd

from classroom.attendance import Attendance, attendance
from classroom.clock import as_utc
from classroom.mood import drawable, student_windows
from classroom.records import ClassInfo
from classroom.store import Store
from fer_model.labels import EMOTIONS

ATTENDANCE_TITLES = (
    *("Student", "Joined", "Left", "Visits", "Minutes present", "Minutes analysed"),
    *("Analyses", "With a usable face"),
)


@dataclass(frozen=True)
class ClassReport:
    """One class. ``timeline`` is ``mood.class_windows``, each ``timeline_s`` long; totals are over the whole class."""

    info: ClassInfo
    attendance: tuple[Attendance, ...]
    visits: pd.DataFrame
    windows: pd.DataFrame
    timeline: pd.DataFrame
    timeline_s: int

    @property
    def analyses(self) -> int:
        return int(self.windows["analyses"].sum())

    @property
    def usable(self) -> int:
        return int(self.windows["usable"].sum())

    @property
    def counts(self) -> dict[str, int]:
        """Usable readings by the most probable emotion."""
        return {emotion: int(self.windows[emotion].sum()) for emotion in EMOTIONS}

    @property
    def valence(self) -> float | None:
        return float(self.windows["valence_sum"].sum() / self.usable) if self.usable else None


def class_report(store: Store, info: ClassInfo, window_s: int) -> ClassReport:
    """Read a class from the store and sum it up."""
    readings = store.readings.of_class(info.id)
    visits = store.readings.visits(info.id)
    windows = student_windows(readings, window_s)
    timeline, timeline_s = drawable(windows, visits, window_s)
    students = tuple(store.classes.students(info.id))
    rows = tuple(attendance(students, readings, visits))
    return ClassReport(info, rows, visits, windows, timeline, timeline_s)


def attendance_table(report: ClassReport, zone: tzinfo) -> pd.DataFrame:
    """A row a student, times in the teacher's zone; visits of the same student are merged."""
    rows = []
    totals = report.windows.groupby(level="student_id")[["analyses", "usable"]].sum()
    for row in report.attendance:
        student_id = row.student.id
        analyses, usable = totals.loc[student_id] if student_id in totals.index else (0, 0)
        rows.append(
            (
                row.student.name,
                f"{as_utc(row.joined_ms).astimezone(zone):%H:%M:%S}",
                f"{as_utc(row.left_ms).astimezone(zone):%H:%M:%S}",
                row.visits,
                round(row.present_ms / 60_000, 1),
                round(row.analysed_ms / 60_000, 1),
                int(analyses),
                f"{usable / analyses:.0%}" if analyses else "not known",
            )
        )
    return pd.DataFrame(rows, columns=ATTENDANCE_TITLES)
