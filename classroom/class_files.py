"""The files of one class: CSV files, all of them as one zip with a data dictionary, and the report as one HTML page."""

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

import pandas as pd

from classroom.alerts_csv import alerts_csv
from classroom.data_dictionary import MEANINGS, dictionary_csv
from classroom.html_report import html_report
from classroom.lesson_csv import markers_csv, signals_csv
from classroom.markers import breaks_of
from classroom.mood import without_breaks
from classroom.records import Alert, ClassInfo, Marker, Student
from classroom.report import ClassReport, class_report
from classroom.session_csv import attendance_csv, session_csv
from classroom.store import Store

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

    @property
    def counted(self) -> pd.DataFrame:
        """The readings that are in the statistics."""
        return without_breaks(self.readings, breaks_of(self.markers))


_CSV_FILES: dict[str, Callable[[ClassRecord, tzinfo], bytes]] = {
    "session.csv": lambda it, zone: session_csv(it.info, it.students, it.counted, it.window_s, zone),
    "attendance.csv": lambda it, zone: attendance_csv(it.info, it.students, it.readings, it.visits, zone),
    "signals.csv": lambda it, zone: signals_csv(it.info, it.students, it.signals, zone),
    "markers.csv": lambda it, zone: markers_csv(it.info, it.markers, zone),
    "alerts.csv": lambda it, zone: alerts_csv(it.info, it.students, it.alerts, zone),
}
REPORT, EVERYTHING = "report.html", "everything.zip"
FILE_NAMES = (*_CSV_FILES, REPORT, EVERYTHING)


def class_file(store: Store, info: ClassInfo, name: str, window_s: int, zone: tzinfo, with_names: bool = True) -> bytes:
    """One of ``FILE_NAMES``.

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
    )
    if name in _CSV_FILES:
        return _CSV_FILES[name](record, zone)
    return _zipped({each: make(record, zone) for each, make in _CSV_FILES.items()})


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
