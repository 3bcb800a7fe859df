"""The alerts of a class as a file, a row an alert."""

from collections.abc import Sequence
from datetime import tzinfo

from classroom.alert_words import VERDICTS
from classroom.records import Alert, ClassInfo, Student
from classroom.session_csv import both_times, csv_bytes, harmless

ALERT_COLUMNS = [
    "class", "student", "rule", "began_utc", "began_local", "raised_utc", "raised_local",
    "ended_utc", "ended_local", "evidence", "verdict", "mode",
]  # fmt: skip


def alerts_csv(info: ClassInfo, students: Sequence[Student], alerts: Sequence[Alert], zone: tzinfo) -> bytes:
    """The student is empty where an alert is about the class, the end while it lasts."""
    names = {student.id: student.name for student in students}
    rows = [
        [
            harmless(info.title),
            harmless(names.get(alert.student_id, "")),
            alert.rule,
            *both_times(alert.began_ms, zone),
            *both_times(alert.raised_ms, zone),
            *(("", "") if alert.ended_ms is None else both_times(alert.ended_ms, zone)),
            alert.evidence,
            VERDICTS[alert.useful],
            info.mode.word,
        ]
        for alert in alerts
    ]
    return csv_bytes(ALERT_COLUMNS, rows)
