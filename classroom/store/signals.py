"""What students said with one tap."""

import pandas as pd
from sqlalchemy import insert, select, update

from classroom.errors import BadInput, Erased
from classroom.records import Signal, SignalKind
from classroom.store.database import Database
from classroom.store.tables import signals

SIGNAL_COLUMNS = ["id", "student_id", "kind", "at_ms", "until_ms"]


class SignalTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, class_id: int, student_id: int, kind: SignalKind, at_ms: int) -> Signal:
        """One tap.

        Raises:
            BadInput: the student has been erased.
        """
        values = {"class_id": class_id, "student_id": student_id, "kind": kind.value, "at_ms": at_ms, "until_ms": None}
        try:
            with self._database.begin() as connection:
                signal_id = connection.execute(insert(signals).values(values)).inserted_primary_key[0]
        except Erased as error:
            raise BadInput("This class has been deleted, and you with it. Nothing is kept of it.") from error
        return Signal(signal_id, class_id, student_id, kind, at_ms)

    def end(self, student_id: int, kind: SignalKind, at_ms: int) -> None:
        """The student's signals of this kind stand no longer: taken back, or answered."""
        standing = (signals.c.student_id == student_id) & (signals.c.kind == kind.value) & signals.c.until_ms.is_(None)
        with self._database.begin() as connection:
            connection.execute(update(signals).where(standing).values(until_ms=at_ms))

    def standing(self, student_id: int) -> list[Signal]:
        """The student's signals that nobody has ended, in the order in which they came."""
        query = select(signals).where(signals.c.student_id == student_id, signals.c.until_ms.is_(None))
        with self._database.begin() as connection:
            rows = connection.execute(query.order_by(signals.c.id)).mappings().all()
        return [Signal(**{**row, "kind": SignalKind(row["kind"])}) for row in rows]

    def of_class(self, class_id: int) -> pd.DataFrame:
        """Columns ``id, student_id, kind, at_ms, until_ms``; ``until_ms`` is NaN while a signal stands."""
        query = select(*[signals.c[name] for name in SIGNAL_COLUMNS]).where(signals.c.class_id == class_id)
        with self._database.begin() as connection:
            rows = connection.execute(query.order_by(signals.c.id)).all()
        frame = pd.DataFrame.from_records(rows, columns=SIGNAL_COLUMNS)
        return frame.astype({"kind": "object", "until_ms": "float64"})
