"""From readings to the mood of a class. Pure: data frames in, data frames out.

Conventions
- A window is ``window_s`` long and begins at a multiple of it since 1970 UTC, so windows of one length fit together.
- Student windows hold counts and sums only. They can be added (``add_windows``), so a live class, its timeline and
  its CSV are the same numbers, however they were collected.
- A reading is usable when it has an expression. The others count as analyses and in no mean.
- Shares are counts of the most probable emotion over usable readings. Without any usable reading shares, valence and
  arousal are NaN: not known.
- Breaks leave the statistics: their readings are dropped (``without_breaks``), and nobody counts as present in a window
  that lies wholly in a break. Breaks are ``(from_ms, until_ms)``, ``None`` while one lasts.
- Coverage is students with a usable reading in the window over students present at any time in it.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from classroom.store.tables import PROB_COLUMNS
from fer_model.affect import valence_arousal
from fer_model.labels import EMOTIONS

COUNTS = ["analyses", "usable", *EMOTIONS]
SUMS = ["valence_sum", "arousal_sum"]
# By the sign of their valence.
PLEASANT = ("happy", "surprise")
UNPLEASANT = ("sad", "fear", "angry", "disgust")
Breaks = Sequence[tuple[int, int | None]]
# (student windows, visits, window_s, breaks) to the windows of the class.
ClassWindows = Callable[[pd.DataFrame, pd.DataFrame, int, Breaks], pd.DataFrame]
# What is shown of a student now: long enough to be calm, short enough to be now.
SHOWN_MS = 6_000
# More points than this cost a browser time and show an eye nothing.
MAX_POINTS = 240
# A week of the shortest usual windows: no class is as long, and more than this would fill the memory.
MOST_WINDOWS = 60_480
_STEPS_S = (10, 20, 30, 60, 120, 300, 600, 1800, 3600)


def without_breaks(readings: pd.DataFrame, breaks: Breaks) -> pd.DataFrame:
    """The readings outside of all breaks. A break begins with its first millisecond and ends before its last."""
    at_ms = readings["at_ms"].to_numpy(np.int64)
    return readings[~_inside(at_ms, at_ms + 1, breaks)] if breaks else readings


def student_windows(readings: pd.DataFrame, window_s: int) -> pd.DataFrame:
    """Counts and sums a student and window.

    Args:
        readings: as the store gives them (``student_id, at_ms, p_*``).

    Returns:
        Index ``(window_ms, student_id)``, columns ``COUNTS`` (integers) and ``SUMS``; only windows with an analysis.
    """
    probs = readings[PROB_COLUMNS].to_numpy(float)
    usable = ~np.isnan(probs).any(axis=1)
    shown = np.where(usable, np.nan_to_num(probs).argmax(axis=1), -1)
    affect = np.where(usable[:, None], valence_arousal(np.nan_to_num(probs)), 0.0)
    window_ms = readings["at_ms"].to_numpy(np.int64) // (window_s * 1000) * (window_s * 1000)
    columns = {"analyses": np.ones(len(readings), np.int64), "usable": usable.astype(np.int64)}
    columns |= {emotion: (shown == index).astype(np.int64) for index, emotion in enumerate(EMOTIONS)}
    columns |= {"valence_sum": affect[:, 0], "arousal_sum": affect[:, 1]}
    keys = {"window_ms": window_ms, "student_id": readings["student_id"].to_numpy(np.int64)}
    return pd.DataFrame(keys | columns).groupby(["window_ms", "student_id"]).sum()


def add_windows(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """The student windows of both sets of readings together; both in the order of their index, as it is."""
    if first.empty or second.empty:
        return second if first.empty else first
    # A live class adds its last seconds to hours: what lies before them is carried over, not added up once more.
    before = int(first.index.get_level_values("window_ms").searchsorted(second.index[0][0]))
    both = pd.concat([first.iloc[before:], second]).groupby(level=["window_ms", "student_id"]).sum()
    return pd.concat([first.iloc[:before], both]) if before else both


def coarser(windows: pd.DataFrame, window_s: int) -> pd.DataFrame:
    """The same student windows, ``window_s`` long; the new length is a multiple of the old one."""
    level = windows.index.get_level_values
    keys = [level("window_ms") // (window_s * 1000) * (window_s * 1000), level("student_id")]
    merged = windows.groupby(keys).sum()
    merged.index.names = ["window_ms", "student_id"]
    return merged


def class_windows(windows: pd.DataFrame, visits: pd.DataFrame, window_s: int, breaks: Breaks = ()) -> pd.DataFrame:
    """The mood of the class, window by window, without holes in time.

    Args:
        windows: student windows, ``window_s`` long.
        visits: ``student_id, began_ms, seen_ms``.

    Returns:
        Index ``window_ms``, every window from the first to the last in which somebody was present or analysed. Columns:
        ``COUNTS``; ``share_<emotion>`` in [0, 1]; ``valence`` and ``arousal`` in [-1, 1]; ``students_usable``,
        ``students_present``; ``coverage`` in [0, 1]. NaN where not known.
    """
    result = summed_windows(windows, visits, window_s, breaks)
    known = result["usable"].where(result["usable"] > 0)
    shares = result[list(EMOTIONS)].div(known, axis=0).add_prefix("share_")
    means = result[SUMS].div(known, axis=0).set_axis(["valence", "arousal"], axis=1)
    return pd.concat([result.drop(columns=SUMS), shares, means], axis=1)


def summed_windows(windows: pd.DataFrame, visits: pd.DataFrame, window_s: int, breaks: Breaks = ()) -> pd.DataFrame:
    """Counts and sums of all students, window by window, with ``students_usable``, ``students_present``, ``coverage``.

    Args:
        windows: student windows of any counts, ``usable`` among them.
        visits: as for ``class_windows``, which has the index.
    """
    index = pd.Index(_begins(windows, visits, window_s), name="window_ms")
    result = windows.groupby(level="window_ms").sum().reindex(index, fill_value=0)
    with_face = windows["usable"].gt(0).groupby(level="window_ms").sum()
    result["students_usable"] = with_face.reindex(index, fill_value=0).astype(np.int64)
    begins, step = index.to_numpy(np.int64), window_s * 1000
    present = np.where(_inside(begins, begins + step, breaks), 0, _present(visits, begins, step))
    result["students_present"] = np.maximum(present, result["students_usable"])
    present = result["students_present"].where(result["students_present"] > 0)
    result["coverage"] = result["students_usable"] / present
    return result


def drawable(
    windows: pd.DataFrame,
    visits: pd.DataFrame,
    window_s: int,
    breaks: Breaks = (),
    of_class: ClassWindows = class_windows,
) -> tuple[pd.DataFrame, int]:
    """The class windows to draw, coarse enough for ``MAX_POINTS``.

    Args:
        of_class: what makes class windows of student windows.

    Returns:
        ``class_windows``, and their length in seconds, ``window_s`` or a multiple of it.
    """
    span = _span(windows, visits, window_s)
    if len(span) <= MAX_POINTS:
        return of_class(windows, visits, window_s, breaks), window_s
    wanted_s = len(span) * window_s / MAX_POINTS
    steps = [step for step in _STEPS_S if step >= wanted_s and step % window_s == 0]
    step_s = steps[0] if steps else int(np.ceil(wanted_s / window_s)) * window_s
    return of_class(coarser(windows, step_s), visits, step_s, breaks), step_s


def shown_now(readings: pd.DataFrame, now_ms: int) -> pd.DataFrame:
    """What each student shows now: the mean of the last seconds, so that a label does not flicker.

    A student is known while at least half of these readings are usable; else the commonest reason says why not.

    Returns:
        Index ``student_id`` of those with a reading in the last ``SHOWN_MS``. Columns ``analyses``, ``usable``,
        ``reason`` (``None`` when known), ``emotion`` and ``confidence`` (the emotion of the largest mean probability,
        and that mean; ``None`` and NaN when not known), ``valence``, ``arousal``, ``faces_seen`` (newest reading).
    """
    # Plain arrays: this runs every second for every student, and a pandas row costs more than all the numbers in it.
    recent = readings[readings["at_ms"] > now_ms - SHOWN_MS].sort_values("at_ms", kind="stable")
    students, faces, reasons = (recent[name].to_numpy() for name in ("student_id", "faces_seen", "reason"))
    probs = recent[PROB_COLUMNS].to_numpy(float)
    usable = ~np.isnan(probs).any(axis=1)
    rows = []
    for student_id in np.unique(students):
        own = students == student_id
        known = own & usable
        row = {"analyses": own.sum(), "usable": known.sum(), "faces_seen": faces[own][-1], "reason": None}
        row |= {"emotion": None, "confidence": np.nan, "valence": np.nan, "arousal": np.nan}
        if row["usable"] * 2 >= row["analyses"]:
            mean = probs[known].mean(axis=0)
            row |= {"emotion": EMOTIONS[int(mean.argmax())], "confidence": mean.max()}
            row["valence"], row["arousal"] = valence_arousal(mean)
        else:
            row["reason"] = Counter(reasons[own & ~usable]).most_common(1)[0][0]
        rows.append({"student_id": student_id} | row)
    columns = ["student_id", "analyses", "usable", "faces_seen", "reason"]
    columns += ["emotion", "confidence", "valence", "arousal"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("reason", "emotion"):
        # pandas makes NaN of None beside text, and NaN is not None.
        frame[name] = pd.Series([row[name] for row in rows], dtype=object)
    return frame.set_index("student_id")


def _span(windows: pd.DataFrame, visits: pd.DataFrame, window_s: int) -> range:
    """Begin of every window from the first to the last in which somebody was present or analysed."""
    step = window_s * 1000
    times = [windows.index.get_level_values("window_ms"), visits["began_ms"], visits["seen_ms"]]
    known = np.concatenate([np.asarray(each, np.int64) for each in times])
    return range(int(known.min() // step * step), int(known.max()) + 1, step) if len(known) else range(0)


def _begins(windows: pd.DataFrame, visits: pd.DataFrame, window_s: int) -> np.ndarray:
    """The same as an array. Where the clock was set forward, or a class forgotten, by ``MOST_WINDOWS``: only those in
    which somebody was, each with the one after it, so that a hole is still one."""
    span = _span(windows, visits, window_s)
    if len(span) <= MOST_WINDOWS:
        return np.array(span, np.int64)
    stays = [
        range(began // span.step, seen // span.step + 1)
        for began, seen in zip(visits["began_ms"], visits["seen_ms"], strict=True)
    ]
    somebody = np.concatenate([windows.index.get_level_values("window_ms") // span.step, *stays])
    return np.unique(np.concatenate([somebody, somebody + 1])).astype(np.int64) * span.step


def presence(visits: pd.DataFrame, begins_ms: np.ndarray, step_ms: int) -> dict[int, np.ndarray]:
    """By student whether they were present at any time in each window, (w,) bool."""
    students, began, seen = (visits[name].to_numpy() for name in ("student_id", "began_ms", "seen_ms"))
    present = {}
    for student_id in np.unique(students):
        own = students == student_id
        overlaps = (began[own, None] < begins_ms + step_ms) & (seen[own, None] >= begins_ms)
        present[int(student_id)] = overlaps.any(axis=0)
    return present


def _inside(begins_ms: np.ndarray, ends_ms: np.ndarray, breaks: Breaks) -> np.ndarray:
    """Which spans lie wholly in a break, (n,) bool."""
    inside = np.zeros(len(begins_ms), bool)
    for from_ms, until_ms in breaks:
        inside |= (begins_ms >= from_ms) & (ends_ms <= (np.inf if until_ms is None else until_ms))
    return inside


def _present(visits: pd.DataFrame, begins_ms: np.ndarray, step_ms: int) -> np.ndarray:
    """Students present at any time in each window."""
    return sum(presence(visits, begins_ms, step_ms).values(), np.zeros(len(begins_ms), np.int64))
