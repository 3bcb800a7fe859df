"""The newest frame of each student, and nothing older. This is the only place where a camera picture waits."""

import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

Frame = TypeVar("Frame")


@dataclass(frozen=True)
class Slot(Generic[Frame]):
    student_id: int
    class_id: int
    arrived_ms: int
    frame: Frame


class FrameSlots(Generic[Frame]):
    """One slot a student: a new frame replaces the old one, a taken frame leaves the slot empty.

    ``put`` is what the frame callback calls: it stores a reference under a lock held for an assignment, and returns.
    """

    def __init__(self) -> None:
        self._slots: dict[int, Slot[Frame]] = {}
        self._arrived: dict[int, int] = {}
        self.arrived = 0  # frames since the server started
        self._filled = threading.Condition()

    def put(self, slot: Slot[Frame]) -> None:
        with self._filled:
            self._slots[slot.student_id] = slot
            self._arrived[slot.student_id] = slot.arrived_ms
            self.arrived += 1
            self._filled.notify()

    def take(self, student_id: int) -> Slot[Frame] | None:
        """The student's fresh frame, which leaves the slot; ``None`` when there is no fresh one."""
        with self._filled:
            return self._slots.pop(student_id, None)

    def fresh(self) -> list[int]:
        """Students with a frame that nobody has taken."""
        with self._filled:
            return list(self._slots)

    def wait(self, timeout_s: float) -> bool:
        """Wait until there is a fresh frame; ``False`` after the time."""
        with self._filled:
            return self._filled.wait_for(lambda: bool(self._slots), timeout_s)

    def last_arrival_ms(self, student_id: int) -> int | None:
        """When the student's newest frame came, taken or not."""
        with self._filled:
            return self._arrived.get(student_id)

    def forget(self, student_id: int) -> None:
        """Drop the frame and its time: the student paused, left, or the class ended."""
        with self._filled:
            self._slots.pop(student_id, None)
            self._arrived.pop(student_id, None)
