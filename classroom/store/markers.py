"""What teachers noted during a class."""

from sqlalchemy import delete, insert, select, update

from classroom.naming import MAX_TITLE
from classroom.records import Marker, MarkerKind
from classroom.store.database import Database
from classroom.store.tables import markers


class MarkerTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, class_id: int, kind: MarkerKind, at_ms: int, text: str = "") -> Marker:
        """A marker; its text is cut at what its column holds."""
        values = {"class_id": class_id, "kind": kind.value, "text": text[:MAX_TITLE], "at_ms": at_ms, "until_ms": None}
        with self._database.begin() as connection:
            marker_id = connection.execute(insert(markers).values(values)).inserted_primary_key[0]
        return Marker(marker_id, class_id, kind, values["text"], at_ms)

    def end_break(self, class_id: int, at_ms: int) -> None:
        """The class goes on: whatever break lasts ends."""
        lasting = (
            (markers.c.class_id == class_id) & (markers.c.kind == MarkerKind.BREAK.value) & markers.c.until_ms.is_(None)
        )
        with self._database.begin() as connection:
            connection.execute(update(markers).where(lasting).values(until_ms=at_ms))

    def remove(self, class_id: int, marker_id: int) -> None:
        """A marker that was set by mistake."""
        with self._database.begin() as connection:
            connection.execute(delete(markers).where(markers.c.id == marker_id, markers.c.class_id == class_id))

    def of_class(self, class_id: int) -> list[Marker]:
        """In the order of their times."""
        query = select(markers).where(markers.c.class_id == class_id).order_by(markers.c.at_ms, markers.c.id)
        with self._database.begin() as connection:
            rows = connection.execute(query).mappings().all()
        return [Marker(**{**row, "kind": MarkerKind(row["kind"])}) for row in rows]
