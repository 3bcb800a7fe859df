"""The files of modes without the readings of each student's expression: windows of the class, attention of each."""

from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
import pandas as pd

from classroom.class_only import NOT_ENOUGH
from classroom.records import ClassInfo, Student
from classroom.session_csv import both_times, csv_bytes, harmless
from fer_model.labels import EMOTIONS

CLASS_COLUMNS = [
    "class", "window_start_utc", "window_start_local", "students_counted", "students_present", "coverage",
    *EMOTIONS, "note", "mode",
]  # fmt: skip
ATTENTION_COLUMNS = [
    "class", "student", "window_start_utc", "window_start_local", "analyses", "in_view",
    "facing_known", "facing", "eyes_known", "eyes_open", "mode",
]  # fmt: skip


def class_csv(info: ClassInfo, timeline: pd.DataFrame, zone: tzinfo) -> bytes:
    """A row a window, told or not (``told_windows.told_timeline``); shares in percent, empty where not told."""
    rows = []
    for window_ms, row in timeline.iterrows():
        told = row["students_usable"] > 0
        present = int(row["students_present"])
        # Not told: nor is of how many, or it would say who was not read.
        numbers = (int(row["students_usable"]), present, f"{row['coverage']:.4f}") if told else ("", present, "")
        shares = [f"{row[f'share_{emotion}'] * 100:.0f}" if told else "" for emotion in EMOTIONS]
        note = "" if told else NOT_ENOUGH
        times = both_times(int(window_ms), zone)
        rows.append([harmless(info.title), *times, *numbers, *shares, note, info.mode.word])
    return csv_bytes(CLASS_COLUMNS, rows)


def attention_csv(info: ClassInfo, students: Sequence[Student], windows: pd.DataFrame, zone: tzinfo) -> bytes:
    """A row a student and window (``attention_windows``): counts only, so that every share has its n."""
    names = {student.id: student.name for student in students}
    counts_of = windows[["analyses", "usable", *ATTENTION_COLUMNS[-5:-1]]].to_numpy(np.int64).tolist()
    rows = [
        [harmless(info.title), harmless(names[student_id]), *both_times(window_ms, zone), *counts, info.mode.word]
        for (window_ms, student_id), counts in zip(windows.index, counts_of, strict=True)
    ]
    return csv_bytes(ATTENTION_COLUMNS, rows)
