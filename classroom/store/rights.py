"""What the database has of one student: all of it to look at, a part of it to take back, or all of it to erase."""

from sqlalchemy import delete, func, or_, select

from classroom.naming import name_key
from classroom.records import Student
from classroom.store.database import Database
from classroom.store.tables import (
    alerts,
    class_windows,
    classes,
    counted_together,
    metadata,
    readings,
    roster_names,
    students,
)


class StudentRights:
    def __init__(self, database: Database) -> None:
        self._database = database

    def everything(self, student: Student) -> dict[str, list[dict]]:
        """Every row about this student and the class they were in, by table, each with all of its columns.

        Read from the tables themselves, so that a table that comes later is in it by itself.
        """
        found = {}
        with self._database.begin() as connection:
            for table in metadata.sorted_tables:
                if "student_id" in table.c:
                    mine = table.c.student_id == student.id
                elif table is students:
                    mine = students.c.id == student.id
                elif table is classes:
                    mine = classes.c.id == student.class_id
                elif table is roster_names:
                    mine = roster_names.c.id.in_(_on_the_list(connection, student))
                else:
                    continue
                rows = connection.execute(select(table).where(mine).order_by(*table.primary_key)).mappings()
                found[table.name] = [dict(row) for row in rows]
        return found

    def erase(self, student: Student) -> None:
        """Delete the student, every row about them, and their name on the class list."""
        with self._database.begin_erasing() as connection:
            listed = _on_the_list(connection, student)
            connection.execute(delete(roster_names).where(roster_names.c.id.in_(listed)))
            connection.execute(delete(students).where(students.c.id == student.id))
            _erase_windows_of_few(connection, student.class_id)

    def take_back(self, student: Student, since_ms: int) -> tuple[int, int]:
        """Delete the student's readings since then, and the alerts that rest on them. Gives how many of each."""
        late = (readings.c.student_id == student.id) & (readings.c.at_ms >= since_ms)
        lasted = or_(alerts.c.ended_ms.is_(None), alerts.c.ended_ms >= since_ms)
        with self._database.begin_erasing() as connection:
            count = connection.execute(delete(readings).where(late)).rowcount
            ended = connection.execute(delete(alerts).where(alerts.c.student_id == student.id, lasted)).rowcount
        return count, ended


def _erase_windows_of_few(connection, class_id: int) -> None:
    """What was told of many students at once has nobody's row to delete, and stays while enough of them are left."""
    smallest = connection.scalar(select(classes.c.smallest_group).where(classes.c.id == class_id))
    counted = select(func.count()).where(counted_together.c.class_id == class_id)
    if smallest is not None and connection.scalar(counted) < smallest:
        connection.execute(delete(class_windows).where(class_windows.c.class_id == class_id))


def _on_the_list(connection, student: Student) -> list[int]:
    """The rows of the class list that have the student's name. Names are compared as they are when somebody joins."""
    listed = select(roster_names.c.id, roster_names.c.name).where(roster_names.c.class_id == student.class_id)
    key = name_key(student.name)
    return [row_id for row_id, name in connection.execute(listed) if name_key(name) == key]
