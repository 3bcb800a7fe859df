"""Teachers, their one-time keys and their sign-ins."""

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from classroom.errors import NameTaken
from classroom.look_alikes import look_alike
from classroom.naming import name_key
from classroom.records import Teacher
from classroom.store.database import Database
from classroom.store.tables import setup_keys, sign_ins, teachers


class TeacherTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self) -> int:
        with self._database.begin() as connection:
            return connection.scalar(select(func.count()).select_from(teachers))

    def all(self) -> list[Teacher]:
        """Every teacher, in the order in which they came."""
        with self._database.begin() as connection:
            rows = connection.execute(select(teachers.c.id, teachers.c.name).order_by(teachers.c.id)).all()
        return [Teacher(row.id, row.name) for row in rows]

    def remove(self, teacher_id: int) -> None:
        """Delete a teacher with their sign-ins, and their classes with everything kept of them."""
        with self._database.begin_erasing() as connection:
            connection.execute(delete(teachers).where(teachers.c.id == teacher_id))

    def add_with_key(self, key_hash: str, name: str, password_hash: str, at_ms: int) -> Teacher | None:
        """Use up a setup key and add the teacher it was for, both or neither.

        Returns:
            The teacher, or ``None`` when the key is unknown, used or expired.

        Raises:
            NameTaken: another teacher has this name, or one that looks like it; the key stays good.
        """
        try:
            with self._database.begin() as connection:
                used = connection.execute(
                    delete(setup_keys).where(setup_keys.c.key_hash == key_hash, setup_keys.c.expires_ms > at_ms)
                )
                if used.rowcount != 1:
                    return None
                added = self._insert(connection, name, password_hash, at_ms)
                others = select(teachers.c.name).where(teachers.c.id != added.id)
                if any(look_alike(name, other) for other in connection.scalars(others)):
                    raise NameTaken("Another teacher's name looks like this one. Choose another name, please.")
                return added
        except IntegrityError as error:
            raise NameTaken("A teacher of this name has an account already. Choose another name, please.") from error

    def add(self, name: str, password_hash: str, at_ms: int) -> Teacher:
        """Add a teacher without a key. Raises ``NameTaken``."""
        try:
            with self._database.begin() as connection:
                return self._insert(connection, name, password_hash, at_ms)
        except IntegrityError as error:
            raise NameTaken("A teacher of this name has an account already. Try again, please.") from error

    def with_password(self, name: str) -> tuple[Teacher, str] | None:
        """The teacher of this name and the hash of the password."""
        with self._database.begin() as connection:
            row = connection.execute(select(teachers).where(teachers.c.name_key == name_key(name))).one_or_none()
        return (Teacher(row.id, row.name), row.password_hash) if row else None

    def add_key(self, key_hash: str, expires_ms: int) -> None:
        with self._database.begin() as connection:
            connection.execute(insert(setup_keys).values(key_hash=key_hash, expires_ms=expires_ms))

    def drop_keys(self) -> None:
        with self._database.begin() as connection:
            connection.execute(delete(setup_keys))

    def add_sign_in(self, token_hash: str, teacher_id: int, at_ms: int, expires_ms: int) -> None:
        with self._database.begin() as connection:
            connection.execute(delete(sign_ins).where(sign_ins.c.expires_ms <= at_ms))
            row = {"token_hash": token_hash, "teacher_id": teacher_id, "expires_ms": expires_ms}
            connection.execute(insert(sign_ins).values(row))

    def signed_in(self, token_hash: str, at_ms: int) -> Teacher | None:
        query = (
            select(teachers.c.id, teachers.c.name)
            .join(sign_ins, sign_ins.c.teacher_id == teachers.c.id)
            .where(sign_ins.c.token_hash == token_hash, sign_ins.c.expires_ms > at_ms)
        )
        with self._database.begin() as connection:
            row = connection.execute(query).one_or_none()
        return Teacher(row.id, row.name) if row else None

    def end_sign_in(self, token_hash: str) -> None:
        with self._database.begin() as connection:
            connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash))

    @staticmethod
    def _insert(connection: Connection, name: str, password_hash: str, at_ms: int) -> Teacher:
        row = {"name": name, "name_key": name_key(name), "password_hash": password_hash, "created_ms": at_ms}
        return Teacher(connection.execute(insert(teachers).values(row)).inserted_primary_key[0], name)
