"""What becomes of a reading: in most modes it is recorded; where nothing may be kept of anybody it is only counted.

Who brings readings waits for nothing; the recorder's thread asks for the windows that are over.
"""

import hmac
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from hashlib import sha256

from classroom.class_only import ClassWindow, Gathering, Groups, Known
from classroom.naming import name_key
from classroom.records import ClassInfo, Reading, Student
from classroom.store import Store
from classroom.tries import address_group

# As many readings as the recorder keeps while a database is away.
MAX_WAITING = 60_000


class ClassOnlyWindows:
    """The gatherings of all classes of which only windows are told. Safe to use from several threads.

    Args:
        info_of: a class by its id, ``None`` when it is gone.
    """

    def __init__(self, store: Store, info_of: Callable[[int], ClassInfo | None]) -> None:
        self._store = store
        self._info_of = info_of
        self._waiting: list[Reading] = []
        self._gatherings: dict[int, Gathering] = {}
        self._known: dict[int, dict[int, Known]] = {}  # by class and student
        # Addresses are compared and never read: a key that ends with the process.
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()  # the list, and what is known
        self._asking = threading.Lock()  # the gatherings: they are asked by one thread at a time

    def know(self, student: Student, address: str, by_teacher: Callable[[], bool]) -> bool:
        """Where a student's page is; to be said as long as it is open, and before that nobody counts.

        Args:
            address: in memory only, as long as the class runs, and only so that it can be compared.
            by_teacher: whether a teacher is signed in in the same browser; asked once.

        Returns:
            Whether the student may count: on the class list where there is one, and no teacher's own trial.

        Raises:
            StoreError: the database does not answer.
        """
        hashed = hmac.digest(self._key, address_group(address).encode(), sha256).hex()
        before = self._known.get(student.class_id, {}).get(student.id)
        if before is None:
            listed = {name_key(name) for name in self._store.classes.roster(student.class_id)}
            counts = (not listed or name_key(student.name) in listed) and not by_teacher()
        else:
            counts = before.counts
        with self._lock:
            self._known.setdefault(student.class_id, {})[student.id] = Known(counts, hashed)
        return counts

    def let_through(self, readings: Sequence[Reading]) -> list[Reading]:
        """Those that may be recorded as they are; the others are counted."""
        passed, counted = [], []
        for reading in readings:
            info = self._info_of(reading.class_id)
            if info is not None:
                (passed if info.mode.shows.by_student else counted).append(reading)
        if counted:
            with self._lock:
                self._waiting = [*self._waiting, *counted][-MAX_WAITING:]
        return passed

    def over(self, now_ms: int) -> list[ClassWindow]:
        """The windows that are over and may be told.

        Raises:
            StoreError: the database does not answer; what was counted stays.
        """
        with self._asking:
            with self._lock:
                class_ids = {reading.class_id for reading in self._waiting}
            for class_id in class_ids - set(self._gatherings):
                self._begin(class_id)
            with self._lock:
                waiting, self._waiting = self._waiting, []
            for class_id, gathering in self._gatherings.items():
                gathering.add([reading for reading in waiting if reading.class_id == class_id])
            return [window for gathering in self._gatherings.values() for window in gathering.over(now_ms)]

    def take_back(self, student_id: int) -> None:
        """Nothing that this student showed counts in a window that is not over yet."""
        with self._asking, self._lock:
            self._waiting = [reading for reading in self._waiting if reading.student_id != student_id]
            for known in self._known.values():
                known.pop(student_id, None)
            for gathering in self._gatherings.values():
                gathering.take_back(student_id)

    def forget(self, class_id: int) -> None:
        """The class has ended, or its groups are to be asked of the store again."""
        with self._asking, self._lock:
            self._waiting = [reading for reading in self._waiting if reading.class_id != class_id]
            self._gatherings.pop(class_id, None)
            self._known.pop(class_id, None)

    def _begin(self, class_id: int) -> None:
        """The groups as they were before a restart, or none yet."""
        info = self._info_of(class_id)
        if info is not None:
            sizes, members = self._store.class_windows.groups(class_id)
            groups = Groups(info.smallest_group, sizes, members)
            self._gatherings[class_id] = Gathering(class_id, groups, lambda read: self._known_of(class_id, read))

    def _known_of(self, class_id: int, read: Collection[int]) -> dict[int, Known]:
        """Whose page has said nothing does not count."""
        with self._lock:
            known = self._known.get(class_id, {})
            return {student_id: known.get(student_id, Known(counts=False)) for student_id in read}
