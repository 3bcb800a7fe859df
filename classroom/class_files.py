"""The files of one class: CSV files, all of them as one zip with a data dictionary, and the report as one HTML page."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

import pandas as pd

from classroom.alerts_csv import alerts_csv
from classroom.attention import mark
from classroom.attention_windows import attention_windows
from classroom.data_dictionary import MEANINGS, dictionary_csv
from classroom.html_report import html_report
from classroom.lesson_csv import markers_csv, signals_csv
from classroom.markers import breaks_of
from classroom.mode_csv import attention_csv, class_csv
from classroom.modes import Mode
from classroom.mood import without_breaks
from classroom.records import Alert, ClassInfo, Marker, Student
from classroom.report import ClassReport, class_report
from classroom.session_csv import attendance_csv, session_csv
from classroom.store import Store
from classroom.told_windows import last_ms, told_timeline

# The same bytes for the same class, whenever its zip is made.
_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class ClassRecord:
    """What the store has of a class, read once for all of its files. Student names are those to be written."""

    info: ClassInfo
    students: Sequence[Student]
    readings: pd.DataFrame
    visits: pd.DataFrame
    alerts: Sequence[Alert]
    signals: pd.DataFrame
    markers: Sequence[Marker]
    window_s: int
    windows: pd.DataFrame

    @property
    def counted(self) -> pd.DataFrame:
        """The readings that are in the statistics."""
        return without_breaks(self.readings, breaks_of(self.markers))

    @property
    def attention(self) -> pd.DataFrame:
        """What they show of where each student faced, in windows."""
        return attention_windows(without_breaks(mark(self.readings), breaks_of(self.markers)), self.window_s)

    @property
    def told(self) -> pd.DataFrame:
        """The windows that are over, of a class of which only those are told."""
        return told_timeline(self.windows, self.visits, last_ms(self.info, self.visits), breaks_of(self.markers))


_CSV_FILES: dict[str, Callable[[ClassRecord, tzinfo], bytes]] = {
    "session.csv": lambda it, zone: session_csv(it.info, it.students, it.counted, it.window_s, zone),
    "class.csv": lambda it, zone: class_csv(it.info, it.told, zone),
    "attention.csv": lambda it, zone: attention_csv(it.info, it.students, it.attention, zone),
    "attendance.csv": lambda it, zone: attendance_csv(it.info, it.students, it.readings, it.visits, zone),
    "signals.csv": lambda it, zone: signals_csv(it.info, it.students, it.signals, zone),
    "markers.csv": lambda it, zone: markers_csv(it.info, it.markers, zone),
    "alerts.csv": lambda it, zone: alerts_csv(it.info, it.students, it.alerts, zone),
}
REPORT, EVERYTHING = "report.html", "everything.zip"


def file_names(mode: Mode) -> tuple[str, ...]:
    """The files that a class of this mode has."""
    shows = mode.shows
    there = {
        "session.csv": shows.mood,
        "class.csv": not shows.by_student,
        "attention.csv": shows.pose and not shows.expression,
        "alerts.csv": shows.alerts,
    }
    return (*(name for name in _CSV_FILES if there.get(name, True)), REPORT, EVERYTHING)


def class_file(store: Store, info: ClassInfo, name: str, window_s: int, zone: tzinfo, with_names: bool = True) -> bytes:
    """One of ``file_names``.

    Args:
        with_names: ``False`` writes "Student 1", "Student 2" ... instead.

    Raises:
        StoreError: the database does not answer.
    """
    if name == REPORT:
        return html_report(shown_report(class_report(store, info, window_s), with_names), zone)
    students = store.classes.students(info.id)
    record = ClassRecord(
        info,
        students if with_names else without_names(students),
        store.readings.of_class(info.id),
        store.readings.visits(info.id),
        store.alerts.of_class(info.id),
        store.signals.of_class(info.id),
        store.markers.of_class(info.id),
        window_s,
        store.class_windows.of_class(info.id),
    )
    if name in _CSV_FILES:
        return _CSV_FILES[name](record, zone)
    return _zipped({each: make(record, zone) for each, make in _CSV_FILES.items() if each in file_names(info.mode)})


def without_names(students: Sequence[Student]) -> list[Student]:
    """The students as "Student 1", "Student 2" ... in their order; who is who is told by nothing that is left."""
    return [replace(student, name=f"Student {number}") for number, student in enumerate(students, start=1)]


def shown_report(report: ClassReport, with_names: bool) -> ClassReport:
    """The report, with the names or without them."""
    if with_names:
        return report
    students = without_names([row.student for row in report.attendance])
    rows = [replace(row, student=student) for row, student in zip(report.attendance, students, strict=True)]
    return replace(report, attendance=tuple(rows))


def _zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    dictionary = dictionary_csv({name: MEANINGS[name] for name in files})
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in (files | {"data-dictionary.csv": dictionary}).items():
            archive.writestr(zipfile.ZipInfo(name, _ZIPPED_AT), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
