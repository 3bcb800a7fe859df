"""One camera for a whole class: the newest picture is read every second, its faces are seats, seats are students.

The thread takes the newest frame, has it read, and hands the readings of all seats to the recorder like any student's.
It reads for half of the time at most. Frames stay in memory, and only the newest one.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import av
import numpy as np

from classroom.clock import Clock
from classroom.codes import new_token, token_hash
from classroom.errors import ClassFull, EngineError, NameTaken, StoreError
from classroom.naming import name_key
from classroom.presence import GONE_MS
from classroom.records import ClassInfo, Reading, Sharing, Student
from classroom.room_reader import RoomReader
from classroom.seats import Look, Seats
from classroom.slots import FrameSlots, Slot
from classroom.store import Store
from classroom.ticker import to_bgr

logger = logging.getLogger(__name__)

EVERY_S = 1.0
BUSY_SHARE = 0.5  # of the time, at most: students' own cameras are read meanwhile
LONGEST_PAUSE_S = 4.0  # after a look that took long because the machine did other things
RETRY_S = 1.0  # after the process that reads has died
IDLE_S = 60.0  # without a picture; then that process is ended
# A face of a 7x7 gallery has some 60 pixels in a picture of this size; reading it takes 20.
LONGEST_SIDE_PX = 1920
# Places are told in pictures of this width: a browser sends its camera larger or smaller as the line allows.
PLAN_WIDTH = 1920
_ROOM = 0  # the key of the only slot


@dataclass(frozen=True)
class RoomView:
    """What a page shows of a room camera.

    Attributes:
        sharer: number of the page that shares it, ``None`` while nobody does.
        frame_ms: when the newest picture arrived, ``None`` before the first.
        size_px: width and height of the picture that was read last.
        look: what it gave, ``None`` before the first.
        seats: that there are in all.
        is_full: the class has as many students as it may have, and so no further seat.
        problem: why nothing is read, in a sentence, else empty.
    """

    sharer: int | None = None
    frame_ms: int | None = None
    size_px: tuple[int, int] = (0, 0)
    look: Look | None = None
    seats: int = 0
    is_full: bool = False
    problem: str = ""


class RoomCamera:
    """Owns the thread of one class's camera, from the first time it is shared to the end of the class."""

    def __init__(
        self,
        info: ClassInfo,
        store: Store,
        record: Callable[[list[Reading]], None],
        clock: Clock,
        max_students: int,
        reader: RoomReader,
    ) -> None:
        self._info = info
        self._store = store
        self._record = record
        self._clock = clock
        self._max_students = max_students
        self._reader = reader
        self._slots: FrameSlots[av.VideoFrame] = FrameSlots()
        self._seats = Seats(self._new_seat)
        self._class_full = False
        self._view = RoomView()
        self._sharers = 0
        self._may: Callable[[], bool] = lambda: True
        self._opened_ms: int | None = None
        self._last_s = 0.0
        self._due_s = 0.0  # monotonic
        self._lock = threading.Lock()  # the seats, the view, and who shares
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"room-{info.id}", daemon=True)
        self._thread.start()

    @property
    def view(self) -> RoomView:
        frame_ms, seats = self._slots.last_arrival_ms(_ROOM), len(self._seats.seats)
        return replace(self._view, frame_ms=frame_ms, seats=seats, is_full=self._class_full)

    def share(self, may: Callable[[], bool] = lambda: True) -> int:
        """Take frames of one page, and of this one only from now on: from two cameras at once no seat could be told.

        Args:
            may: whether who shares it still may, such as a teacher who is signed in; asked before each look, because
                pictures come by a way of their own, which signing out does not end. May raise ``StoreError``.

        Returns:
            The number to give with each frame.
        """
        with self._lock:
            self._sharers += 1
            self._may = may
            self._begin(self._sharers)
            return self._sharers

    def unshare(self, sharer: int) -> None:
        """Stop at once: what waits is not looked at, what is being read is not recorded, every seat is gone."""
        with self._lock:
            if sharer == self._view.sharer:
                self._begin(None)

    def frame_arrived(self, sharer: int, frame: av.VideoFrame) -> None:
        """The frame callback's only call: keep the newest frame. Does no I/O, decodes nothing, never raises."""
        if sharer == self._view.sharer:
            self._slots.put(Slot(_ROOM, self._info.id, self._clock(), frame))

    def place_is_free(self) -> None:
        """A class that was full takes another seat."""
        self._class_full = False

    def last_seen_ms(self, student_id: int) -> int | None:
        """When a seat that is here was last seen: its face was found not long ago, so the newest frame tells."""
        look = self._view.look
        return self._slots.last_arrival_ms(_ROOM) if look and student_id in look.here else None

    def seen(self) -> dict[int, tuple[int, int]]:
        """The seats that are present, for the recorder: student id to (class id, when last seen)."""
        look, seen_ms = self._view.look, self._slots.last_arrival_ms(_ROOM)
        if look is None or seen_ms is None or self._clock() - seen_ms > GONE_MS:
            return {}
        return {student_id: (self._info.id, seen_ms) for student_id in look.here}

    def close(self) -> None:
        """The class has ended. May be called twice."""
        self._stop.set()
        with self._lock:
            self._begin(None)
        self._reader.close()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _begin(self, sharer: int | None) -> None:
        """Another page shares from now on, or nobody: who is here is found anew."""
        self._seats.pause()
        self._view = RoomView(sharer)
        self._slots.forget(_ROOM)

    def _run(self) -> None:
        heard_s = time.monotonic()
        while not self._stop.is_set():
            try:
                if self._slots.wait(timeout_s=0.5):
                    heard_s = time.monotonic()
                    if not self.serve(heard_s):
                        self._stop.wait(min(max(self._due_s - heard_s, 0.01), 0.2))
                elif time.monotonic() - heard_s > IDLE_S:
                    self._reader.rest()
            except Exception:
                logger.exception("A look at a room failed in an unforeseen way.")
                self._stop.wait(RETRY_S)
        self._reader.rest()

    def serve(self, now_s: float) -> bool:
        """Look at the newest frame when there is one and it is time. Gives whether it did."""
        slot = self._slots.take(_ROOM) if now_s >= self._due_s else None
        if slot is None:
            return False
        sharer, began_s = self._view.sharer, time.monotonic()
        if sharer is not None and not self._may_share(sharer):
            return False
        frame_bgr = to_bgr(slot, LONGEST_SIDE_PX)
        if frame_bgr.size == 0:
            return False
        try:
            faces = self._reader.read(self._at_s(slot), frame_bgr)
        except EngineError as error:
            self._due_s = now_s + RETRY_S
            with self._lock:
                self._view = replace(self._view, problem=str(error) if self._view.sharer else "")
            return True
        took_s = time.monotonic() - began_s
        self._due_s = now_s + max(EVERY_S, min(took_s / BUSY_SHARE, took_s + LONGEST_PAUSE_S))
        with self._lock:
            if sharer is None or sharer != self._view.sharer:
                return True  # stopped while this was read
            at_ms = slot.arrived_ms
            height, width = frame_bgr.shape[:2]
            if faces is None:
                look = self._seats.black(at_ms)
            else:
                look = self._seats.look(
                    at_ms, replace(faces, boxes_xyxy=faces.boxes_xyxy * np.float32(PLAN_WIDTH / width))
                )
            self._view = RoomView(sharer, size_px=(width, height), look=look)
            self._record(list(look.readings))
        return True

    def _may_share(self, sharer: int) -> bool:
        try:
            if self._may():
                return True
        except StoreError:
            return False  # nothing is looked at while nobody can be asked
        self.unshare(sharer)
        return False

    def _at_s(self, slot: Slot[av.VideoFrame]) -> float:
        """The tracker's time, which goes on when a clock is set back."""
        if self._opened_ms is None:
            self._opened_ms = slot.arrived_ms
        self._last_s = max(self._last_s, (slot.arrived_ms - self._opened_ms) / 1000)
        return self._last_s

    def _new_seat(self, at_ms: int) -> Student | None:
        """A student under the first free number; ``None`` when the class is full or the store does not answer now."""
        if self._class_full:
            return None
        classes = self._store.classes
        try:
            taken = {name_key(student.name) for student in classes.students(self._info.id)}
            number = next(n for n in range(1, len(taken) + 2) if name_key(f"Person {n}") not in taken)
            # The token is thrown away: nobody can come back as a seat.
            token = token_hash(new_token())
            return classes.join(self._info.id, f"Person {number}", token, Sharing.CAMERA, at_ms, self._max_students)
        except ClassFull:
            self._class_full = True  # until somebody is taken out of it
        except (NameTaken, StoreError) as error:
            logger.warning("A seat could not be made, the next look tries again: %s", error)
        return None
