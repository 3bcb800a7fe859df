"""Facing the screen, eyes open, in view: three things that a picture shows, each for itself.

Conventions
- Nobody's attention is measured. Who faces the screen may dream, and who writes by hand looks down; there is no sum of
  the parts and no percentage of attention.
- A camera may stand aside and eyes differ, so a student is compared with themselves: with the median pose and the open
  eyes of the first two minutes in view. Until those are over, and without a geometry, nothing is known: NaN.
- Marks depend on a reading and on earlier ones only. A class that is read while it runs, in any portions, has the same
  marks as one that is read again later.
- Readings come at 0.5 to 2 Hz. A blink lasts 0.1 to 0.4 s and is in one of them at most; eyes count as shut only when
  the reading before says so, too. Lids of who looks down on a page look like shut ones, and the words say so.
- Nods and shakes are faster than that and cannot be told: benchmarks/geometry.py and its result.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from classroom.presence import STALE_MS
from classroom.store.tables import GEOMETRY_COLUMNS

MARKS = ("facing", "eyes_shut", "mouth_wide")
_POSE = [GEOMETRY_COLUMNS.index(name) for name in ("yaw_deg", "pitch_deg")]

# The student's own first minutes: as long, and as many readings with a geometry.
OWN_MS = 120_000
OWN_READINGS = 30
# A camera that stands further aside than this sees somebody who looks elsewhere.
_MOST_ASIDE_DEG = 30.0

# The head makes about 69 % of a turn of the gaze (Stiefelhagen and Zhu: "Head Orientation and Gaze Direction in
# Meetings", CHI 2002). The edge of a wide screen, 22 degrees off, is a head turned by 15; with what one reading is off,
# twice 4 degrees, nobody who looks there is beyond 30. A second screen's middle, 45 degrees off, or a notebook on the
# desk, 40 degrees down, are a head turned by about 30.
FACING_YAW_DEG = 30.0
FACING_PITCH_DEG = 25.0

# PERCLOS counts eyes that are at least 80 % closed (P80), blinks left out: W. Wierwille et al.: "Research on
# vehicle-based driver status/performance monitoring", NHTSA DOT HS 808 247, 1994; D. Dinges and R. Grace: "PERCLOS: a
# valid psychophysiological measure of alertness", FHWA-MCRT-98-006, 1998. The mesh of shut eyes still has half the
# aspect ratio of the own open ones (0.15 and 0.30 on the clip of one face), so 80 % of the way down is at 60 % of it.
OPEN_PERCENTILE = 90
_SHUT_SHARE = 0.5
CLOSED_SHARE = _SHUT_SHARE + 0.2 * (1 - _SHUT_SHARE)
PERCLOS_MS = 60_000

# A loud laugh reaches 0.37 on the clip of one face.
MOUTH_WIDE = 0.5
YAWN_MS = 2_000

# What a tile says is of the last seconds, and of nearly all of them: a glance aside changes no word.
NOW_MS = 15_000
_NOW_SHARE = 0.8
_NOW_READINGS = 4


@dataclass(frozen=True)
class Own:
    """What is usual for one student: median angles and open eyes of the first two minutes, from ``n`` readings.

    ``eyes_open`` is NaN where fewer than ``OWN_READINGS`` of them were sharp.
    """

    yaw_deg: float
    pitch_deg: float
    eyes_open: float
    n: int


@dataclass
class _Past:
    """What has to be remembered of one student between two portions of readings."""

    first: list[tuple[float, ...]] = field(default_factory=list)  # at_ms, yaw, pitch, eyes of the first minutes
    own: Own | None = None
    closed_ms: float = -np.inf  # when the eyes were closed, if they were in the newest reading that tells


class Attention:
    """Marks readings as they come. One a class; not thread-safe."""

    def __init__(self) -> None:
        self._past: dict[int, _Past] = {}

    def mark(self, readings: pd.DataFrame) -> pd.DataFrame:
        """The next readings with what they show.

        Args:
            readings: as the store gives them, later than all that were given before.

        Returns:
            The same rows with three more columns, each 1, 0 or NaN (not known): ``facing``, the head within the limits
            around the own usual pose; ``eyes_shut``, closed in this reading and the one before, only known of who faces
            the screen; ``mouth_wide``, opened more than by talking and laughing.
        """
        marks = np.full((len(readings), len(MARKS)), np.nan)
        students = readings["student_id"].to_numpy()
        at_ms = readings["at_ms"].to_numpy(np.int64)
        values = readings[GEOMETRY_COLUMNS].to_numpy(float)
        known = np.flatnonzero(~np.isnan(values[:, _POSE]).any(axis=1))
        order = known[np.lexsort((at_ms[known], students[known]))]
        for rows in np.split(order, np.flatnonzero(np.diff(students[order])) + 1):
            if len(rows):
                past = self._past.setdefault(int(students[rows[0]]), _Past())
                marks[rows] = _marks(past, at_ms[rows], values[rows])
        return readings.assign(**dict(zip(MARKS, marks.T, strict=True)))

    def forget(self, student_id: int) -> None:
        """The student has been erased."""
        self._past.pop(student_id, None)

    def own(self, student_id: int) -> Own | None:
        """What is usual for a student, ``None`` before the first two minutes in view are over."""
        past = self._past.get(student_id)
        return past.own if past else None


def mark(readings: pd.DataFrame) -> pd.DataFrame:
    """All readings of a class with what they show, see ``Attention.mark``."""
    return Attention().mark(readings)


COUNTS = ("analyses", "in_view", "facing_known", "facing", "eyes_known", "eyes_open", "mouth_known")


def totals(marked: pd.DataFrame) -> pd.DataFrame:
    """Counts a student, which can be added up.

    Args:
        marked: readings with marks.

    Returns:
        Index ``student_id``. Columns ``COUNTS``, all integers: ``analyses``; ``in_view``, those with a face;
        ``facing_known``, and ``facing`` of those; ``eyes_known``, and ``eyes_open`` of those; ``mouth_known``.
    """
    facing, shut, mouth = (marked[name].to_numpy(float) for name in MARKS)
    in_view = marked["faces_seen"].to_numpy() > 0
    hits = (np.ones(len(marked)), in_view, ~np.isnan(facing), facing == 1, ~np.isnan(shut), shut == 0, ~np.isnan(mouth))
    counts = {name: values.astype(np.int64) for name, values in zip(COUNTS, hits, strict=True)}
    return pd.DataFrame({"student_id": marked["student_id"].to_numpy(np.int64)} | counts).groupby("student_id").sum()


def perclos(marked: pd.DataFrame, at_ms: int) -> pd.DataFrame:
    """PERCLOS of the last minute: the share of it in which the eyes were shut for longer than a blink.

    Args:
        marked: readings with marks, of at least the last minute.

    Returns:
        Index ``student_id``; ``perclos`` in [0, 1] and ``n``, the readings that tell. NaN where they begin less than
        a minute ago or tell of less than half of it: a reading stands for the time since the one before, at most
        ``STALE_MS``.
    """
    known = marked[marked["eyes_shut"].notna() & (marked["at_ms"] <= at_ms)]
    rows = []
    for student_id, own in known.groupby("student_id"):
        times = own["at_ms"].to_numpy(np.int64)
        order = np.argsort(times, kind="stable")
        times, shut = times[order], own["eyes_shut"].to_numpy(float)[order]
        stands_for = np.minimum(np.diff(times, prepend=times[0]), STALE_MS)
        last = times > at_ms - PERCLOS_MS
        told_ms = stands_for[last].sum()
        is_long = times[0] <= at_ms - PERCLOS_MS + STALE_MS and told_ms * 2 >= PERCLOS_MS
        share = float((stands_for * shut)[last].sum() / told_ms) if is_long else np.nan
        rows.append((student_id, share, int(last.sum())))
    return pd.DataFrame(rows, columns=["student_id", "perclos", "n"]).set_index("student_id")


def yawns(marked: pd.DataFrame) -> pd.Series:
    """How often each student's mouth was wide open for ``YAWN_MS`` or longer; index ``student_id``.

    Both ends must have been seen wide open, so with a reading every two seconds short ones are missed.
    """
    known = marked[marked["mouth_wide"].notna()]
    counts = {}
    for student_id, own in known.groupby("student_id"):
        times = np.sort(own["at_ms"].to_numpy(np.int64))
        wide = own.sort_values("at_ms", kind="stable")["mouth_wide"].to_numpy(float) == 1
        # A new stretch begins where the mouth changes, or nothing was seen for a while.
        begins = np.flatnonzero(np.diff(wide, prepend=~wide[:1]) | (np.diff(times, prepend=times[0]) > STALE_MS))
        ends = np.append(begins[1:], len(times)) - 1
        counts[student_id] = int((wide[begins] & (times[ends] - times[begins] >= YAWN_MS)).sum())
    return pd.Series(counts, dtype=np.int64, name="yawns").rename_axis("student_id")


def seen_now(marked: pd.DataFrame, now_ms: int) -> dict[int, str]:
    """By student what a tile says, at most one thing: "facing away" or "eyes lowered".

    Lowered are eyes that are shut, and those that look down: their lids look the same. Nothing is said of who faces the
    screen with open eyes, and nothing where too few readings tell.
    """
    recent = marked[marked["at_ms"] > now_ms - NOW_MS]
    students = recent["student_id"].to_numpy()
    facing, shut = recent["facing"].to_numpy(float), recent["eyes_shut"].to_numpy(float)
    words = {}
    for student_id in np.unique(students):
        own = students == student_id
        if _nearly_all(facing[own] == 0, ~np.isnan(facing[own])):
            words[int(student_id)] = "facing away"
        elif _nearly_all(shut[own] == 1, ~np.isnan(shut[own])):
            words[int(student_id)] = "eyes lowered"
    return words


def _nearly_all(hits: np.ndarray, known: np.ndarray) -> bool:
    return known.sum() >= _NOW_READINGS and hits.sum() >= _NOW_SHARE * known.sum()


def _marks(past: _Past, at_ms: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(n, ``MARKS``) of one student's next readings, in the order of time; ``values`` are ``GEOMETRY_COLUMNS``."""
    columns = dict(zip(GEOMETRY_COLUMNS, values.T, strict=True))
    yaw, pitch, eyes = columns["yaw_deg"], columns["pitch_deg"], columns["eyes_open"]
    marks = np.full((len(at_ms), len(MARKS)), np.nan)
    begin = 0
    while past.own is None and begin < len(at_ms):
        is_long = past.first and at_ms[begin] - past.first[0][0] >= OWN_MS
        if is_long and len(past.first) >= OWN_READINGS:
            past.own = _own(np.array(past.first))
            past.first.clear()
        else:
            past.first.append((float(at_ms[begin]), yaw[begin], pitch[begin], eyes[begin]))
            begin += 1
    if past.own is None:
        return marks
    aside = np.abs(yaw - past.own.yaw_deg) > FACING_YAW_DEG
    facing = ~(aside | (np.abs(pitch - past.own.pitch_deg) > FACING_PITCH_DEG))
    marks[:, 0] = facing
    mouth = columns["mouth_open"]
    marks[:, 2] = np.where(np.isnan(mouth), np.nan, mouth >= MOUTH_WIDE)
    for row in np.flatnonzero(facing & ~np.isnan(eyes) & (past.own.eyes_open > 0)):
        if row < begin:
            continue
        closed = eyes[row] < CLOSED_SHARE * past.own.eyes_open
        marks[row, 1] = closed and at_ms[row] - past.closed_ms <= STALE_MS
        past.closed_ms = at_ms[row] if closed else -np.inf
    marks[:begin] = np.nan
    return marks


def _own(first: np.ndarray) -> Own:
    """From (n, 4): at_ms, yaw, pitch, eyes."""
    yaw, pitch = np.median(first[:, 1:3], axis=0)
    seen = first[~np.isnan(first[:, 3]), 3]
    eyes = np.percentile(seen, OPEN_PERCENTILE) if len(seen) >= OWN_READINGS else np.nan
    return Own(float(np.clip(yaw, -_MOST_ASIDE_DEG, _MOST_ASIDE_DEG)), float(pitch), float(eyes), len(first))
