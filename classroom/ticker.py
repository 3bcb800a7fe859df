"""Hands the newest frames to the engine, fairly and no faster than it can read them.

Which engine reads a frame depends on its class: not every class computes expressions.

At most one fresh frame a student and interval, least recently served first. How long the interval is decides
``shedding`` from how busy the engine and how late the event loop is.

There are two threads: while the frames of one are at the engine, the other makes the next ones ready.
"""

import logging
import math
import threading
import time
from collections.abc import Callable

import av
import numpy as np

from classroom.busy_share import BusyShare
from classroom.clock import Clock
from classroom.engine import Engine
from classroom.errors import EngineError
from classroom.latest import Latest
from classroom.records import Reading
from classroom.shedding import FASTEST_S, STEP_S, Load, Shedding
from classroom.slots import FrameSlots, Slot

logger = logging.getLogger(__name__)

BATCH = 16
THREADS = 2
# Between two looks for who is due: those that come meanwhile go to the engine together.
TICK_S = 0.05
# The detector looks at 128x128 and a face is read at 48x48: more than this is only bytes to carry.
LONGEST_SIDE_PX = 640


class Ticker:
    """Owns the threads between the slots and the recorder. ``close()`` may be called twice."""

    def __init__(
        self,
        slots: FrameSlots,
        engine_of: Callable[[int], Engine],
        record: Callable[[list[Reading]], None],
        clock: Clock,
        late_s: Callable[[float], float] = lambda last_s: 0.0,
        fastest_s: float = FASTEST_S,
    ) -> None:
        """Start the threads.

        Args:
            engine_of: the engine for the frames of a class, by its id.
            late_s: mean lateness of the event loop in the last seconds.
            fastest_s: one of ``shedding.PACES_S``.
        """
        self.shedding = Shedding(fastest_s)
        self._late_s = late_s
        self._slots = slots
        self._engine_of = engine_of
        self._record = record
        self._clock = clock
        # By student: from when on the next analysis is due, monotonic; when the frame arrived that was read last.
        self._due_s: Latest[int, float] = Latest()
        self._read_ms: Latest[int, int] = Latest()
        self._busy = BusyShare(STEP_S)  # of the engine
        self._choosing = threading.Lock()  # one thread waits for frames and chooses
        self._reading = threading.Lock()  # one batch at a time is at the engine
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, name="ticker", daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def last_read_ms(self, student_id: int) -> int | None:
        """When the student's newest frame arrived that was analysed, ``None`` before the first."""
        return self._read_ms.get(student_id)

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.read(self._wait())
            except EngineError:
                # The board says so and the engine restarts by itself; until then newer frames replace older ones.
                self._stop.wait(0.25)
            except Exception:
                logger.exception("An analysis failed in an unforeseen way.")
                self._stop.wait(0.25)

    def _wait(self) -> list[Slot[av.VideoFrame]]:
        """The next batch, none when there is none to come for a moment."""
        with self._choosing:
            if self._stop.is_set():  # while this thread waited for its turn
                return []
            self._slots.wait(timeout_s=0.5)
            taken = self.choose(time.monotonic())
            if not taken:
                self._stop.wait(TICK_S)
            return taken

    def choose(self, now_s: float) -> list[Slot[av.VideoFrame]]:
        """Take one batch of those whose turn it is out of their slots; empty when nobody is due."""
        self._judge(now_s)
        due = [student for student in self._slots.fresh() if self._due_s.get(student, now_s) <= now_s]
        due.sort(key=lambda student: self._due_s.get(student, -math.inf))
        taken = [slot for slot in map(self._slots.take, due[:BATCH]) if slot is not None]
        for slot in taken:
            self._due_s.set(slot.student_id, self._next_s(slot.student_id, now_s))
        return taken

    def read(self, taken: list[Slot[av.VideoFrame]]) -> None:
        """Have each frame read by the engine of its class; one that fails costs the frames of the others nothing.

        Raises:
            EngineError: of an engine that failed, after the others have read theirs.
        """
        by_engine: dict[Engine, list[Slot[av.VideoFrame]]] = {}
        for slot in taken:
            by_engine.setdefault(self._engine_of(slot.class_id), []).append(slot)
        failed: EngineError | None = None
        for engine, own in by_engine.items():
            pictures = [to_bgr(slot) for slot in own]
            try:
                with self._reading:
                    self._record(self._analysed(engine, own, pictures))
            except EngineError as error:
                failed = error
        if failed:
            raise failed

    def _analysed(self, engine: Engine, own: list[Slot[av.VideoFrame]], pictures: list[np.ndarray]) -> list[Reading]:
        began_s = time.monotonic()
        faces = engine.analyse(pictures)
        self._busy.note(began_s, time.monotonic())
        for slot in own:
            self._read_ms.set(slot.student_id, slot.arrived_ms)
        return [
            Reading(slot.class_id, slot.student_id, slot.arrived_ms, face)
            for slot, face in zip(own, faces, strict=True)
        ]

    def _next_s(self, student: int, now_s: float) -> float:
        """When a student who is served now is due again.

        A frame hardly ever comes just when it is due: what it is late is taken off the next wait, so that a camera of
        five frames a second is still read twice a second and not every third frame.
        """
        every_s = self.shedding.interval_s
        return now_s + every_s - min(now_s - self._due_s.get(student, now_s), every_s / 2)

    def _judge(self, now_s: float) -> None:
        if self.shedding.judge(Load(self._busy.at(now_s), self._late_s(STEP_S)), now_s):
            self._busy.forget()  # the new step is judged by itself


def to_bgr(slot: Slot[av.VideoFrame], longest_side_px: int = LONGEST_SIDE_PX) -> np.ndarray:
    """The picture of a slot as (H, W, 3) uint8 BGR, its longest side at most ``longest_side_px``.

    A frame that cannot be decoded becomes an array of no pixels, which the reader answers with "no face": one broken
    camera must not cost the others in the batch their reading.
    """
    frame = slot.frame
    try:
        scale = min(1.0, longest_side_px / max(frame.width, frame.height))
        size = max(round(frame.width * scale), 1), max(round(frame.height * scale), 1)
        return frame.reformat(width=size[0], height=size[1], format="bgr24").to_ndarray()
    except (ValueError, ZeroDivisionError, OSError, av.FFmpegError) as error:
        logger.warning("A frame of student %d cannot be read: %s", slot.student_id, error)
        return np.zeros((0, 0, 3), np.uint8)
