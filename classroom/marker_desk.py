"""What a teacher notes while the class runs: markers, breaks, and hands that were seen."""

from collections.abc import Callable

from classroom.clock import Clock
from classroom.errors import BadInput
from classroom.markers import lasting_break
from classroom.naming import MAX_TITLE, clean_text
from classroom.ownership import must_own
from classroom.records import ClassInfo, Marker, MarkerKind, Teacher
from classroom.signalling import Signalling
from classroom.store import Store


class MarkerDesk:
    """Safe to use from several threads."""

    def __init__(
        self, store: Store, signals: Signalling, clock: Clock, look_again: Callable[[ClassInfo], None]
    ) -> None:
        """
        Args:
            look_again: the board of a class is to show at once what was noted.
        """
        self._store, self._signals, self._clock, self._look_again = store, signals, clock, look_again

    def mark(self, teacher: Teacher, info: ClassInfo, kind: MarkerKind, text: str = "") -> None:
        """Note what happens now. A break that lasts is not begun again.

        Raises:
            BadInput: the class has ended, or a note without text.
            NotAllowed: the class is not this teacher's.
        """
        self._must_run(teacher, info)
        text = clean_text(text, MAX_TITLE)
        if kind is MarkerKind.NOTE and not text:
            raise BadInput("Type the note first, then press Note.")
        if kind is MarkerKind.BREAK and lasting_break(self._store.markers.of_class(info.id)):
            return
        self._store.markers.add(info.id, kind, self._clock(), text)
        self._look_again(info)

    def go_on(self, teacher: Teacher, info: ClassInfo) -> None:
        """The break is over.

        Raises:
            BadInput, NotAllowed: as ``mark``.
        """
        self._must_run(teacher, info)
        self._store.markers.end_break(info.id, self._clock())
        self._look_again(info)

    def unmark(self, teacher: Teacher, info: ClassInfo, marker: Marker) -> None:
        """Take back a marker that was set by mistake; a break with all of its time.

        Raises:
            BadInput, NotAllowed: as ``mark``.
        """
        self._must_run(teacher, info)
        self._store.markers.remove(info.id, marker.id)
        self._look_again(info)

    def lower_hand(self, teacher: Teacher, info: ClassInfo, student_id: int) -> None:
        """The teacher has seen this hand; nothing happens when it is down already.

        Raises:
            BadInput, NotAllowed: as ``mark``.
        """
        self._must_run(teacher, info)
        for student in self._store.classes.students(info.id):
            if student.id == student_id:
                self._signals.lower(student)
        self._look_again(info)

    def _must_run(self, teacher: Teacher, info: ClassInfo) -> None:
        if not must_own(self._store, teacher, info).is_open:
            raise BadInput("The class has ended, so nothing can be noted any more.")
