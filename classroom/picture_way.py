"""Pictures in place of video: where no video gets through, a student's page sends one every two seconds.

From the slot on such a picture is a frame like any other: in memory only, replaced by the next, read in its turn. It is
decoded in a child process, because it is a file that somebody made: what crashes a decoder must not end the class.
"""

import logging
import threading
from collections.abc import Callable

import av
import numpy as np

from classroom.clock import Clock
from classroom.errors import BadInput, NotAllowed
from classroom.records import Student
from classroom.slots import FrameSlots

logger = logging.getLogger(__name__)

EVERY_MS = 2_000
# A slow line may deliver two of them close together.
FASTEST_MS = 1_000
# More that wait for the decoder than this would only be older when it comes to them.
MOST_WAITING = 8
DECODE_TIMEOUT_S = 3.0
AFTER_BAD_MS = 30_000


class PictureWay:
    """Takes the pictures of all students. Safe to use from several threads; ``close()`` may be called twice."""

    def __init__(
        self,
        slots: FrameSlots[av.VideoFrame],
        accepts: Callable[[int], bool],
        frame_arrived: Callable[[Student, av.VideoFrame], None],
        decode: Callable[[bytes], np.ndarray],
        clock: Clock,
    ) -> None:
        """
        Args:
            accepts: whether frames of this student are wanted.
            frame_arrived: what the frame callback of a video calls.
            decode: a file to (H, W, 3) uint8 BGR. Raises ``BadInput`` and ``EngineError``.
        """
        self._slots = slots
        self._accepts = accepts
        self._frame_arrived = frame_arrived
        self._decode = decode
        self._clock = clock
        self._next_ms: dict[int, int] = {}  # by student: before this no further picture is taken
        self._arrived_ms: dict[int, int] = {}  # by student: when the newest picture came
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)

    def arrived(self, student: Student, content: bytes) -> None:
        """A student's page has sent a picture. Waits until it is decoded: never call it on the event loop.

        Raises:
            NotAllowed: none is wanted now; the next one may be.
            BadInput: no picture that such a page makes; for a while none is taken from there.
            EngineError: the child ended; the next picture starts it again.
        """
        self._take_turn(student)
        if not self._waiting.acquire(blocking=False):
            raise NotAllowed("Too many pictures are on their way. The next one may have more luck.")
        try:
            frame = av.VideoFrame.from_ndarray(self._decode(content), format="bgr24")
        except BadInput as error:
            with self._lock:
                self._next_ms[student.id] = self._clock() + AFTER_BAD_MS
            logger.warning("What student %d sent as a picture was dropped: %s", student.id, error)
            raise
        finally:
            self._waiting.release()
        self._frame_arrived(student, frame)
        with self._lock:
            self._arrived_ms[student.id] = self._slots.last_arrival_ms(student.id) or 0

    def is_used_by(self, student_id: int) -> bool:
        """Whether the newest frame of this student came as a picture."""
        with self._lock:
            arrived_ms = self._arrived_ms.get(student_id)
        return bool(arrived_ms) and arrived_ms == self._slots.last_arrival_ms(student_id)

    def _take_turn(self, student: Student) -> None:
        if not self._accepts(student.id):
            raise NotAllowed("No picture is wanted now: the camera is paused, or the class page is closed.")
        now_ms = self._clock()
        with self._lock:
            # Who has not sent for minutes is forgotten, so that this never grows.
            old_ms = now_ms - 10 * AFTER_BAD_MS
            self._next_ms = {each: at_ms for each, at_ms in self._next_ms.items() if at_ms > old_ms}
            self._arrived_ms = {each: at_ms for each, at_ms in self._arrived_ms.items() if at_ms > old_ms}
            if now_ms < self._next_ms.get(student.id, 0):
                raise NotAllowed("Pictures come too fast. One every two seconds is enough.")
            self._next_ms[student.id] = now_ms + FASTEST_MS
