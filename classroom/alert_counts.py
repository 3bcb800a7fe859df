"""Readings counted in steps of five seconds, student by student: what the alert rules look at.

Readings may be added in any portions: only their sum counts, so a live class and the same class read again give the
same numbers.
"""

import numpy as np
import pandas as pd

from classroom.mood import UNPLEASANT
from classroom.store.tables import PROB_COLUMNS
from fer_model.affect import valence_arousal
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason

STEP_MS = 5_000
COUNTED = (
    *("analyses", "no_face", "usable", "unpleasant", "arousal"),
    *("facing_known", "away", "eyes_known", "shut"),
)
_UNPLEASANT = [EMOTIONS.index(emotion) for emotion in UNPLEASANT]


HOUR_MS = 3_600_000
# Sums are kept in parts of ten minutes, of those without a reading not at all: a clock may be set, a class forgotten
# for weeks. What no rule looks at any more goes part by part, or a class of two hours would take tens of megabytes.
_PART_MS = 600_000
_STEPS = _PART_MS // STEP_MS
# Students for whom a part gets room before they come: more would be memory, fewer would be copying.
_ROOM_FOR = 16


class StepCounts:
    """(steps, students, ``COUNTED``) sums of a class, from a moment on that ``forget`` moves.

    Args:
        from_ms: nothing is earlier; readings before it are left out.
    """

    def __init__(self, from_ms: int) -> None:
        self._from_ms = from_ms // STEP_MS * STEP_MS
        self.students: tuple[int, ...] = ()  # in the order of their rows
        self.first_ms = np.empty(0)  # first reading of each student
        self._row_of: dict[int, int] = {}
        self._hours: set[int] = set()  # since 1970, in which something was read
        self._sums: dict[int, np.ndarray] = {}  # part since 1970 to (_STEPS, students, COUNTED)

    def add(self, readings: pd.DataFrame) -> None:
        """Count these, too.

        Args:
            readings: as the store gives them, with ``facing`` and ``eyes_shut`` (1, 0 or NaN: not known) where they
                have been looked for.
        """
        readings = readings[readings["at_ms"] >= self._from_ms]
        if readings.empty:
            return
        students = readings["student_id"].to_numpy(np.int64)
        at_ms = readings["at_ms"].to_numpy(np.int64)
        for student_id in np.unique(students).tolist():
            if student_id not in self._row_of:
                self._row_of[student_id] = len(self.students)
                self.students += (student_id,)
        rows = np.array([self._row_of[student_id] for student_id in students.tolist()])
        self.first_ms = np.append(self.first_ms, np.full(len(self.students) - len(self.first_ms), np.inf))
        np.minimum.at(self.first_ms, rows, at_ms)
        steps, counted = at_ms // STEP_MS, _counted(readings)
        self._hours.update(np.unique(at_ms // HOUR_MS).tolist())
        for part in np.unique(steps // _STEPS).tolist():
            own = steps // _STEPS == part
            np.add.at(self._of_part(part), (steps[own] % _STEPS, rows[own]), counted[own])

    def forget(self, before_ms: int) -> None:
        """What was earlier is not asked for any more, and readings of then that come still are left out."""
        self._from_ms = max(self._from_ms, before_ms // STEP_MS * STEP_MS)
        for part in [part for part in self._sums if (part + 1) * _PART_MS <= self._from_ms]:
            del self._sums[part]

    def leave_out(self, student_id: int) -> None:
        """Nothing of this student is counted any more."""
        row = self._row_of.get(student_id)
        if row is not None:
            self.first_ms[row] = np.inf
            for sums in self._sums.values():
                if row < sums.shape[1]:
                    sums[:, row] = 0

    def is_silent(self, hour: int) -> bool:
        """Whether nothing was read in this hour since 1970."""
        return hour not in self._hours

    def last(self, until_ms: int, seconds: float, skip_s: float = 0.0) -> dict[str, np.ndarray]:
        """Sums by name, (students,), over the ``seconds`` before ``until_ms``, or before ``skip_s`` before it."""
        end = (until_ms - round(skip_s * 1000)) // STEP_MS
        begin = end - max(round(seconds * 1000 / STEP_MS), 1)
        total = np.zeros((len(self.students), len(COUNTED)))
        for part in range(begin // _STEPS, (end - 1) // _STEPS + 1):
            if (sums := self._sums.get(part)) is not None:
                first = part * _STEPS
                found = sums[max(begin - first, 0) : end - first].sum(axis=0)[: len(total)]
                total[: len(found)] += found
        return dict(zip(COUNTED, total.T, strict=True))

    def _of_part(self, part: int) -> np.ndarray:
        """The sums of a part, with room for all students."""
        have = self._sums.get(part, np.zeros((_STEPS, 0, len(COUNTED))))
        if have.shape[1] < len(self.students):
            room = len(self.students) + _ROOM_FOR - have.shape[1]
            have = self._sums[part] = np.pad(have, ((0, 0), (0, room), (0, 0)))
        return have


def _counted(readings: pd.DataFrame) -> np.ndarray:
    """(n, ``COUNTED``) what each reading adds."""
    probs = readings[PROB_COLUMNS].to_numpy(float)
    usable = ~np.isnan(probs).any(axis=1)
    shown = np.nan_to_num(probs).argmax(axis=1)
    facing, shut = (_marked(readings, name) for name in ("facing", "eyes_shut"))
    columns = {
        "analyses": np.ones(len(readings)),
        "no_face": (readings["reason"] == Reason.NO_FACE.value).to_numpy(float),
        "usable": usable,
        "unpleasant": usable & np.isin(shown, _UNPLEASANT),
        "arousal": np.where(usable, valence_arousal(np.nan_to_num(probs))[:, 1], 0.0),
        "facing_known": ~np.isnan(facing),
        "away": facing == 0,
        "eyes_known": ~np.isnan(shut),
        "shut": shut == 1,
    }
    return np.stack([columns[name].astype(float) for name in COUNTED], axis=1)


def _marked(readings: pd.DataFrame, name: str) -> np.ndarray:
    return readings[name].to_numpy(float) if name in readings else np.full(len(readings), np.nan)
