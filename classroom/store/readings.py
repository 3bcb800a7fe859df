"""Readings and visits: written once a second by the recorder, read by everything else."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pandas as pd
from sqlalchemy import bindparam, func, insert, select, update

from classroom.errors import Erased
from classroom.records import Reading
from classroom.store.database import Database
from classroom.store.tables import GEOMETRY_COLUMNS, PROB_COLUMNS, readings, students, visits

# A student who was away for longer than this has left; coming back later is a new visit.
VISIT_GAP_MS = 10_000

READING_COLUMNS = ["id", "student_id", "at_ms", "stored_ms", "reason", "faces_seen", *PROB_COLUMNS, *GEOMETRY_COLUMNS]
_NUMBERS = dict.fromkeys([*PROB_COLUMNS, *GEOMETRY_COLUMNS], "float64")


class ReadingTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, new: Sequence[Reading], seen: Mapping[int, tuple[int, int]], stored_ms: int) -> None:
        """Store readings and presence in one commit.

        Rows of a class or student that has been erased meanwhile are left out: an erasure wins over what is on its way.

        Args:
            new: readings in the order in which they were made.
            seen: student id to (class id, when last seen).
            stored_ms: the time of this commit.
        """
        try:
            self._write(new, seen, stored_ms)
        except Erased:
            # A class was erased between the question who is known and the writing; the second answer is without it.
            self._write(new, seen, stored_ms)

    def add_visit(self, class_id: int, student_id: int, began_ms: int, seen_ms: int) -> None:
        """A visit that is over, as one commit: of a recording the whole visit is known at once."""
        row = {"class_id": class_id, "student_id": student_id, "began_ms": began_ms, "seen_ms": seen_ms}
        with self._database.begin() as connection:
            connection.execute(insert(visits), row)

    def of_class(
        self, class_id: int, after_id: int = 0, student_id: int | None = None, since_ms: int = 0
    ) -> pd.DataFrame:
        """Readings of a class in the order in which they were stored.

        Args:
            after_id: only rows stored after this one: what is new since the last look.
            student_id: only this student's.
            since_ms: only frames that arrived at or after this time.

        Returns:
            Columns ``id, student_id, at_ms, stored_ms, reason, faces_seen, p_angry ... p_neutral`` and those of
            ``Geometry``; the probabilities are NaN where ``reason`` says why there are none, the geometry where it is
            not known.
        """
        chosen = [readings.c[name] for name in READING_COLUMNS]
        query = select(*chosen).where(readings.c.class_id == class_id, readings.c.id > after_id).order_by(readings.c.id)
        if student_id is not None:
            query = query.where(readings.c.student_id == student_id)
        if since_ms:
            query = query.where(readings.c.at_ms >= since_ms)
        with self._database.begin() as connection:
            # The driver's own rows: SQLAlchemy's cost more than the query when an hour of fifty students is read.
            rows = connection.execute(query).cursor.fetchall()
        frame = pd.DataFrame.from_records(rows, columns=READING_COLUMNS)
        return frame.astype(_NUMBERS | {"reason": "object"})

    def visits(self, class_id: int) -> pd.DataFrame:
        """Visits of a class: columns ``student_id, began_ms, seen_ms``, in the order in which they began."""
        columns = ["student_id", "began_ms", "seen_ms"]
        query = select(*[visits.c[name] for name in columns]).where(visits.c.class_id == class_id).order_by(visits.c.id)
        with self._database.begin() as connection:
            return pd.DataFrame.from_records(connection.execute(query).all(), columns=columns)

    def _write(self, new: Sequence[Reading], seen: Mapping[int, tuple[int, int]], stored_ms: int) -> None:
        with self._database.begin() as connection:
            wanted = {reading.student_id for reading in new} | set(seen)
            known = set(connection.scalars(select(students.c.id).where(students.c.id.in_(wanted)))) if wanted else set()
            rows = [_row(reading, stored_ms) for reading in new if reading.student_id in known]
            if rows:
                connection.execute(insert(readings), rows)
            _extend_visits(connection, {student: at for student, at in seen.items() if student in known})


def _row(reading: Reading, stored_ms: int) -> dict:
    face = reading.face
    probs = dict(zip(PROB_COLUMNS, face.probs, strict=True)) if face.usable else dict.fromkeys(PROB_COLUMNS)
    geometry = asdict(face.geometry) if face.geometry else dict.fromkeys(GEOMETRY_COLUMNS)
    return {
        "class_id": reading.class_id,
        "student_id": reading.student_id,
        "at_ms": reading.at_ms,
        "stored_ms": stored_ms,
        "reason": face.reason.value if face.reason else None,
        "faces_seen": face.faces_seen,
        **probs,
        **geometry,
    }


def _extend_visits(connection, seen: Mapping[int, tuple[int, int]]) -> None:
    """Move the end of each student's last visit, or begin a new one after a gap."""
    if not seen:
        return
    last = select(func.max(visits.c.id)).where(visits.c.student_id.in_(seen)).group_by(visits.c.student_id)
    rows = connection.execute(select(visits.c.id, visits.c.student_id, visits.c.seen_ms).where(visits.c.id.in_(last)))
    extended = {}
    for visit_id, student_id, seen_ms in rows:
        at_ms = seen[student_id][1]
        if at_ms - seen_ms <= VISIT_GAP_MS:
            extended[student_id] = (visit_id, max(at_ms, seen_ms))
    if extended:
        move_end = update(visits).where(visits.c.id == bindparam("visit")).values(seen_ms=bindparam("end"))
        connection.execute(move_end, [{"visit": visit, "end": end} for visit, end in extended.values()])
    began = [
        {"class_id": class_id, "student_id": student_id, "began_ms": at_ms, "seen_ms": at_ms}
        for student_id, (class_id, at_ms) in seen.items()
        if student_id not in extended
    ]
    if began:
        connection.execute(insert(visits), began)
