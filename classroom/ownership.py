"""Whose class it is. Asked of the store each time: it may have been deleted meanwhile."""

from classroom.errors import NotAllowed
from classroom.records import ClassInfo, Teacher
from classroom.store import Store


def own_class(store: Store, teacher: Teacher, class_id: int) -> ClassInfo | None:
    """The class of this id when it is this teacher's, else ``None``."""
    info = store.classes.get(class_id)
    return info if info is not None and info.teacher_id == teacher.id else None


def must_own(store: Store, teacher: Teacher, info: ClassInfo) -> ClassInfo:
    """The class as it is now.

    Raises:
        NotAllowed: it is not this teacher's.
    """
    own = own_class(store, teacher, info.id)
    if own is None:
        raise NotAllowed("This class is not yours, or it was deleted.")
    return own
