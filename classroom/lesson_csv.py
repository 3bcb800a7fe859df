"""What students signalled and what the teacher noted, as files: a row a tap, a row a marker."""

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
import pandas as pd

from classroom.records import ClassInfo, Marker, Student
from classroom.session_csv import both_times, csv_bytes, harmless
from classroom.signals import ends_ms

SIGNAL_COLUMNS = ["class", "student", "signal", "at_utc", "at_local", "until_utc", "until_local", "mode"]
MARKER_COLUMNS = ["class", "marker", "text", "at_utc", "at_local", "until_utc", "until_local", "mode"]
_NEVER = ("", "")


def signals_csv(info: ClassInfo, students: Sequence[Student], signals: pd.DataFrame, zone: tzinfo) -> bytes:
    """In the order of the taps. The end is empty for a hand that is up; the end of a class ends every signal."""
    names = {student.id: student.name for student in students}
    ends = np.minimum(ends_ms(signals), np.inf if info.ended_ms is None else info.ended_ms)
    rows = [
        [
            harmless(info.title),
            harmless(names[student_id]),
            kind,
            *both_times(at_ms, zone),
            *(both_times(end_ms, zone) if np.isfinite(end_ms) else _NEVER),
            info.mode.word,
        ]
        for student_id, kind, at_ms, end_ms in zip(
            *(signals["student_id"], signals["kind"], signals["at_ms"], ends), strict=True
        )
    ]
    return csv_bytes(SIGNAL_COLUMNS, rows)


def markers_csv(info: ClassInfo, markers: Sequence[Marker], zone: tzinfo) -> bytes:
    """In the order of time. Only a break that is over has an end."""
    rows = [
        [
            harmless(info.title),
            marker.kind.value,
            harmless(marker.text),
            *both_times(marker.at_ms, zone),
            *(_NEVER if marker.until_ms is None else both_times(marker.until_ms, zone)),
            info.mode.word,
        ]
        for marker in markers
    ]
    return csv_bytes(MARKER_COLUMNS, rows)
