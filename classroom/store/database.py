"""One connection to one database. Everything in which SQLite and PostgreSQL differ stands in this file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from classroom.errors import StoreError
from classroom.store.tables import metadata

# Seconds. A visitor waits for it, and without a limit a database behind a firewall keeps everybody waiting for minutes.
ANSWER_WITHIN_S = 5


class Database:
    """Transactions on one database; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Connect, and create missing tables.

        Args:
            url: SQLAlchemy address, ``sqlite:///file.db`` or ``postgresql://user:password@host/name``.

        Raises:
            StoreError: the address is wrong or the database does not answer.
        """
        try:
            self.engine = connect(url)
            metadata.create_all(self.engine)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise StoreError(f"DATABASE_URL cannot be used: {error}. Look at its spelling and its driver.") from error
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(_UNREACHABLE) from error

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction. ``IntegrityError`` passes as it is: the caller knows which rule it broke.

        Raises:
            StoreError: the database does not answer.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except (SQLAlchemyError, self.engine.dialect.dbapi.Error) as error:
            raise StoreError(_UNREACHABLE) from error

    @property
    def kind(self) -> str:
        return {"sqlite": "SQLite file", "postgresql": "PostgreSQL"}.get(self.engine.dialect.name, "database")

    def close(self) -> None:
        self.engine.dispose()


_UNREACHABLE = "The class database does not answer. Nothing is lost; look at the disk or the database server."


def connect(url: str) -> Engine:
    """An engine for the address, with what the dialect needs.

    SQLite: the folder is made, write-ahead log (readers never wait for the writer, a killed process loses nothing
    that was committed), foreign keys on. PostgreSQL: the psycopg 3 driver, and a ping before a pooled connection is
    used.
    """
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": ANSWER_WITHIN_S})
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": ANSWER_WITHIN_S})

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection, _record) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
