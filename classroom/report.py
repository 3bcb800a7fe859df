"""What is left of a class, put together for a page: pure, from what the store gives."""

from dataclasses import dataclass
from datetime import tzinfo

import pandas as pd

from classroom.clock import as_utc
from classroom.mood import drawable, student_windows
from classroom.records import ClassInfo, Student
from classroom.session_csv import analysed_ms
from classroom.store import Store
from fer_model.labels import EMOTIONS


@dataclass(frozen=True)
class ClassReport:
    """One class. ``timeline`` is ``mood.class_windows``, each ``timeline_s`` long; totals are over the whole class."""

    info: ClassInfo
    students: tuple[Student, ...]
    visits: pd.DataFrame
    windows: pd.DataFrame
    timeline: pd.DataFrame
    timeline_s: int
    analysed_ms: dict[int, int]

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
    analysed = {int(student_id): analysed_ms(own) for student_id, own in readings.groupby("student_id")}
    students = tuple(store.classes.students(info.id))
    return ClassReport(info, students, visits, windows, timeline, timeline_s, analysed)


def attendance_table(report: ClassReport, zone: tzinfo) -> pd.DataFrame:
    """A row a student, times in the teacher's zone; visits of the same student are merged."""
    rows = []
    totals = report.windows.groupby(level="student_id")[["analyses", "usable"]].sum()
    for student in report.students:
        own = report.visits[report.visits["student_id"] == student.id]
        joined_ms = int(own["began_ms"].min()) if len(own) else student.joined_ms
        left_ms = int(own["seen_ms"].max()) if len(own) else student.joined_ms
        analyses, usable = totals.loc[student.id] if student.id in totals.index else (0, 0)
        rows.append(
            {
                "Student": student.name,
                "Joined": f"{as_utc(joined_ms).astimezone(zone):%H:%M:%S}",
                "Left": f"{as_utc(left_ms).astimezone(zone):%H:%M:%S}",
                "Visits": len(own),
                "Minutes present": round(float((own["seen_ms"] - own["began_ms"]).sum()) / 60_000, 1),
                "Minutes analysed": round(report.analysed_ms.get(student.id, 0) / 60_000, 1),
                "Analyses": int(analyses),
                "With a usable face": f"{usable / analyses:.0%}" if analyses else "not known",
            }
        )
    columns = [
        "Student",
        "Joined",
        "Left",
        "Visits",
        "Minutes present",
        "Minutes analysed",
        "Analyses",
        "With a usable face",
    ]
    return pd.DataFrame(rows, columns=columns)
