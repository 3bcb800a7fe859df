"""Facing the screen, eyes open and in view over time, for classes in which no expression is computed. Pure.

The windows are made as those of the mood are: counts a student and window, which can be added, then sums of the class.
``usable`` is a reading with a face here, whatever could be told of it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from classroom.attention import COUNTS, MARKS
from classroom.mood import Breaks, summed_windows

WINDOW_COUNTS = ["analyses", "usable", *(name for name in COUNTS if name not in ("analyses", "in_view"))]
SHARES = {"facing_share": ("facing", "facing_known"), "eyes_share": ("eyes_open", "eyes_known")}


def attention_windows(marked: pd.DataFrame, window_s: int) -> pd.DataFrame:
    """Counts a student and window.

    Args:
        marked: readings with marks (``attention.mark``).

    Returns:
        Index ``(window_ms, student_id)``, columns ``WINDOW_COUNTS``, integers.
    """
    facing, shut, mouth = (marked[name].to_numpy(float) for name in MARKS)
    hits: Sequence[np.ndarray] = (
        *(np.ones(len(marked)), marked["faces_seen"].to_numpy() > 0),
        *(~np.isnan(facing), facing == 1, ~np.isnan(shut), shut == 0, ~np.isnan(mouth)),
    )
    columns = {name: values.astype(np.int64) for name, values in zip(WINDOW_COUNTS, hits, strict=True)}
    step = window_s * 1000
    keys = {"window_ms": marked["at_ms"].to_numpy(np.int64) // step * step}
    keys |= {"student_id": marked["student_id"].to_numpy(np.int64)}
    return pd.DataFrame(keys | columns).groupby(["window_ms", "student_id"]).sum()


def attention_of_class(windows: pd.DataFrame, visits: pd.DataFrame, window_s: int, breaks: Breaks = ()) -> pd.DataFrame:
    """The class window by window, as ``mood.class_windows`` gives them: ``WINDOW_COUNTS``; ``facing_share`` of the
    readings that tell, ``eyes_share`` likewise, NaN where none does; students with a face, present, ``coverage``."""
    result = summed_windows(windows, visits, window_s, breaks)
    for name, (part, whole) in SHARES.items():
        result[name] = result[part] / result[whole].where(result[whole] > 0)
    return result
