"""A made-up class whose events are known: readings, signals and visits as the store gives them, and the truth.

Seeded. It stands in for a real lesson, where the truth would have to be asked for: what students show here is drawn,
with the habits that make alerts hard (faces that look sad at rest, glances aside, blinks, bad light), and from the
first reading on everything is the code of a real class.
"""

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from classroom.mood import UNPLEASANT
from classroom.records import SignalKind
from classroom.store.signals import SIGNAL_COLUMNS
from classroom.store.tables import PROB_COLUMNS
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason

_UNPLEASANT = [EMOTIONS.index(emotion) for emotion in UNPLEASANT]
_HAPPY, _SAD, _NEUTRAL = (EMOTIONS.index(emotion) for emotion in ("happy", "sad", "neutral"))
CLASS_EVENTS = ("class lost", "too fast", "too slow", "confusion", "energy")
FIRST_EVENT_S = 420  # what rises or falls is compared with the minutes before


@dataclass(frozen=True)
class MadeEvent:
    """Something that an alert rule should notice. ``student_id`` is ``None`` when it is about the class."""

    rule: str
    student_id: int | None
    from_ms: int
    until_ms: int


@dataclass(frozen=True, eq=False)
class MadeClass:
    began_ms: int
    ended_ms: int
    students: int
    readings: pd.DataFrame
    signals: pd.DataFrame
    visits: pd.DataFrame
    events: tuple[MadeEvent, ...]


class _Making:
    """The class while it is made: (students, seconds) arrays that events are written into."""

    def __init__(self, rng: np.random.Generator, students: int, seconds: int, began_ms: int) -> None:
        self.rng, self.students, self.seconds, self.began_ms = rng, students, seconds, began_ms
        # One in five has a face that is often taken for a sad one at rest.
        sad_at_rest = np.where(rng.random(students) < 0.2, rng.uniform(0.2, 0.4, students), 0.05)
        self.shares = np.full((students, seconds, len(EMOTIONS)), 0.02)
        self.shares[:, :, _HAPPY] = 0.15
        self.shares[:, :, _SAD] = sad_at_rest[:, None]
        self.shares[:, :, _NEUTRAL] = 1 - self.shares[:, :, :_NEUTRAL].sum(axis=2)
        self.no_face = self._spells(rng.uniform(0.005, 0.08, students), 8)
        self.away = self._spells(rng.uniform(0.03, 0.2, students), 6)
        self.shut = rng.random((students, seconds)) < rng.uniform(0.02, 0.08, students)[:, None]
        self.signals: list[tuple[int, SignalKind, int, float]] = []
        self.events: list[MadeEvent] = []

    def _spells(self, share: np.ndarray, mean_s: float) -> np.ndarray:
        """(students, seconds) bool: in spells of ``mean_s`` seconds on average, ``share`` of the time."""
        begins = self.rng.random((self.students, self.seconds)) < (share / mean_s)[:, None]
        spells = np.zeros((self.students, self.seconds), bool)
        for row, second in np.argwhere(begins):
            spells[row, second : second + 1 + int(self.rng.exponential(mean_s))] = True
        return spells

    def happen(self, rule: str, student: int | None, second: int, length_s: int) -> None:
        """Write one event and note it."""
        rows, span = slice(None) if student is None else slice(student, student + 1), slice(second, second + length_s)
        shape = self.no_face[rows, span].shape
        often = self.rng.random(shape) < 0.95
        if rule == "unpleasant":
            self._show(rows, span, _UNPLEASANT, 0.92)
        elif rule == "confusion":
            self._show(rows, span, _UNPLEASANT, 0.4)
        elif rule == "energy":
            self._show(rows, span, [_NEUTRAL], 0.95)
        elif rule == "away":
            self.away[rows, span] |= often
        elif rule == "eyes":
            self.shut[rows, span] |= often
        elif rule == "no face":
            self.no_face[rows, span] |= often
        else:
            self._press(rule, student, second, length_s)
        ids = None if student is None else student + 1
        self.events.append(MadeEvent(rule, ids, self._at(second), self._at(second + length_s)))

    def liven(self, until: int) -> None:
        """A lively first part: there is energy that can fall."""
        self.shares[:, :until, _HAPPY] += 0.3
        self.shares[:, :until, _NEUTRAL] -= 0.3

    def _show(self, rows: slice, span: slice, emotions: list[int], share: float) -> None:
        part = self.shares[rows, span]
        part *= 1 - share
        part[:, :, emotions] += share / len(emotions)

    def _press(self, rule: str, student: int | None, second: int, length_s: int) -> None:
        kind = {"hand": SignalKind.HAND_UP, "too fast": SignalKind.TOO_FAST, "too slow": SignalKind.TOO_SLOW}.get(
            rule, SignalKind.LOST
        )
        many = [student] if student is not None else self.rng.permutation(self.students)[: -(-self.students * 3 // 10)]
        for row in many:
            at_ms = self._at(second + (0 if student is not None else int(self.rng.integers(0, 40))))
            self.signals.append((int(row) + 1, kind, at_ms, float(self._at(second + length_s))))
            if rule == "class lost":  # which each of them is, too
                self.events.append(MadeEvent("lost", int(row) + 1, at_ms, self._at(second + length_s)))

    def _at(self, second: int) -> int:
        return self.began_ms + second * 1000

    def finish(self) -> MadeClass:
        """Draw every reading."""
        rng, n, seconds = self.rng, self.students, self.seconds
        shown = _held(rng, self.shares)
        weights = np.full((n, seconds, len(EMOTIONS)), 0.35)
        np.put_along_axis(weights, shown[..., None], 7.0, axis=2)
        probs = rng.standard_gamma(weights)
        probs /= probs.sum(axis=2, keepdims=True)
        unclear = rng.random((n, seconds)) < rng.uniform(0.02, 0.2, n)[:, None]
        reason = np.where(self.no_face, Reason.NO_FACE.value, np.where(unclear, Reason.LOW_CONFIDENCE.value, None))
        probs[self.no_face | unclear] = np.nan
        students, times = np.meshgrid(np.arange(1, n + 1), np.arange(seconds), indexing="ij")
        at_ms = self.began_ms + times * 1000 + rng.integers(0, 900, (n, seconds))
        frame = pd.DataFrame({"student_id": students.ravel(), "at_ms": at_ms.ravel(), "reason": reason.ravel()})
        frame[PROB_COLUMNS] = probs.reshape(-1, len(EMOTIONS))
        frame["facing"] = np.where(self.no_face, np.nan, ~self.away).ravel()
        frame["eyes_shut"] = np.where(self.no_face | self.away, np.nan, self.shut).ravel()
        frame = frame.astype({"reason": "object"}).sort_values("at_ms", kind="stable", ignore_index=True)
        rows = [(i, student, kind.value, at, until) for i, (student, kind, at, until) in enumerate(self.signals, 1)]
        signals = pd.DataFrame(rows, columns=SIGNAL_COLUMNS).astype({"until_ms": "float64"})
        end = self._at(seconds)
        visits = pd.DataFrame(
            [(student, self.began_ms, end) for student in range(1, n + 1)],
            columns=["student_id", "began_ms", "seen_ms"],
        )
        return MadeClass(self.began_ms, end, n, frame, signals, visits, tuple(self.events))


def made_class(
    seed: int, students: int = 25, minutes: int = 50, began_ms: int = 0, student_events: int = 0, class_event: str = ""
) -> MadeClass:
    """A calm class, or one with events.

    Args:
        student_events: how many of each kind, each with another student where there are enough.
        class_event: rule name of one event about the class, or none.
    """
    rng = np.random.default_rng(seed)
    making = _Making(rng, students, minutes * 60, began_ms)
    last = minutes * 60 - 360
    if class_event:
        second = int(rng.integers(FIRST_EVENT_S, max(last, FIRST_EVENT_S + 1)))
        if class_event == "energy":
            making.liven(second)
        making.happen(class_event, None, second, int(rng.integers(240, 330)))
    chosen = iter(rng.permutation(np.resize(np.arange(students), 6 * max(student_events, 1))))
    for rule in ("hand", "lost", "unpleasant", "away", "eyes", "no face"):
        for _ in range(student_events):
            length = int(rng.integers(120, 300))
            making.happen(rule, int(next(chosen)), int(rng.integers(120, max(last, 121))), length)
    return making.finish()


def main(argv: list[str] | None = None) -> int:
    """``python -m classroom.demo --out FOLDER``: a made-up class as CSV files, with the truth beside it."""
    parser = argparse.ArgumentParser(prog="python -m classroom.demo", description=main.__doc__.partition(": ")[2])
    parser.add_argument("--out", type=Path, required=True, help="folder for readings, signals, visits and truth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--students", type=int, default=25)
    parser.add_argument("--minutes", type=int, default=50, help="20 at least")
    parser.add_argument("--events", type=int, default=3, help="of each kind about single students; 0: a calm class")
    parser.add_argument("--class-event", default="", choices=["", *CLASS_EVENTS], help="one about the class")
    args = parser.parse_args(argv)
    if args.minutes < 20 or args.students < 1 or args.events < 0:
        parser.error("a class has 20 minutes or more, a student or more, and no negative number of events")
    made = made_class(args.seed, args.students, args.minutes, 0, args.events, args.class_event)
    truth = pd.DataFrame([asdict(event) for event in made.events])
    args.out.mkdir(parents=True, exist_ok=True)
    files = {"readings": made.readings, "signals": made.signals, "visits": made.visits, "truth": truth}
    for name, frame in files.items():
        frame.to_csv(args.out / f"{name}.csv", index=False)
    print(f"{len(made.readings):,} readings of {made.students} students and {len(made.events)} events in {args.out}.")
    return 0


def _held(rng: np.random.Generator, shares: np.ndarray, hold: float = 0.7) -> np.ndarray:
    """(n, seconds) index of the expression shown: drawn by its shares, and held with this probability each second."""
    n, seconds, _ = shares.shape
    drawn = (rng.random((n, seconds, 1)) > np.cumsum(shares / shares.sum(axis=2, keepdims=True), axis=2)[..., :-1]).sum(
        axis=2
    )
    kept = rng.random((n, seconds)) < hold
    kept[:, 0] = False
    source = np.maximum.accumulate(np.where(kept, 0, np.arange(seconds)[None]), axis=1)
    return np.take_along_axis(drawn, source, axis=1)
