"""Who confirmed on what lawful basis this server is used."""

from sqlalchemy import insert, select

from classroom.records import LawfulBasis
from classroom.store.database import Database
from classroom.store.tables import lawful_bases


class LawfulTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, basis: LawfulBasis) -> None:
        values = {
            "teacher_id": basis.teacher_id,
            "version": basis.version,
            "basis": basis.basis,
            "note": basis.note,
            "expression": basis.expression,
            "confirmed_ms": basis.confirmed_ms,
            "region": basis.region,
        }
        with self._database.begin() as connection:
            connection.execute(insert(lawful_bases).values(values))

    def newest(self) -> LawfulBasis | None:
        query = select(*[each for each in lawful_bases.c if each is not lawful_bases.c.id])
        with self._database.begin() as connection:
            row = connection.execute(query.order_by(lawful_bases.c.id.desc()).limit(1)).mappings().one_or_none()
        return LawfulBasis(**row) if row else None
