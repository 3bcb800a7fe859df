"""For how long a class is kept, and what a teacher deletes before that: a student, a class, a colleague's account."""

from collections.abc import Callable
from dataclasses import replace

from classroom.accounts import Accounts
from classroom.analysis_jobs import AnalysisJobs
from classroom.clock import Clock
from classroom.errors import BadInput, NotAllowed
from classroom.ownership import must_own
from classroom.records import ClassInfo, Teacher
from classroom.retention import deletion_ms
from classroom.rights import Rights
from classroom.store import Store


class Keeping:
    """Safe to use from several threads.

    Args:
        days: that this server keeps a class at most; 0: until somebody deletes it.
        forget: drop what is in memory of a class (by its id), and take nothing more for it.
        look_soon: something was deleted, whose bytes are to go, too.
        drop_tickets: let nobody in any more who is on the way in as this teacher.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        jobs: AnalysisJobs,
        rights: Rights,
        clock: Clock,
        days: int,
        forget: Callable[[int], None],
        look_soon: Callable[[], None],
        drop_tickets: Callable[[Teacher], None],
    ) -> None:
        self._store, self._accounts, self._jobs, self._rights = store, accounts, jobs, rights
        self._clock, self.days, self._forget, self._look_soon = clock, days, forget, look_soon
        self._drop_tickets = drop_tickets

    def erase_class(self, info: ClassInfo) -> None:
        """Delete a class and everything kept of it, also of the recording that it was made from."""
        self._forget(info.id)
        self._store.classes.erase(info.id)
        self._jobs.drop_saved_as(info.id)
        self._look_soon()

    def erase_student(self, teacher: Teacher, info: ClassInfo, student_id: int) -> None:
        """Delete a student of a class, as the student can; nothing happens when there is none of this number.

        Raises:
            NotAllowed: the class is not this teacher's.
        """
        must_own(self._store, teacher, info)
        for student in self._store.classes.students(info.id):
            if student.id == student_id:
                self._rights.erase(student)

    def keep_for(self, teacher: Teacher, info: ClassInfo, days: int | None) -> None:
        """For how many days the class is kept, ``None``: as long as this server keeps one.

        Raises:
            NotAllowed: the class is not this teacher's.
            BadInput: this time is over already.
        """
        due_ms = self.deletion_ms(replace(must_own(self._store, teacher, info), keep_days=days))
        if due_ms is not None and due_ms <= self._clock():
            raise BadInput("This time is over already for this class. If it is to go now, delete it.")
        self._store.classes.keep_for(info.id, days)

    def deletion_ms(self, info: ClassInfo) -> int | None:
        """When the class is deleted by itself, as things are now; ``None``: never."""
        heard_ms = next((at_ms for _, at_ms in self._store.classes.last_heard(info.id)), info.opened_ms)
        return deletion_ms(info, heard_ms, self.days)

    def due_if_kept(self, days: int) -> int:
        """How many classes would be deleted at once if none were kept longer than ``days``, and are not due now."""
        now_ms, count = self._clock(), 0
        for info, heard_ms in self._store.classes.last_heard():
            due_ms, would_ms = deletion_ms(info, heard_ms, self.days), deletion_ms(info, heard_ms, days)
            is_due = due_ms is not None and due_ms <= now_ms
            count += would_ms is not None and would_ms <= now_ms and not is_due
        return count

    def remove_teacher(self, by: Teacher, colleague: Teacher) -> None:
        """Delete a colleague's account, classes and unused keys. What is open there does nothing any more.

        Raises:
            NotAllowed: ``by`` may not remove this colleague.
        """
        if colleague not in self._accounts.may_remove(by):
            raise NotAllowed("Only the teacher who set this server up can remove a colleague.")
        for info in self._store.classes.of_teacher(colleague.id):
            self.erase_class(info)
        self._store.teachers.remove(colleague.id)
        self._drop_tickets(colleague)
        if job := self._jobs.of(colleague.id):
            self._jobs.drop(job)
