"""Figures of a class that was measured, from the rows that it left behind. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Joined:
    """One student's way in: times in milliseconds since 1970."""

    student_id: int | None  # ``None``: never came into the class
    link_ms: int
    button_ms: int
    first_reading_ms: int | None  # when it was in the store; ``None``: there was none


def pace(rows: Sequence[tuple], joined: Sequence[Joined], measured_s: float) -> dict[str, float | int]:
    """How often and how soon faces were read.

    Args:
        rows: (student id, arrival of the frame, when it was stored, whether a face could be read) of the period.
    """
    table = np.array(rows, np.int64).reshape(-1, 4)
    each = np.array([np.sum(table[:, 0] == student.student_id) for student in joined]) / measured_s
    p50, p95 = percentiles(table[:, 2] - table[:, 1])
    return {
        "analyses": len(table),
        "analyses_per_s": round(len(table) / measured_s, 2),
        "usable_share": round(float(table[:, 3].mean()), 4) if len(table) else 0.0,
        "analyses_per_s_min_student": round(float(each.min()), 3),
        "analyses_per_s_mean_student": round(float(each.mean()), 3),
        "frame_to_store_p50_ms": p50,
        "frame_to_store_p95_ms": p95,
    }


def joining(joined: Sequence[Joined]) -> dict[str, float | int]:
    """How long it took to be in; who never had a reading is a failure and in no time."""
    there = [each for each in joined if each.first_reading_ms is not None]
    figures: dict[str, float | int] = {"join_failures": len(joined) - len(there)}
    for name in ("link", "button"):
        seconds = np.array([each.first_reading_ms - getattr(each, f"{name}_ms") for each in there]) / 1000
        p50, p95 = percentiles(seconds, digits=2)
        figures[f"{name}_to_first_reading_p50_s"] = p50
        figures[f"{name}_to_first_reading_p95_s"] = p95
        figures[f"{name}_to_first_reading_max_s"] = round(float(seconds.max()), 2) if len(there) else math.inf
    return figures


def percentiles(values: np.ndarray, digits: int = 1) -> tuple[float, float]:
    """Median and 95th percentile, infinite when there is no value: what never happened took for ever."""
    if not len(values):
        return math.inf, math.inf
    p50, p95 = np.percentile(values, [50, 95])
    return round(float(p50), digits), round(float(p95), digits)
