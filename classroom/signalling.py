"""The taps of students as they come: kept in the store, and what stands in memory, too.

A student's page asks every few seconds what stands of its own; that must cost no query.
"""

import threading
from collections import defaultdict, deque

from classroom.clock import Clock
from classroom.errors import BadInput
from classroom.records import SignalKind, Student
from classroom.signals import OPPOSITES, stands
from classroom.store import Store

# A tap on the way back right after the tap is a double click, and no change of mind.
DOUBLE_CLICK_MS = 800
SAME_AGAIN_MS = 5_000
TAPS_A_MINUTE = 10
_MINUTE_MS = 60_000


class Signalling:
    """Who says what now. Safe to use from several threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        # By class and student: what nobody has ended with since when, and the last taps.
        self._standing: dict[tuple[int, int], dict[SignalKind, int]] = {}
        self._taps: dict[tuple[int, int], deque[tuple[int, SignalKind]]] = defaultdict(_few)

    def signal(self, student: Student, kind: SignalKind) -> None:
        """One tap. It replaces its opposite, and itself when it still stood.

        Raises:
            BadInput: too many taps, or the student has been erased.
            StoreError: the database does not answer; the tap does not count.
        """
        now_ms = self._clock()
        with self._lock:
            own = self._of(student)
            self._refuse_too_many(student, kind, now_ms)
            for other in (kind, OPPOSITES.get(kind)):
                if other in own:
                    self._end(student, other, now_ms)
            self._store.signals.add(student.class_id, student.id, kind, now_ms)
            own[kind] = now_ms
            self._taps[_key(student)].append((now_ms, kind))

    def take_back(self, student: Student, kind: SignalKind) -> None:
        """The student no longer says this; nothing happens when it did not stand."""
        now_ms = self._clock()
        with self._lock:
            since_ms = self._of(student).get(kind)
            if since_ms is not None and now_ms - since_ms >= DOUBLE_CLICK_MS:
                self._end(student, kind, now_ms)

    def lower(self, student: Student) -> None:
        """The teacher has seen the hand."""
        with self._lock:
            if SignalKind.HAND_UP in self._of(student):
                self._end(student, SignalKind.HAND_UP, self._clock())

    def leave(self, student: Student) -> None:
        """Who leaves says nothing any more."""
        with self._lock:
            for kind in list(self._of(student)):
                self._end(student, kind, self._clock())

    def standing(self, student: Student) -> dict[SignalKind, int]:
        """What the student says now, with since when."""
        now_ms = self._clock()
        with self._lock:
            own = self._of(student)
            return {kind: since_ms for kind, since_ms in own.items() if stands(kind, since_ms, now_ms)}

    def forget(self, class_id: int, student_id: int) -> None:
        """The student has been erased."""
        with self._lock:
            for kept in (self._standing, self._taps):
                kept.pop((class_id, student_id), None)

    def forget_class(self, class_id: int) -> None:
        """The class has ended."""
        with self._lock:
            for kept in (self._standing, self._taps):
                for key in [key for key in kept if key[0] == class_id]:
                    del kept[key]

    def _of(self, student: Student) -> dict[SignalKind, int]:
        """What nobody has ended; read from the store when it is asked for first."""
        if _key(student) not in self._standing:
            found = self._store.signals.standing(student.id)
            self._standing[_key(student)] = {signal.kind: signal.at_ms for signal in found}
        return self._standing[_key(student)]

    def _end(self, student: Student, kind: SignalKind, now_ms: int) -> None:
        self._store.signals.end(student.id, kind, now_ms)
        del self._standing[_key(student)][kind]

    def _refuse_too_many(self, student: Student, kind: SignalKind, now_ms: int) -> None:
        taps = self._taps[_key(student)]
        if any(tapped is kind and now_ms - at_ms < SAME_AGAIN_MS for at_ms, tapped in taps):
            raise BadInput("You have just pressed this. Wait a few seconds, then press it again.")
        if len(taps) == TAPS_A_MINUTE and now_ms - taps[0][0] < _MINUTE_MS:
            raise BadInput("Those were many taps in one minute. Wait a little, then press again.")


def _key(student: Student) -> tuple[int, int]:
    return student.class_id, student.id


def _few() -> deque:
    return deque(maxlen=TAPS_A_MINUTE)
