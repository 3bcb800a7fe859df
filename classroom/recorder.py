"""One thread writes everything that a class leaves behind: one commit a second, whatever the number of students.

Callers only append to a list under a lock, so nobody waits for a disk. When the database does not answer, what is on
its way stays in memory (bounded) and is tried again every second; a killed server loses at most what came after the
last commit.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence

from classroom.class_only import ClassWindow
from classroom.clock import Clock
from classroom.errors import StoreError
from classroom.gathering import ClassOnlyWindows
from classroom.latest import Latest
from classroom.records import Reading
from classroom.store import Store

logger = logging.getLogger(__name__)

COMMIT_EVERY_S = 1.0
# About ten minutes of fifty students at 2 Hz; the oldest go first when a database is away for longer than that.
MAX_WAITING = 60_000
# While it is away, who is here is noted this often, for as long: else everybody would have left and come back.
NOTED_EVERY_MS, MAX_NOTED = 5_000, 120

Seen = dict[int, tuple[int, int]]


class Recorder:
    """Owns the writer thread. ``close()`` drains, and may be called twice."""

    def __init__(
        self, store: Store, clock: Clock, seen: Callable[[], Seen], windows: ClassOnlyWindows | None = None
    ) -> None:
        """Start the thread.

        Args:
            seen: asked once a commit for who is present: student id to (class id, when last seen).
            windows: keeps back the readings of classes of which only windows are told, and gives those windows.
        """
        self._store = store
        self._clock = clock
        self._seen = seen
        self._windows = windows
        self._told: dict[int, list[ClassWindow]] = {}  # windows that are not written yet, by class
        self._waiting: list[Reading] = []
        self._refused: Latest[int, int] = Latest()  # student id: what was seen until then is not wanted
        self._lock = threading.Lock()  # the list
        self._writing = threading.Lock()  # one write at a time, so rows keep their order
        self._stop = threading.Event()
        self._noted: deque[tuple[int, Seen]] = deque(maxlen=MAX_NOTED)
        self.lost = 0  # readings dropped because the database was away for too long
        self.failing_since_ms: int | None = None
        self.last_commit_ms: int | None = None
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def add(self, readings: Sequence[Reading]) -> None:
        """Take readings to be stored within about a second. Never blocks on the database."""
        with self._lock:
            wanted = [each for each in readings if each.at_ms > self._refused.get(each.student_id, -1)]
            self._waiting.extend(self._windows.let_through(wanted) if self._windows else wanted)
            too_many = len(self._waiting) - MAX_WAITING
            if too_many > 0:
                del self._waiting[:too_many]
                self.lost += too_many

    def flush(self) -> None:
        """Write what is waiting, now.

        Raises:
            StoreError: the database does not answer; nothing is lost, it is tried again.
        """
        with self._writing:
            seen = self._seen()
            with self._lock:
                batch, self._waiting = self._waiting, []
            try:
                while self._noted:
                    self._store.readings.write([], self._noted[0][1], self._clock())
                    self._noted.popleft()
                if batch or seen:
                    self._store.readings.write(batch, seen, self._clock())
                batch = []
                self._write_windows()
            except Exception:
                # Whatever it was, the readings are kept: a fault that nobody foresaw is no reason to lose any.
                with self._lock:
                    self._waiting = batch + self._waiting
                self._note(seen)
                if self.failing_since_ms is None:
                    self.failing_since_ms = self._clock()
                raise
            self.failing_since_ms = None
            self.last_commit_ms = self._clock()

    def take_back(self, student_id: int, since_ms: int, until_ms: int, erase: Callable[[], int]) -> int:
        """Drop what waits of a student from this time, and call ``erase`` for what is written.

        Nothing of it comes afterwards: no commit is under way meanwhile, and what is still being read is refused.

        Returns:
            How many readings went: those that waited and what ``erase`` gave.

        Raises:
            StoreError: the database does not answer; what was written is still there.
        """
        with self._writing:
            with self._lock:
                self._refused.set(student_id, max(until_ms, self._refused.get(student_id, -1)))
                kept = [
                    each
                    for each in self._waiting
                    if each.student_id != student_id or not since_ms <= each.at_ms <= until_ms
                ]
                dropped, self._waiting = len(self._waiting) - len(kept), kept
            if self._windows:
                self._windows.take_back(student_id)
            return dropped + erase()

    def _note(self, seen: Seen) -> None:
        now_ms = self._clock()
        if seen and (not self._noted or now_ms - self._noted[-1][0] >= NOTED_EVERY_MS):
            self._noted.append((now_ms, seen))

    def close(self) -> None:
        """Stop the thread and write what is left."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
            try:
                self.flush()
            except StoreError as error:
                logger.error("%s %d readings were not written.", error, len(self._waiting))

    def _write_windows(self) -> None:
        """Class by class, so that what one of them refuses keeps no other waiting."""
        if not self._windows:
            return
        for window in self._windows.over(self._clock()):
            self._told.setdefault(window.class_id, []).append(window)
        for class_id in list(self._told):
            if not self._store.class_windows.add(self._told[class_id]):
                logger.error("Windows of a class are left out: another server has told of it in other groups.")
                self._windows.forget(class_id)
            del self._told[class_id]

    def _run(self) -> None:
        while not self._stop.wait(COMMIT_EVERY_S):
            try:
                self.flush()
            except StoreError as error:
                if self._clock() - (self.failing_since_ms or 0) < 1000 * COMMIT_EVERY_S:
                    logger.error("%s Trying again every second.", error)
            except Exception:
                # The thread must outlive any fault: without it nothing is kept for the rest of the class.
                logger.exception("A commit failed in an unforeseen way.")
