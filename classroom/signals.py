"""What students say with one tap, as numbers. Pure: data frames in, plain values out.

Conventions
- A hand stands until it is taken back or lowered. Everything else stands for ``STANDS_MS`` at most.
- A signal stands from the millisecond of its tap up to, but not with, that of its end.
- Who is not there signals nothing: counts are of present students, and each counts once a kind.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from classroom.mood import presence
from classroom.records import SignalKind
from classroom.store.signals import SIGNAL_COLUMNS

# "I'm lost" is about what is taught now. Two minutes are long enough for a teacher to end a thought and look, and short
# enough that nobody is answered for what was said long ago; who is still lost then taps again.
STANDS_MS = 120_000
# What one cannot mean at the same time: the later tap replaces the earlier one.
OPPOSITES = {
    SignalKind.TOO_FAST: SignalKind.TOO_SLOW,
    SignalKind.TOO_SLOW: SignalKind.TOO_FAST,
    SignalKind.LOST: SignalKind.GOT_IT,
    SignalKind.GOT_IT: SignalKind.LOST,
}


@dataclass(frozen=True)
class Standing:
    """A signal that stands at some moment, since ``since_ms``."""

    student_id: int
    kind: SignalKind
    since_ms: int


def no_signals() -> pd.DataFrame:
    """A class in which nobody said anything, in the shape in which the store gives signals."""
    return pd.DataFrame(columns=SIGNAL_COLUMNS).astype(
        {"id": "int64", "student_id": "int64", "kind": "object", "at_ms": "int64", "until_ms": "float64"}
    )


def stands(kind: SignalKind, since_ms: int, at_ms: int) -> bool:
    """Whether a signal that nobody has ended stands at this moment."""
    return kind is SignalKind.HAND_UP or at_ms < since_ms + STANDS_MS


def ends_ms(signals: pd.DataFrame) -> np.ndarray:
    """When each signal stood no longer, (n,) float64; infinity for a hand that is up.

    Args:
        signals: as the store gives them (``student_id, kind, at_ms, until_ms``).
    """
    by_itself = np.where(signals["kind"] == SignalKind.HAND_UP.value, np.inf, signals["at_ms"] + STANDS_MS)
    return np.fmin(by_itself.astype(float), signals["until_ms"].to_numpy(float))


def standing(signals: pd.DataFrame, at_ms: int, present: Collection[int]) -> tuple[Standing, ...]:
    """The signals of the present students that stand at this moment, in the order of their taps."""
    now = signals[(signals["at_ms"] <= at_ms) & (ends_ms(signals) > at_ms)]
    rows = zip(now["student_id"], now["kind"], now["at_ms"], strict=True)
    return tuple(Standing(int(who), SignalKind(kind), int(since)) for who, kind, since in rows if who in present)


def lane(signals: pd.DataFrame, visits: pd.DataFrame, begins_ms: np.ndarray, step_ms: int) -> pd.DataFrame:
    """Students by what they said, window by window.

    Args:
        visits: ``student_id, began_ms, seen_ms``.
        begins_ms: (w,) begin of each window.

    Returns:
        Index ``window_ms``, one column of counts a kind in the order of ``SignalKind``. A student counts in every
        window in which they were present and the signal stood at any time.
    """
    counts = {kind.value: np.zeros(len(begins_ms), np.int64) for kind in SignalKind}
    students, kinds = signals["student_id"].to_numpy(np.int64), signals["kind"].to_numpy()
    began, ends = signals["at_ms"].to_numpy(np.int64)[:, None], ends_ms(signals)[:, None]
    stood = (began < begins_ms + step_ms) & (ends > begins_ms)
    there = presence(visits, begins_ms, step_ms) if len(signals) else {}
    absent = np.zeros(len(begins_ms), bool)
    for kind in set(kinds):
        for student_id in set(students[kinds == kind]):
            own = stood[(kinds == kind) & (students == student_id)].any(axis=0)
            counts[kind] += own & there.get(int(student_id), absent)
    return pd.DataFrame(counts, index=pd.Index(begins_ms, name="window_ms"))
