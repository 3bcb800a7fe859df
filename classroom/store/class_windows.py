"""What was told of the windows of a class of which nothing is kept about anybody, and who counts together."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, select

from classroom.class_only import ClassWindow
from classroom.errors import Erased
from classroom.store.database import Database
from classroom.store.tables import PERCENT_COLUMNS, class_windows, classes, counted_together, students

WINDOW_COLUMNS = ["window_ms", "students", *PERCENT_COLUMNS]
_GROUP_COLUMNS = ["student_id", "group_number", "group_size"]


class ClassWindowTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, told: Sequence[ClassWindow]) -> bool:
        """Windows of one class with the groups that came with them, all or nothing: a group that is forgotten would be
        made anew.

        What is there already stays as it is: where the answer to a commit was lost, the same comes again. Of a class or
        a student that has been erased meanwhile nothing is kept.

        Returns:
            ``False``: another server has put these students into other groups. Nothing is kept, for windows over two
            sets of groups give somebody away when they are subtracted; begin again with the groups of the store.
        """
        for _ in range(2):
            try:
                with self._database.begin() as connection:
                    self._add(connection, told)
                return True
            except _OtherGroups:
                return False
            except Erased:
                pass  # erased between the question who is there and the writing; the second answer is without it
        return False

    def groups(self, class_id: int) -> tuple[dict[int, int], dict[int, int]]:
        """The sizes of the groups as they were made, by number; and who is in which, student id to number."""
        columns = [counted_together.c[name] for name in _GROUP_COLUMNS]
        with self._database.begin() as connection:
            rows = connection.execute(select(*columns).where(counted_together.c.class_id == class_id)).all()
        return {number: size for _, number, size in rows}, {student_id: number for student_id, number, _ in rows}

    def _add(self, connection: Connection, told: Sequence[ClassWindow]) -> None:
        class_id = told[0].class_id
        if connection.scalar(select(classes.c.id).where(classes.c.id == class_id)) is None:
            return
        joined = {student_id for window in told for student_id, _ in window.joined}
        known = set(connection.scalars(select(students.c.id).where(students.c.id.in_(joined))))
        groups = [row for window in told for row in _groups(window) if row["student_id"] in known]
        if groups:
            connection.execute(self._database.insert_new(counted_together), groups)
            own = {tuple(row[name] for name in _GROUP_COLUMNS) for row in groups}
            query = select(*[counted_together.c[name] for name in _GROUP_COLUMNS]).where(
                counted_together.c.class_id == class_id,
                counted_together.c.group_number.in_({row["group_number"] for row in groups}),
            )
            if {tuple(row) for row in connection.execute(query)} != own:
                raise _OtherGroups
        connection.execute(self._database.insert_new(class_windows), [_row(window) for window in told])

    def of_class(self, class_id: int) -> pd.DataFrame:
        """Columns ``window_ms, students, percent_angry ... percent_neutral`` in the order of time."""
        query = select(*[class_windows.c[name] for name in WINDOW_COLUMNS]).where(class_windows.c.class_id == class_id)
        with self._database.begin() as connection:
            rows = connection.execute(query.order_by(class_windows.c.window_ms)).all()
        return pd.DataFrame.from_records(rows, columns=WINDOW_COLUMNS).astype("int64")


class _OtherGroups(Exception):
    """Undoes what was begun."""


def _row(window: ClassWindow) -> dict:
    percents = dict(zip(PERCENT_COLUMNS, window.percents, strict=True))
    return {"class_id": window.class_id, "window_ms": window.window_ms, "students": window.students} | percents


def _groups(window: ClassWindow) -> list[dict]:
    sizes = Counter(number for _, number in window.joined)
    return [
        {"class_id": window.class_id, "student_id": student_id, "group_number": number, "group_size": sizes[number]}
        for student_id, number in window.joined
    ]
