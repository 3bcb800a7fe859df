"""What students may ask for: all that is stored about them, the last minute taken back, or all of it erased.

Each reaches everything that holds something of a student: the store, what waits in the recorder or is being read, and
the sums in memory.
"""

from collections.abc import Callable, Collection

from classroom.clock import Clock
from classroom.errors import BadInput
from classroom.latest import Latest
from classroom.recorder import Recorder
from classroom.records import Student
from classroom.store import Store

TAKEN_BACK_MS = 60_000
# After each the class is read again from its beginning.
AGAIN_MS = 10_000
_EVER_MS = 2**62


class Rights:
    """Safe to use from several threads.

    Raises (all methods):
        StoreError: the database does not answer; ask again.
    """

    def __init__(
        self,
        store: Store,
        recorder: Recorder,
        clock: Clock,
        forget: Callable[[int, int], None],
        read_anew: Callable[[int], None],
        leave_out: Callable[[int, int], None],
        look_soon: Callable[[], None],
    ) -> None:
        """
        Args:
            forget: take no more frames of a student (by the ids of class and student), and drop what is in memory of
                them.
            read_anew: drop the sums of a class (by its id); they are made anew from the store.
            leave_out: take a student (by the ids of class and student) out of the sums, as if they had never come.
            look_soon: something was deleted, whose bytes are to go, too.
        """
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._forget = forget
        self._read_anew = read_anew
        self._leave_out = leave_out
        self._look_soon = look_soon
        self._erased: Latest[int, bool] = Latest()
        self._taken_back_ms: Latest[int, int] = Latest()  # by student

    def everything(self, student: Student) -> dict[str, list[dict]]:
        """Every row about the student, by table, complete to this moment."""
        self._recorder.flush()
        return self._store.rights.everything(student)

    def take_back(self, student: Student) -> int:
        """That was wrong: the readings of the last minute go. Gives how many there were.

        Raises:
            BadInput: pressed again at once.
        """
        until_ms = self._clock()
        if until_ms - self._taken_back_ms.get(student.id, -AGAIN_MS) < AGAIN_MS:
            raise BadInput("You have just done this. Wait a few seconds, then press it again.")
        since_ms, alerts = until_ms - TAKEN_BACK_MS, 0

        def delete() -> int:
            nonlocal alerts
            count, alerts = self._store.rights.take_back(student, since_ms)
            return count

        count = self._recorder.take_back(student.id, since_ms, until_ms, delete)
        self._taken_back_ms.set(student.id, until_ms)
        if count or alerts:  # to read a class again is dear
            self._read_anew(student.class_id)
            self._look_soon()
        return count

    def erase(self, student: Student) -> None:
        """Delete the student and every row about them. A page of theirs that is open finds out by ``was_erased``."""
        self._forget(student.class_id, student.id)
        self._recorder.take_back(student.id, 0, _EVER_MS, lambda: self._store.rights.erase(student) or 0)
        self._erased.set(student.id, True)
        self._leave_out(student.class_id, student.id)
        self._look_soon()

    def erased_elsewhere(self, class_id: int, student_ids: Collection[int]) -> None:
        """The rows of these students have gone from the store; what is here of them goes, too."""
        new = {student_id for student_id in student_ids if student_id not in self._erased}  # else it was done here
        for student_id in new:
            self._forget(class_id, student_id)
            self._recorder.take_back(student_id, 0, _EVER_MS, lambda: 0)
            self._erased.set(student_id, True)
            self._leave_out(class_id, student_id)

    def was_erased(self, student: Student) -> bool:
        """Whether this student was erased since the server started; asks no database."""
        return student.id in self._erased
