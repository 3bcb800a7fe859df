"""What was told of the windows of a class of which nothing is kept about anybody, and who counts together."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import insert, select

from classroom.class_only import ClassWindow
from classroom.store.database import Database
from classroom.store.tables import PERCENT_COLUMNS, class_windows, classes, counted_together, students

WINDOW_COLUMNS = ["window_ms", "students", *PERCENT_COLUMNS]


class ClassWindowTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, told: Sequence[ClassWindow]) -> None:
        """Windows with the groups that came with them, all or nothing: a group that is forgotten would be made anew.

        Those of a class that has been erased meanwhile are left out.
        """
        with self._database.begin() as connection:
            wanted = {window.class_id for window in told}
            there = set(connection.scalars(select(classes.c.id).where(classes.c.id.in_(wanted))))
            told = [window for window in told if window.class_id in there]
            joined = {student_id for window in told for student_id, _ in window.joined}
            known = set(connection.scalars(select(students.c.id).where(students.c.id.in_(joined))))
            groups = [row for window in told for row in _groups(window) if row["student_id"] in known]
            if told:
                connection.execute(insert(class_windows), [_row(window) for window in told])
            if groups:
                connection.execute(insert(counted_together), groups)

    def groups(self, class_id: int) -> tuple[dict[int, int], dict[int, int]]:
        """The sizes of the groups as they were made, by number; and who is in which, student id to number."""
        columns = [counted_together.c[name] for name in ("student_id", "group_number", "group_size")]
        with self._database.begin() as connection:
            rows = connection.execute(select(*columns).where(counted_together.c.class_id == class_id)).all()
        return {number: size for _, number, size in rows}, {student_id: number for student_id, number, _ in rows}

    def of_class(self, class_id: int) -> pd.DataFrame:
        """Columns ``window_ms, students, percent_angry ... percent_neutral`` in the order of time."""
        query = select(*[class_windows.c[name] for name in WINDOW_COLUMNS]).where(class_windows.c.class_id == class_id)
        with self._database.begin() as connection:
            rows = connection.execute(query.order_by(class_windows.c.window_ms)).all()
        return pd.DataFrame.from_records(rows, columns=WINDOW_COLUMNS).astype("int64")


def _row(window: ClassWindow) -> dict:
    percents = dict(zip(PERCENT_COLUMNS, window.percents, strict=True))
    return {"class_id": window.class_id, "window_ms": window.window_ms, "students": window.students} | percents


def _groups(window: ClassWindow) -> list[dict]:
    sizes = Counter(number for _, number in window.joined)
    return [
        {"class_id": window.class_id, "student_id": student_id, "group_number": number, "group_size": sizes[number]}
        for student_id, number in window.joined
    ]
