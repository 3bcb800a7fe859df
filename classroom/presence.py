"""Who is here now, from what was last heard of each student: a frame, a run of their page, or an open connection.

The state of the WebRTC connection is no evidence: a vanished browser is noticed there only after half a minute.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from classroom.clock import Clock
from classroom.records import Sharing, Student
from classroom.slots import FrameSlots

STALE_MS = 5_000
# A board is looked at every two seconds and may be a second old: so a closed tab is shown gone within twelve.
GONE_MS = 8_000


@dataclass
class _Page:
    class_id: int
    session_id: str
    sharing: Sharing
    run_ms: int


class Presence:
    """When each student was last seen. Safe to use from several threads."""

    def __init__(self, clock: Clock, slots: FrameSlots, page_is_open: Callable[[str], bool]) -> None:
        """
        Args:
            page_is_open: whether the browser session of this id is still connected.
        """
        self._clock = clock
        self._slots = slots
        self._page_is_open = page_is_open
        self._pages: dict[int, _Page] = {}
        self._lock = threading.Lock()

    def page_ran(self, student: Student, session_id: str) -> None:
        """The student's page has just run in the browser session of this id."""
        with self._lock:
            self._pages[student.id] = _Page(student.class_id, session_id, student.sharing, self._clock())

    def forget(self, student_id: int) -> None:
        """The student has left, or the class has ended."""
        with self._lock:
            self._pages.pop(student_id, None)
        self._slots.forget(student_id)

    def forget_class(self, class_id: int) -> None:
        with self._lock:
            members = [student_id for student_id, page in self._pages.items() if page.class_id == class_id]
        for student_id in members:
            self.forget(student_id)

    def accepts(self, student_id: int) -> bool:
        """Whether frames of this student are wanted: the page is here and shares its camera.

        A frame may still be on its way when somebody pauses or leaves; it must not be looked at.
        """
        with self._lock:
            page = self._pages.get(student_id)
        return page is not None and page.sharing is Sharing.CAMERA

    def shares(self, student_id: int, sharing: Sharing) -> None:
        """The student has changed what is shared; a frame that waits is dropped."""
        with self._lock:
            if student_id in self._pages:
                self._pages[student_id].sharing = sharing
        self._slots.forget(student_id)

    def last_seen_ms(self, student_id: int) -> int | None:
        """When anything was last heard of the student; ``None`` when nothing was since the server started."""
        with self._lock:
            page = self._pages.get(student_id)
        if page is None:
            return None
        seen_ms = max(page.run_ms, self._slots.last_arrival_ms(student_id) or 0)
        # A hidden tab without a camera is slowed down by the browser to one run a minute, so its connection counts.
        # With a camera the frames tell more.
        if page.sharing is not Sharing.CAMERA and self._page_is_open(page.session_id):
            return self._clock()
        return seen_ms

    def seen(self) -> dict[int, tuple[int, int]]:
        """Who is present, for the recorder: student id to (class id, when last seen)."""
        with self._lock:
            classes = {student_id: page.class_id for student_id, page in self._pages.items()}
        now_ms = self._clock()
        present = {}
        for student_id, class_id in classes.items():
            seen_ms = self.last_seen_ms(student_id)
            if seen_ms is not None and now_ms - seen_ms <= GONE_MS:
                present[student_id] = (class_id, seen_ms)
        return present
