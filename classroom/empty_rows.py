"""Rows of a class that nobody fills: of a script that joined again and again, or of who was never seen.

Joining takes a code and a name, so somebody who has the code can take every place of a class. A row in which nobody was
ever seen gives way when the class is full. Those that a page was opened for are the teacher's to clear.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from classroom.clock import Clock
from classroom.errors import BadInput
from classroom.ownership import must_own
from classroom.presence import GONE_MS
from classroom.records import ClassInfo, Student, Teacher
from classroom.rights import Rights
from classroom.store import Store

# A browser that has joined shows its page within this time, also where a whole class arrives at once.
ARRIVES_MS = 10_000


@dataclass(frozen=True)
class EmptyRow:
    """A student of whom nothing is known but that they joined. ``is_here``: their page is open now."""

    student: Student
    is_here: bool


class EmptyRows:
    """Safe to use from several threads.

    Args:
        last_seen_ms: when a student (by id) was last seen, ``None``: not since the server started.
    """

    def __init__(self, store: Store, rights: Rights, clock: Clock, last_seen_ms: Callable[[int], int | None]) -> None:
        self._store, self._rights, self._clock, self._last_seen_ms = store, rights, clock, last_seen_ms

    def of(self, info: ClassInfo) -> list[EmptyRow]:
        """Rows without a reading and without a tap, as they joined."""
        return [EmptyRow(student, self._is_here(student)) for student in self._store.classes.without_trace(info.id)]

    def clear(self, teacher: Teacher, info: ClassInfo, student_ids: Collection[int]) -> int:
        """Erase those of these students who still have neither. Gives how many.

        Raises:
            NotAllowed: the class is not this teacher's.
            BadInput: it has ended: who was there is part of its attendance.
        """
        if not must_own(self._store, teacher, info).is_open:
            raise BadInput("The class has ended. In Reports you can delete single students.")
        rows = [student for student in self._store.classes.without_trace(info.id) if student.id in student_ids]
        for student in rows:
            self._rights.erase(student)
        return len(rows)

    def make_room(self, info: ClassInfo) -> bool:
        """Erase the oldest row in which nobody was ever seen. Gives whether there was one."""
        before_ms = self._clock() - ARRIVES_MS
        for student in self._store.classes.never_seen(info.id, before_ms):
            if self._last_seen_ms(student.id) is None:
                self._rights.erase(student)
                return True
        return False

    def _is_here(self, student: Student) -> bool:
        seen_ms = self._last_seen_ms(student.id)
        return seen_ms is not None and self._clock() - seen_ms <= GONE_MS
