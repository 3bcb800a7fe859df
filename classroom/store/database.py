"""One connection to one database. Everything in which SQLite and PostgreSQL differ stands in this file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import DDL, Column, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from classroom.errors import StoreError
from classroom.store.tables import metadata

# Seconds. A visitor waits for it, and without a limit a database behind a firewall keeps everybody waiting for minutes.
ANSWER_WITHIN_S = 5


class Database:
    """Transactions on one database; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Connect, and create missing tables and columns.

        Args:
            url: SQLAlchemy address, ``sqlite:///file.db`` or ``postgresql://user:password@host/name``.

        Raises:
            StoreError: the address is wrong or the database does not answer.
        """
        try:
            self.engine = connect(url)
            metadata.create_all(self.engine)
            add_missing_columns(self.engine)
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


def add_missing_columns(engine: Engine) -> None:
    """Give tables that an earlier version made the columns that they lack. Such a column may be empty.

    Two servers on one database may both begin to: who comes second finds it done.
    """
    there = inspect(engine)
    for table in metadata.tables.values():
        known = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                try:
                    with engine.begin() as connection:
                        connection.execute(DDL(f"ALTER TABLE {table.name} ADD COLUMN {_definition(column, engine)}"))
                except SQLAlchemyError:
                    if column.name not in {each["name"] for each in inspect(engine).get_columns(table.name)}:
                        raise


def _definition(column: Column, engine: Engine) -> str:
    assert column.nullable, f"rows that are there have nothing to put into {column}"
    return str(CreateColumn(column).compile(dialect=engine.dialect))
