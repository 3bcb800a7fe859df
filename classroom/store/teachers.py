"""Teachers, the keys that make them, their sign-ins and the browsers that they use."""

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from classroom.errors import Erased, NameTaken, NotAllowed
from classroom.look_alikes import look_alike
from classroom.naming import name_key
from classroom.records import Teacher
from classroom.store.database import Database
from classroom.store.tables import known_browsers, setup_keys, sign_ins, teachers


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
        """Delete a teacher with sign-ins, keys that nobody has used yet, and classes with everything kept of them."""
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

    def add_key(self, key_hash: str, expires_ms: int, maker_id: int | None = None) -> None:
        """Keep a key that adds one teacher, for as long as its maker is one.

        Raises:
            NotAllowed: the maker has been removed.
        """
        row = {"key_hash": key_hash, "expires_ms": expires_ms, "maker_id": maker_id}
        try:
            with self._database.begin() as connection:
                connection.execute(insert(setup_keys).values(row))
        except Erased as error:
            raise NotAllowed("Your account was removed, so it can invite nobody.") from error

    def has_key(self, key_hash: str, at_ms: int) -> bool:
        """Whether ``add_with_key`` would take this key."""
        query = select(setup_keys).where(setup_keys.c.key_hash == key_hash, setup_keys.c.expires_ms > at_ms)
        with self._database.begin() as connection:
            return connection.execute(query).first() is not None

    def drop_keys(self) -> None:
        with self._database.begin() as connection:
            connection.execute(delete(setup_keys))

    def set_password(self, teacher_id: int, password_hash: str) -> None:
        with self._database.begin() as connection:
            changed = update(teachers).where(teachers.c.id == teacher_id).values(password_hash=password_hash)
            connection.execute(changed)

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

    def count_sign_ins(self, teacher_id: int, at_ms: int) -> int:
        """In how many browsers the teacher is signed in."""
        own = (sign_ins.c.teacher_id == teacher_id) & (sign_ins.c.expires_ms > at_ms)
        with self._database.begin() as connection:
            return connection.scalar(select(func.count()).select_from(sign_ins).where(own))

    def sign_out_everywhere(self, teacher_id: int, at_ms: int) -> None:
        """End every sign-in of a teacher, and what else was given in their name: keys, and that a browser is known."""
        with self._database.begin() as connection:
            for table, owner in (
                (sign_ins, sign_ins.c.teacher_id),
                (known_browsers, known_browsers.c.teacher_id),
                (setup_keys, setup_keys.c.maker_id),
            ):
                connection.execute(delete(table).where(owner == teacher_id))
            connection.execute(update(teachers).where(teachers.c.id == teacher_id).values(signed_out_ms=at_ms))

    def signed_out_ms(self, teacher_id: int) -> int:
        """When the teacher signed out everywhere last; 0: never."""
        with self._database.begin() as connection:
            return connection.scalar(select(teachers.c.signed_out_ms).where(teachers.c.id == teacher_id)) or 0

    def add_browser(self, token_hash: str, teacher_id: int, at_ms: int, expires_ms: int) -> None:
        """A browser, by a token of its own, in which this teacher has signed in."""
        row = {"token_hash": token_hash, "teacher_id": teacher_id, "expires_ms": expires_ms}
        with self._database.begin() as connection:
            connection.execute(delete(known_browsers).where(known_browsers.c.expires_ms <= at_ms))
            connection.execute(insert(known_browsers).values(row))

    def knows_browser(self, token_hash: str, name: str, at_ms: int) -> bool:
        """Whether the teacher of this name has signed in in the browser of this token."""
        query = (
            select(known_browsers.c.token_hash)
            .join(teachers, teachers.c.id == known_browsers.c.teacher_id)
            .where(known_browsers.c.token_hash == token_hash, known_browsers.c.expires_ms > at_ms)
            .where(teachers.c.name_key == name_key(name))
        )
        with self._database.begin() as connection:
            return connection.execute(query).first() is not None

    @staticmethod
    def _insert(connection: Connection, name: str, password_hash: str, at_ms: int) -> Teacher:
        row = {"name": name, "name_key": name_key(name), "password_hash": password_hash, "created_ms": at_ms}
        return Teacher(connection.execute(insert(teachers).values(row)).inserted_primary_key[0], name)
