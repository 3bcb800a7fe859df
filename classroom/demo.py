"""A class of 25 made-up students, so that the board can be seen without a camera.

Seeded: the same students do the same things in every demo. What they show is made here; from the recorder on everything
is the code of a real class. The demo is marked as one, belongs to no teacher, and is erased when nobody watches it.

``python -m classroom.demo`` writes another made-up class, whose events are known, to files (``made_class``).
"""

import contextlib
import threading
from collections.abc import Callable

import numpy as np

from classroom.board import LiveBoard
from classroom.clock import Clock
from classroom.codes import new_token, token_hash
from classroom.demo_lesson import PHASE_S, DemoLesson
from classroom.errors import ClassroomError
from classroom.modes import Mode
from classroom.recorder import Recorder
from classroom.records import ClassInfo, Reading, Sharing, Student
from classroom.store import Store
from fer_model.labels import EMOTIONS, NEUTRAL
from fer_model.reading import FaceReading, Geometry, Reason

STUDENTS = 25
TITLE = "Demo class (25 made-up students)"
BACKFILL_S = 12 * 60
UNWATCHED_MS = 60_000
_SEED = 2013
_STEP_MS = 1_000

# How often each expression is shown in the calm, the hard and the bright part of the demo lesson, EMOTIONS order.
_PHASES = np.array(
    [
        [0.02, 0.01, 0.02, 0.14, 0.05, 0.03, 0.73],
        [0.07, 0.03, 0.07, 0.04, 0.20, 0.06, 0.53],
        [0.01, 0.01, 0.01, 0.42, 0.02, 0.11, 0.42],
    ]
)


class DemoFaces:
    """What the demo's students show, second by second."""

    def __init__(self, seed: int = _SEED) -> None:
        self._rng = np.random.default_rng(seed)
        self._shown = np.full(STUDENTS, NEUTRAL)
        self._away_s = np.zeros(STUDENTS, int)
        # Two students are hard to see, the others seldom.
        self._away_chance = np.where(np.arange(STUDENTS) % 12 == 5, 0.05, 0.003)
        # Chance of its own, so that how faces are held does not change what they show.
        self._pose = np.random.default_rng(seed + 1)
        self._usual = self._pose.normal(0, 6, (STUDENTS, 2))  # yaw and pitch: a camera stands aside
        self._turned_s = np.zeros(STUDENTS, int)
        self._turned_to = np.zeros((STUDENTS, 2))
        # Two students often write something down or look at somebody, the others seldom.
        self._turn_chance = np.where(np.arange(STUDENTS) % 12 == 8, 0.03, 0.002)

    def step(self, second: int) -> list[FaceReading]:
        """The readings of one second, one a student."""
        phase = _PHASES[second // PHASE_S % len(_PHASES)]
        changes = self._rng.random(STUDENTS) < 0.12
        self._shown = np.where(changes, self._rng.choice(len(EMOTIONS), STUDENTS, p=phase), self._shown)
        leaves = (self._away_s == 0) & (self._rng.random(STUDENTS) < self._away_chance)
        self._away_s = np.where(leaves, self._rng.integers(4, 25, STUDENTS), np.maximum(self._away_s - 1, 0))
        turns = (self._turned_s == 0) & (self._pose.random(STUDENTS) < self._turn_chance)
        self._turned_s = np.where(turns, self._pose.integers(3, 45, STUDENTS), np.maximum(self._turned_s - 1, 0))
        self._turned_to[turns] = self._pose.choice([(-50, -5), (50, -5), (5, -38)], turns.sum())
        return [self._face(student) for student in range(STUDENTS)]

    def _face(self, student: int) -> FaceReading:
        if self._away_s[student]:
            return FaceReading(reason=Reason.NO_FACE)
        weights = np.full(len(EMOTIONS), 0.35)
        weights[self._shown[student]] += 7.0
        probs = self._rng.dirichlet(weights)
        return FaceReading(probs=tuple(float(p) for p in probs), faces_seen=1, geometry=self._geometry(student))

    def _geometry(self, student: int) -> Geometry:
        yaw_deg, pitch_deg = self._usual[student] + self._pose.normal(0, 4, 2)
        if self._turned_s[student]:
            yaw_deg, pitch_deg = yaw_deg + self._turned_to[student, 0], pitch_deg + self._turned_to[student, 1]
        blinks = self._pose.random() < 0.05
        eyes_open = 0.12 if blinks else self._pose.normal(0.29, 0.015)
        mouth_open = abs(self._pose.normal(0, 0.1))
        return Geometry(float(yaw_deg), float(pitch_deg), 0.0, float(eyes_open), float(mouth_open))


class DemoClass:
    """At most one demo on a server, shared by everybody who watches. Owns the thread that plays it."""

    def __init__(self, store: Store, recorder: Callable[[], Recorder], clock: Clock, window_s: int) -> None:
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._window_s = window_s
        self._lock = threading.Lock()
        self._stop = threading.Event()  # of the thread that plays now
        self._thread: threading.Thread | None = None
        self._watched_ms = 0
        self._at_ms = 0
        self._students: list[Student] = []
        self._sharing: list[Student] = []
        self._lesson: DemoLesson | None = None
        self._board: LiveBoard | None = None

    def watch(self, mode: Mode) -> LiveBoard:
        """The board of the demo, which starts when it is not running.

        Args:
            mode: what it shows: ``NAMES``, or ``SIGNALS_ONLY`` where nobody shares a camera.

        Raises:
            StoreError: the database does not answer.
        """
        with self._lock:
            self._watched_ms = self._clock()
            if self._board is None or self._board.info.mode is not mode:
                self._start(mode)
            return self._board

    def seen(self) -> dict[int, tuple[int, int]]:
        """The demo's students as present ones, for the recorder."""
        if not self._at_ms:
            return {}
        return {student.id: (student.class_id, self._at_ms) for student in self._students}

    def close(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _start(self, mode: Mode) -> None:
        self._stop.set()
        self._store.classes.erase_demos()
        began_ms = self._clock() - BACKFILL_S * 1000
        info = self._store.classes.open(None, TITLE, (), began_ms, mode)
        self._students = [self._join(info, number, began_ms) for number in range(1, STUDENTS + 1)]
        self._store.readings.write([], {student.id: (info.id, began_ms) for student in self._students}, began_ms)
        # The visits begin at the backfill's start and are one piece, so their end moves with each commit.
        faces, past = DemoFaces(), []
        self._lesson = DemoLesson(self._store, info, self._students, _SEED)
        for second in range(BACKFILL_S):
            self._lesson.step(second, began_ms + second * 1000)
            past += self._readings(faces.step(second), began_ms + second * 1000)
            if second % 8 == 0:
                seen = {student.id: (info.id, began_ms + second * 1000) for student in self._students}
                self._store.readings.write([], seen, began_ms + second * 1000)
        self._store.readings.write(past, {}, self._clock())
        self._at_ms = self._clock()
        self._board = LiveBoard(
            info, self._store, self._clock, self._window_s, lambda _: self._at_ms, lambda _: self._at_ms
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, args=(faces, self._stop), name="demo", daemon=True)
        self._thread.start()

    def _join(self, info: ClassInfo, number: int, at_ms: int) -> Student:
        # One joined without a camera, as somebody always does.
        shares = info.mode.shows.camera and number < STUDENTS
        sharing = Sharing.CAMERA if shares else Sharing.NOTHING
        name, token = f"Student {number:02d}", token_hash(new_token())
        return self._store.classes.join(info.id, name, token, sharing, at_ms, STUDENTS)

    def _readings(self, faces: list[FaceReading], at_ms: int) -> list[Reading]:
        return [
            Reading(student.class_id, student.id, at_ms, face)
            for student, face in zip(self._students, faces, strict=True)
            if student.sharing is Sharing.CAMERA
        ]

    def _play(self, faces: DemoFaces, stop: threading.Event) -> None:
        second = BACKFILL_S
        while not stop.wait(_STEP_MS / 1000):
            self._at_ms = self._clock()
            if self._at_ms - self._watched_ms > UNWATCHED_MS:
                with self._lock:
                    if not stop.is_set():  # else another one has taken its place
                        self._at_ms, self._board, self._students = 0, None, []
                        self._store.classes.erase_demos()
                return
            self._recorder().add(self._readings(faces.step(second), self._at_ms))
            with contextlib.suppress(ClassroomError):  # a second of a demo that is not kept is no loss
                self._lesson.step(second, self._at_ms)
            second += 1


if __name__ == "__main__":
    from classroom.made_class import main

    raise SystemExit(main())
