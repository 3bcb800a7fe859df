"""The two files of a class: the session (a row a student and window) and the attendance (a row a student).

RFC 4180 with a UTF-8 byte order mark, so that spreadsheets open it. A cell that a spreadsheet would take for a formula
gets an apostrophe in front (OWASP, "CSV Injection"): it is shown as the text that somebody typed.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import tzinfo

import pandas as pd

from classroom.attendance import attendance
from classroom.clock import as_utc
from classroom.mood import student_windows
from classroom.records import ClassInfo, Student
from fer_model.labels import EMOTIONS

SESSION_COLUMNS = [
    "class", "student", "window_start_utc", "window_start_local", "analyses", *EMOTIONS,
    "mean_valence", "mean_arousal", "usable_share", "mode",
]  # fmt: skip
ATTENDANCE_COLUMNS = [
    "class", "student", "joined_utc", "joined_local", "left_utc", "left_local",
    "minutes_present", "minutes_analysed", "visits", "mode",
]  # fmt: skip

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def session_csv(
    info: ClassInfo, students: Sequence[Student], readings: pd.DataFrame, window_s: int, zone: tzinfo
) -> bytes:
    """The session file. Means are empty where no reading of the window was usable."""
    names = {student.id: student.name for student in students}
    rows = []
    for (window_ms, student_id), row in student_windows(readings, window_s).iterrows():
        usable = row["usable"]
        rows.append(
            [
                harmless(info.title),
                harmless(names[student_id]),
                *both_times(window_ms, zone),
                int(row["analyses"]),
                *(int(row[emotion]) for emotion in EMOTIONS),
                f"{row['valence_sum'] / usable:.4f}" if usable else "",
                f"{row['arousal_sum'] / usable:.4f}" if usable else "",
                f"{usable / row['analyses']:.4f}",
                info.mode.word,
            ]
        )
    return csv_bytes(SESSION_COLUMNS, rows)


def attendance_csv(
    info: ClassInfo, students: Sequence[Student], readings: pd.DataFrame, visits: pd.DataFrame, zone: tzinfo
) -> bytes:
    """The attendance file, one row a student; visits of the same student are merged."""
    rows = [
        [
            harmless(info.title),
            harmless(row.student.name),
            *both_times(row.joined_ms, zone),
            *both_times(row.left_ms, zone),
            f"{row.present_ms / 60_000:.2f}",
            f"{row.analysed_ms / 60_000:.2f}" if info.mode.shows.by_student else "",  # else nobody's is kept
            row.visits,
            info.mode.word,
        ]
        for row in attendance(students, readings, visits)
    ]
    return csv_bytes(ATTENDANCE_COLUMNS, rows)


def harmless(text: str) -> str:
    """The text as a spreadsheet cell that is never a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def both_times(at_ms: int, zone: tzinfo) -> tuple[str, str]:
    """ISO 8601 to the second: UTC, and the zone's with its distance from UTC."""
    at_utc = as_utc(int(at_ms)).replace(microsecond=0)
    return at_utc.strftime("%Y-%m-%dT%H:%M:%SZ"), at_utc.astimezone(zone).isoformat()


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """A file of these columns; who gives text that somebody typed makes it ``harmless`` first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # the default dialect is RFC 4180: commas, CRLF, quotes where needed
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
