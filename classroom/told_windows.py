"""The timeline of a class of which only windows are told. Pure: told windows in, a frame to draw and write out."""

import numpy as np
import pandas as pd

from classroom.class_only import GRACE_MS, WINDOW_S
from classroom.mood import Breaks, summed_windows
from classroom.records import ClassInfo
from fer_model.labels import EMOTIONS

_STEP_MS = WINDOW_S * 1000


def told_timeline(told: pd.DataFrame, visits: pd.DataFrame, until_ms: int, breaks: Breaks = ()) -> pd.DataFrame:
    """Every window from the first to the last that is over, told or not.

    A window that touches a break is not told: nobody could take the break out of it.

    Args:
        told: as the store gives them (``window_ms, students, percent_*``).
        visits: ``student_id, began_ms, seen_ms``.
        until_ms: windows that end later are left out.

    Returns:
        Index ``window_ms``. ``share_<emotion>`` in [0, 1], NaN where not told; ``students_usable``, those whose
        expressions are in it, 0 where not told; ``students_present``; ``coverage``, the one of the other.
    """
    told = told[~_touches(told["window_ms"].to_numpy(np.int64), breaks)]
    nobody = pd.MultiIndex.from_arrays([told["window_ms"], np.zeros(len(told), int)], names=["window_ms", "student_id"])
    result = summed_windows(pd.DataFrame({"usable": 0}, index=nobody), visits, WINDOW_S, breaks)
    shares = told.set_index("window_ms").reindex(result.index)
    for emotion in EMOTIONS:
        result[f"share_{emotion}"] = shares[f"percent_{emotion}"] / 100
    result["students_usable"] = shares["students"].fillna(0).astype(np.int64)
    result["students_present"] = np.maximum(result["students_present"], result["students_usable"])
    result["coverage"] = result["students_usable"] / result["students_present"].where(result["students_present"] > 0)
    return result[result.index + _STEP_MS <= until_ms].drop(columns="usable")


def last_ms(info: ClassInfo, visits: pd.DataFrame) -> int:
    """Until when windows of a class are over: its end, or when somebody was seen last and what was read is counted."""
    if info.ended_ms is not None:
        return info.ended_ms
    return int(visits["seen_ms"].max()) - GRACE_MS if len(visits) else info.opened_ms


def is_told(timeline: pd.DataFrame) -> pd.Series:
    """Which windows are told."""
    return timeline["students_usable"] > 0


def _touches(begins_ms: np.ndarray, breaks: Breaks) -> np.ndarray:
    touching = np.zeros(len(begins_ms), bool)
    for from_ms, until_ms in breaks:
        touching |= (begins_ms + _STEP_MS > from_ms) & (begins_ms < (np.inf if until_ms is None else until_ms))
    return touching
