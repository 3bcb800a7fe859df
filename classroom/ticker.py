"""Hands the newest frames to the engine, fairly and no faster than it can read them.

At most one fresh frame a student and interval, least recently served first. When the engine is busy for most of the
time the interval grows from 0.5 s towards 2 s; when it is idle again it shrinks.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import av
import numpy as np

from classroom.clock import Clock
from classroom.engine import Engine
from classroom.errors import EngineError
from classroom.records import Reading
from classroom.slots import FrameSlots, Slot

logger = logging.getLogger(__name__)

FASTEST_S = 0.5
SLOWEST_S = 2.0
BATCH = 8
# The detector looks at 128x128 and a face is read at 48x48: more than this is only bytes to carry.
LONGEST_SIDE_PX = 640
_BUSY, _IDLE = 0.7, 0.35


class Ticker:
    """Owns the thread between the slots and the recorder. ``close()`` may be called twice."""

    def __init__(
        self, slots: FrameSlots, engine: Engine, record: Callable[[list[Reading]], None], clock: Clock
    ) -> None:
        self.interval_s = FASTEST_S
        self._slots = slots
        self._engine = engine
        self._record = record
        self._clock = clock
        self._served_s: dict[int, float] = {}  # student id to the time of the last analysis, monotonic
        self._busy: deque[tuple[float, float]] = deque()  # (end, seconds) of the analyses of the last seconds
        self._paced_s = 0.0  # since when the pace is what it is, monotonic
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
        self._thread.start()

    @property
    def is_slowed(self) -> bool:
        """Whether students are read less often than at full speed."""
        return self.interval_s > FASTEST_S

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if not self._slots.wait(timeout_s=0.5) or not self.serve(time.monotonic()):
                    self._stop.wait(0.02)
            except EngineError:
                # The board says so and the engine restarts by itself; until then newer frames replace older ones.
                self._stop.wait(0.25)
            except Exception:
                logger.exception("An analysis failed in an unforeseen way.")
                self._stop.wait(0.25)

    def serve(self, now_s: float) -> int:
        """Analyse one batch of those whose turn it is.

        Returns:
            How many were analysed; 0 when nobody was due.
        """
        due = [student for student in self._slots.fresh() if now_s - self._served_s.get(student, 0) >= self.interval_s]
        due.sort(key=lambda student: self._served_s.get(student, 0))
        taken = [slot for slot in map(self._slots.take, due[:BATCH]) if slot is not None]
        if not taken:
            return 0
        began = time.monotonic()
        self._served_s.update((slot.student_id, now_s) for slot in taken)
        faces = self._engine.analyse([to_bgr(slot) for slot in taken])
        self._record(
            [
                Reading(slot.class_id, slot.student_id, slot.arrived_ms, face)
                for slot, face in zip(taken, faces, strict=True)
            ]
        )
        self._adapt(began, time.monotonic())
        return len(taken)

    def _adapt(self, began: float, ended: float, span_s: float = 5.0) -> None:
        """Slow down when the engine was busy for most of the last seconds, speed up when it was idle."""
        self._busy.append((ended, ended - began))
        while self._busy[0][0] < ended - span_s:
            self._busy.popleft()
        load = sum(seconds for _, seconds in self._busy) / span_s
        if load > _BUSY:
            self._pace(min(self.interval_s * 1.25, SLOWEST_S), ended)
        elif load < _IDLE and self.interval_s > FASTEST_S and ended - self._paced_s > span_s:
            self._pace(max(self.interval_s / 1.25, FASTEST_S), ended)

    def _pace(self, interval_s: float, now_s: float) -> None:
        self.interval_s, self._paced_s = interval_s, now_s
        self._busy.clear()  # the new pace is judged by itself


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
