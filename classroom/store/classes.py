"""Classes and the students in them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from classroom.codes import new_code
from classroom.errors import ClassFull, CodeError, NameTaken
from classroom.look_alikes import look_alike
from classroom.modes import Mode
from classroom.naming import name_key
from classroom.records import ClassInfo, Sharing, Student
from classroom.store.database import Database
from classroom.store.tables import classes, counted_together, readings, roster_names, signals, students, visits


class ClassTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        teacher_id: int | None,
        title: str,
        roster: Sequence[str],
        at_ms: int,
        mode: Mode = Mode.NAMES,
        smallest_group: int | None = None,
        keep_days: int | None = None,
    ) -> ClassInfo:
        """Open a class under a new join code. ``teacher_id`` ``None`` makes it a demo."""
        code = new_code()  # 8.5e11 codes: a clash is no case worth a loop, and the unique column catches it
        values = {"teacher_id": teacher_id, "title": title, "code": code, "opened_ms": at_ms, "ended_ms": None}
        values |= {"mode": mode.value, "smallest_group": smallest_group, "keep_days": keep_days}
        with self._database.begin() as connection:
            class_id = connection.execute(insert(classes).values(values)).inserted_primary_key[0]
            if roster:
                connection.execute(insert(roster_names), [{"class_id": class_id, "name": name} for name in roster])
        return _info(values | {"id": class_id})

    def get(self, class_id: int) -> ClassInfo | None:
        # Numbers come from addresses, too; one that no column holds is an error for both databases.
        return self._one(classes.c.id == class_id) if 0 < class_id < 2**63 else None

    def of_code(self, code: str) -> ClassInfo:
        """The open class of this code. A demo takes nobody in: everybody would see who joined it.

        Raises:
            CodeError: there is none, or it has ended; which of both is not said, or who guesses would learn of classes.
        """
        info = self._one(classes.c.code == code)
        if info is None or info.is_demo or not info.is_open:
            raise CodeError(
                "No open class has this code. Compare it with the one your teacher shows; the class may be over."
            )
        return info

    def of_teacher(self, teacher_id: int) -> list[ClassInfo]:
        """All classes of a teacher, the newest first."""
        query = select(classes).where(classes.c.teacher_id == teacher_id).order_by(classes.c.opened_ms.desc())
        return self._all(query.order_by(classes.c.id.desc()))

    def last_heard(self, class_id: int | None = None) -> list[tuple[ClassInfo, int]]:
        """Classes of teachers, or this one, each with when it was last heard of: its end, the last sight of a student,
        or when its last reading was stored."""
        seen = select(func.max(visits.c.seen_ms)).where(visits.c.class_id == classes.c.id).scalar_subquery()
        # The last one stored, not the maximum of all: an hour of a class has many.
        stored = select(readings.c.stored_ms).where(readings.c.class_id == classes.c.id)
        stored = stored.order_by(readings.c.id.desc()).limit(1).scalar_subquery()
        query = select(classes, seen.label("seen_ms"), stored.label("stored_ms")).where(
            classes.c.teacher_id.isnot(None)
        )
        if class_id is not None:
            query = query.where(classes.c.id == class_id)
        found = []
        with self._database.begin() as connection:
            for row in connection.execute(query.order_by(classes.c.id)).mappings():
                info = _info({name: row[name] for name in classes.c.keys()})
                times_ms = (info.opened_ms, info.ended_ms, row["seen_ms"], row["stored_ms"])
                found.append((info, max(at_ms for at_ms in times_ms if at_ms is not None)))
        return found

    def open_classes(self) -> list[ClassInfo]:
        return self._all(select(classes).where(classes.c.ended_ms.is_(None)).order_by(classes.c.id))

    def running(self, class_ids: Collection[int]) -> dict[int, frozenset[int]]:
        """Of these classes those that run, each with the ids of its students."""
        query = select(classes.c.id, students.c.id).join_from(
            classes, students, students.c.class_id == classes.c.id, isouter=True
        )
        found: dict[int, set[int]] = {}
        with self._database.begin() as connection:
            rows = connection.execute(query.where(classes.c.id.in_(class_ids), classes.c.ended_ms.is_(None)))
            for class_id, student_id in rows:
                found.setdefault(class_id, set()).update([] if student_id is None else [student_id])
        return {class_id: frozenset(members) for class_id, members in found.items()}

    def keep_for(self, class_id: int, days: int | None) -> None:
        """For how many days the class is kept, ``None``: as long as the server keeps one."""
        with self._database.begin() as connection:
            connection.execute(update(classes).where(classes.c.id == class_id).values(keep_days=days))

    def end(self, class_id: int, at_ms: int) -> None:
        """End a class; a class that has ended keeps its end."""
        with self._database.begin() as connection:
            running = (classes.c.id == class_id) & classes.c.ended_ms.is_(None)
            connection.execute(update(classes).where(running).values(ended_ms=at_ms))

    def erase(self, class_id: int) -> None:
        """Delete a class with its students, visits and readings."""
        with self._database.begin_erasing() as connection:
            connection.execute(delete(classes).where(classes.c.id == class_id))

    def erase_demos(self) -> None:
        with self._database.begin() as connection:
            connection.execute(delete(classes).where(classes.c.teacher_id.is_(None)))

    def roster(self, class_id: int) -> list[str]:
        query = select(roster_names.c.name).where(roster_names.c.class_id == class_id).order_by(roster_names.c.id)
        with self._database.begin() as connection:
            return list(connection.scalars(query))

    def join(
        self,
        class_id: int,
        name: str,
        token_hash: str,
        sharing: Sharing,
        at_ms: int,
        max_students: int,
        typed: bool = False,
    ) -> Student:
        """Add a student.

        Args:
            typed: somebody chose the name, so that it must not look like another one of the class either.

        Raises:
            NameTaken: somebody else in this class has the name.
            ClassFull: ``max_students`` are in it.
        """
        values = {"class_id": class_id, "name": name, "sharing": sharing.value, "joined_ms": at_ms}
        try:
            with self._database.begin() as connection:
                # One at a time into a class, or many at once would all count before any of them is in. The lock is
                # PostgreSQL's; SQLite ignores it and has one writer at a time from the insert on, so the count is last.
                connection.execute(select(classes.c.id).where(classes.c.id == class_id).with_for_update())
                row = insert(students).values(values | {"name_key": name_key(name), "token_hash": token_hash})
                student_id = connection.execute(row).inserted_primary_key[0]
                count = connection.scalar(select(func.count()).where(students.c.class_id == class_id))
                if count > max_students:
                    are_in_it = "1 student is" if max_students == 1 else f"{max_students} students are"
                    raise ClassFull(f"This class is full: {are_in_it} in it. Tell your teacher, please.")
                others = select(students.c.name).where(students.c.class_id == class_id, students.c.id != student_id)
                if typed and any(look_alike(name, other) for other in connection.scalars(others)):
                    raise _taken(name)
        except IntegrityError as error:
            raise _taken(name) from error
        return Student(student_id, class_id, name, sharing, at_ms)

    def student_of_token(self, token_hash: str, since_ms: int = 0) -> Student | None:
        """The student whose cookie this is, if they joined or were here since then."""
        was_here = exists().where(visits.c.student_id == students.c.id, visits.c.seen_ms >= since_ms)
        found = self._students((students.c.token_hash == token_hash) & ((students.c.joined_ms >= since_ms) | was_here))
        return found[0] if found else None

    def set_token(self, student_id: int, token_hash: str) -> None:
        """The cookie that was this student's opens nothing any more."""
        with self._database.begin() as connection:
            connection.execute(update(students).where(students.c.id == student_id).values(token_hash=token_hash))

    def students(self, class_id: int) -> list[Student]:
        return self._students(students.c.class_id == class_id)

    def without_trace(self, class_id: int) -> list[Student]:
        """Students of whom there is no reading, not even as one of a group, and no signal."""
        traces = (readings, signals, counted_together)
        nothing = [~exists().where(table.c.student_id == students.c.id) for table in traces]
        return self._students(and_(students.c.class_id == class_id, *nothing))

    def never_seen(self, class_id: int, before_ms: int) -> list[Student]:
        """Students who joined before this time and were never here."""
        nowhere = ~exists().where(visits.c.student_id == students.c.id)
        return self._students((students.c.class_id == class_id) & (students.c.joined_ms <= before_ms) & nowhere)

    def set_sharing(self, student_id: int, sharing: Sharing) -> None:
        with self._database.begin() as connection:
            changed = update(students).where(students.c.id == student_id).values(sharing=sharing.value)
            connection.execute(changed)

    def _students(self, condition) -> list[Student]:
        with self._database.begin() as connection:
            rows = connection.execute(select(students).where(condition).order_by(students.c.id)).all()
        return [Student(row.id, row.class_id, row.name, Sharing(row.sharing), row.joined_ms) for row in rows]

    def _one(self, condition) -> ClassInfo | None:
        found = self._all(select(classes).where(condition))
        return found[0] if found else None

    def _all(self, query) -> list[ClassInfo]:
        with self._database.begin() as connection:
            return [_info(row._mapping) for row in connection.execute(query)]


def _taken(name: str) -> NameTaken:
    return NameTaken(
        f"Somebody in this class is called {name!r} already. If that is you, open the class in the browser you"
        " joined with; else add an initial to your name."
    )


def _info(row: Mapping) -> ClassInfo:
    return ClassInfo(**{**row, "mode": Mode(row["mode"] or Mode.NAMES)})
