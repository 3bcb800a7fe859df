"""What is signalled and noted in the demo class, second by second. Seeded, like its faces."""

import numpy as np

from classroom.records import ClassInfo, MarkerKind, SignalKind, Student
from classroom.signals import OPPOSITES
from classroom.store import Store

PHASE_S = 180
# How often a second brings one more tap of a kind, in the calm, the hard and the bright part of the lesson.
_CHANCES = (
    {SignalKind.GOT_IT: 0.03, SignalKind.HAND_UP: 0.01},
    {SignalKind.LOST: 0.07, SignalKind.TOO_FAST: 0.04, SignalKind.HAND_UP: 0.02},
    {SignalKind.GOT_IT: 0.08, SignalKind.TOO_SLOW: 0.01, SignalKind.HAND_UP: 0.01},
)
_HAND_S = (15, 50)  # how long a hand waits to be seen
LESSON_S = 720
BREAK_S = 60
# At which second of every twelve minutes.
_MARKERS = {
    15: (MarkerKind.TOPIC, "Light and lenses"),
    165: (MarkerKind.QUESTION, "Why is the picture upside down?"),
    280: (MarkerKind.EXERCISE, "Worksheet 3"),
    420: (MarkerKind.BREAK, ""),
    495: (MarkerKind.TOPIC, "The eye"),
    640: (MarkerKind.JOKE, ""),
}


class DemoLesson:
    """Writes what happens in a second of the demo into the store."""

    def __init__(self, store: Store, info: ClassInfo, students: list[Student], seed: int) -> None:
        self._store = store
        self._info = info
        self._students = students
        self._rng = np.random.default_rng(seed)
        self._hands: dict[int, int] = {}  # student's place in the list: second in which the hand goes down

    def step(self, second: int, at_ms: int) -> None:
        """
        Raises:
            ClassroomError: the database does not answer, or the demo was erased.
        """
        for place in [place for place, down_s in self._hands.items() if down_s <= second]:
            del self._hands[place]
            self._store.signals.end(self._students[place].id, SignalKind.HAND_UP, at_ms)
        for kind, chance in _CHANCES[second // PHASE_S % len(_CHANCES)].items():
            place, tapped = int(self._rng.integers(len(self._students))), self._rng.random() < chance
            waits_s = int(self._rng.integers(*_HAND_S))
            if tapped and place not in self._hands:
                self._tap(self._students[place], kind, at_ms)
                if kind is SignalKind.HAND_UP:
                    self._hands[place] = second + waits_s
        self._note(second % LESSON_S, at_ms)

    def _tap(self, student: Student, kind: SignalKind, at_ms: int) -> None:
        for other in (kind, OPPOSITES.get(kind)):
            if other:
                self._store.signals.end(student.id, other, at_ms)
        self._store.signals.add(student.class_id, student.id, kind, at_ms)

    def _note(self, second: int, at_ms: int) -> None:
        if second in _MARKERS:
            kind, text = _MARKERS[second]
            self._store.markers.add(self._info.id, kind, at_ms, text)
        if _MARKERS.get(second - BREAK_S, ("",))[0] is MarkerKind.BREAK:
            self._store.markers.end_break(self._info.id, at_ms)
