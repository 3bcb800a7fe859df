"""Who may need a hand: the rules, step by step over a class.

Live and replayed readings go through the same code. Every five seconds of the class's time the rules look back once;
live that happens ``GRACE_MS`` later, when what was seen until then has been stored. So a past class, read again, gives
the alerts that its teacher saw.

Not known is no evidence: nothing is said before a student has been seen for a minute, about too few readings, or about
old ones; an alert that lasts ends when nothing is known for a minute.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from classroom.alert_counts import HOUR_MS, STEP_MS, StepCounts
from classroom.alert_rules import RULES, Rule
from classroom.presence import GONE_MS
from classroom.records import SignalKind
from classroom.signals import ends_ms

GRACE_MS = 5_000
FIRST_MS = 60_000  # nothing is derived before so much has been seen
FRESH_S = 15.0
UNKNOWN_ENDS_MS = 60_000
REST_MS = 180_000  # after an alert the same one about the same student does not come again for so long
FEWEST_READINGS = 10
LEAST_COVERAGE = 0.5  # of the analyses in the time looked at, those that say something
FEWEST_STUDENTS = 5  # for a mean over a class
FEWEST_SIGNALLING = 2  # one student is not "many", however small the class
SERIES_STEPS = 120  # ten minutes
_BEFORE_S = 300.0  # what a rising or falling class is compared with

# Per-student rules over readings: value = first / second of the counted sums.
_SHARES = {
    "unpleasant": ("unpleasant", "usable"),
    "away": ("away", "facing_known"),
    "eyes": ("shut", "eyes_known"),
    "no face": ("no_face", "analyses"),
}
_SIGNALS = {
    **{"hand": SignalKind.HAND_UP, "lost": SignalKind.LOST, "class lost": SignalKind.LOST},
    **{"too fast": SignalKind.TOO_FAST, "too slow": SignalKind.TOO_SLOW},
}


@dataclass(frozen=True)
class Seen:
    """What a rule saw of somebody: its value, NaN when not known, and of how many readings or students."""

    value: float
    n: int


@dataclass(frozen=True)
class Event:
    """An alert begins or ends (``is_end``). ``student_id`` is ``None`` for one about the class."""

    rule: Rule
    student_id: int | None
    began_ms: int
    at_ms: int
    seen: Seen
    is_end: bool = False

    @property
    def evidence(self) -> str:
        """What was seen, in words, with its n."""
        return self.rule.what.format(
            value=f"{min(self.seen.value, 1.0):.0%}", n=self.seen.n, span=_span(max(self.rule.for_s, 0))
        )


@dataclass
class _Lasting:
    began_ms: int
    known_ms: int


@dataclass(frozen=True, eq=False)
class _Look:
    """What a rule sees at one step: row i of the arrays is of ``who[i]``, a student or the class (``None``)."""

    who: Sequence[int | None]
    values: np.ndarray
    counts: np.ndarray

    def of(self, row: int) -> Seen:
        return Seen(float(self.values[row]), int(self.counts[row]))


class AlertWatch:
    """Follows one class. Give it what is new, then let it ``advance``.

    Args:
        from_ms: when the class was opened.
        rules: the table as the teacher has it.
    """

    def __init__(self, from_ms: int, rules: Sequence[Rule] = RULES) -> None:
        self.counts = StepCounts(from_ms)
        self._rules = [rule for rule in rules if rule.is_on]
        self._look_back_ms = (
            round(1000 * (max((rule.for_s for rule in self._rules), default=0.0) + _BEFORE_S)) + STEP_MS
        )
        self._next_ms = (from_ms // STEP_MS + 1) * STEP_MS
        self._lasting: dict[str, dict[int | None, _Lasting]] = {rule.name: {} for rule in rules}
        self._rests_until: dict[tuple[str, int | None], int] = {}
        self._looks: dict[str, deque[_Look]] = {rule.name: deque(maxlen=SERIES_STEPS) for rule in rules}

    def add(self, readings: pd.DataFrame) -> None:
        """Readings that are new, see ``StepCounts.add``."""
        self.counts.add(readings)

    def leave_out(self, student_id: int) -> None:
        """The student has been erased: nothing of them lasts, and nothing counts for the class."""
        self.counts.leave_out(student_id)
        for lasting in self._lasting.values():
            lasting.pop(student_id, None)

    def advance(self, until_ms: int, signals: pd.DataFrame, visits: pd.DataFrame) -> list[Event]:
        """All steps up to ``until_ms``: what begins and ends, in the order of time.

        Args:
            signals, visits: of the whole class, as the store gives them.
        """
        events: list[Event] = []
        said = _Said(signals, visits)
        while self._next_ms <= until_ms:
            hour = self._next_ms // HOUR_MS
            over = (hour + 1) * HOUR_MS <= until_ms
            if over and self._is_silent(hour - 1, said) and self._is_silent(hour, said):
                # Nothing lasts any more and nothing can begin, maybe for years: a clock was set, or a class forgotten.
                self._next_ms = (hour + 1) * HOUR_MS
                continue
            for rule in self._rules:
                look = self._look(rule, self._next_ms, said)
                self._looks[rule.name].append(look)
                events += self._step(rule, self._next_ms, look)
            self._next_ms += STEP_MS
        self.counts.forget(self._next_ms - self._look_back_ms)
        return events

    def series(self, rule_name: str, who: int | None) -> list[float | None]:
        """The last values of a rule about somebody, at most ``SERIES_STEPS``, ``None`` where not known."""
        values = []
        for look in self._looks[rule_name]:
            value = look.values[look.who.index(who)] if who in look.who else np.nan
            values.append(None if np.isnan(value) else float(value))
        return values

    def _is_silent(self, hour: int, said: "_Said") -> bool:
        """Whether nobody was read or present in this hour."""
        return self.counts.is_silent(hour) and not said.anybody(hour * HOUR_MS, (hour + 1) * HOUR_MS)

    def _look(self, rule: Rule, at_ms: int, said: "_Said") -> _Look:
        if rule.name in _SHARES:
            return self._shares(rule, at_ms)
        if rule.name in _SIGNALS:
            return _signalled(rule, at_ms, said)
        return self._change(rule, at_ms)

    def _step(self, rule: Rule, at_ms: int, look: _Look) -> list[Event]:
        events: list[Event] = []
        lasting = self._lasting[rule.name]
        if lasting:
            row_of = {who: row for row, who in enumerate(look.who)}
            for who, alert in list(lasting.items()):
                now = look.of(row_of[who]) if who in row_of else Seen(np.nan, 0)
                if now.value >= rule.clears * rule.threshold:
                    alert.known_ms = at_ms
                elif not np.isnan(now.value) or at_ms - alert.known_ms >= UNKNOWN_ENDS_MS:
                    del lasting[who]
                    self._rests_until[rule.name, who] = at_ms + REST_MS
                    events.append(Event(rule, who, alert.began_ms, at_ms, now, is_end=True))
        for row in np.flatnonzero(look.values >= rule.threshold):
            who = look.who[row]
            if who not in lasting and at_ms >= self._rests_until.get((rule.name, who), 0):
                began_ms = at_ms - round(rule.for_s * 1000)
                lasting[who] = _Lasting(began_ms, at_ms)
                events.append(Event(rule, who, began_ms, at_ms, look.of(row)))
        return events

    def _shares(self, rule: Rule, at_ms: int) -> _Look:
        part, whole = _SHARES[rule.name]
        sums, lately = self.counts.last(at_ms, rule.for_s), self.counts.last(at_ms, FRESH_S)
        n = sums[whole]
        known = (n >= FEWEST_READINGS) & (n >= LEAST_COVERAGE * sums["analyses"]) & (lately[whole] > 0)
        known &= at_ms - self.counts.first_ms >= max(FIRST_MS, rule.for_s * 1000)
        # Copied: the column alone would keep the table of all columns for as long as the look is kept.
        return _Look(self.counts.students, np.where(known, sums[part] / np.maximum(n, 1), np.nan), n.copy())

    def _change(self, rule: Rule, at_ms: int) -> _Look:
        """How much the class's mean has risen, or fallen for the energy, against the minutes before."""
        what = "unpleasant" if rule.name == "confusion" else "arousal"
        last, before = self.counts.last(at_ms, rule.for_s), self.counts.last(at_ms, _BEFORE_S, skip_s=rule.for_s)
        both = (last["usable"] >= FEWEST_READINGS) & (before["usable"] >= FEWEST_READINGS)
        change = np.nan
        if both.sum() >= FEWEST_STUDENTS:
            # Each student counts once, and only who is known at both times: nobody who came or went is a change.
            rise = (last[what][both] / last["usable"][both] - before[what][both] / before["usable"][both]).mean()
            # Arousal runs from -1 to 1: half of the change is its share of the range.
            change = rise if what == "unpleasant" else -rise / 2
        return _Look((None,), np.array([change]), np.array([both.sum()]))


class _Said:
    """Signals and visits as arrays, because they are looked at every step."""

    def __init__(self, signals: pd.DataFrame, visits: pd.DataFrame) -> None:
        self.kinds, self.ends = signals["kind"].to_numpy(), ends_ms(signals)
        self.at, self.by = (signals[name].to_numpy(np.int64) for name in ("at_ms", "student_id"))
        self._students, self._began, self._seen = (
            visits[name].to_numpy(np.int64) for name in ("student_id", "began_ms", "seen_ms")
        )

    def present(self, at_ms: int) -> list[int]:
        there = (self._began <= at_ms) & (self._seen >= at_ms - GONE_MS)
        return np.unique(self._students[there]).tolist()

    def anybody(self, from_ms: int, until_ms: int) -> bool:
        """Whether somebody was present in between."""
        return bool(((self._began < until_ms) & (self._seen >= from_ms - GONE_MS)).any())

    def standing(self, kind: SignalKind, at_ms: int) -> dict[int, int]:
        """Student to since when."""
        own = (self.at <= at_ms) & (self.ends > at_ms) & (self.kinds == kind.value)
        return dict(zip(self.by[own].tolist(), self.at[own].tolist(), strict=True))


def _signalled(rule: Rule, at_ms: int, said: _Said) -> _Look:
    present = said.present(at_ms)
    since = said.standing(_SIGNALS[rule.name], at_ms)
    if rule.of_class:
        count = sum(who in since for who in present)
        share = np.nan if not present else count / len(present) if count >= FEWEST_SIGNALLING else 0.0
        return _Look((None,), np.array([share]), np.array([len(present)]))
    long = [float(who in since and at_ms - since[who] >= rule.for_s * 1000) for who in present]
    return _Look(present, np.array(long), np.ones(len(present)))


def replay(
    from_ms: int,
    until_ms: int,
    readings: pd.DataFrame,
    signals: pd.DataFrame,
    visits: pd.DataFrame,
    rules: Sequence[Rule] = RULES,
) -> list[Event]:
    """All events of a past class."""
    watch = AlertWatch(from_ms, rules)
    watch.add(readings)
    return watch.advance(until_ms, signals, visits)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
