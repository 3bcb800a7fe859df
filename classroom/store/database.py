"""One connection to one database. Everything in which SQLite and PostgreSQL differ stands in this file."""

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    URL,
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Table,
    cast,
    create_engine,
    event,
    func,
    inspect,
    literal,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from classroom.errors import Erased, OtherServer, StoreError
from classroom.private_files import narrow, private_file, private_folder
from classroom.store.migrations import is_empty, is_up_to_date, run_steps
from classroom.store.quiet_errors import names_nobody, tell_no_values
from classroom.store.tables import heartbeat

logger = logging.getLogger(__name__)

# Seconds. A visitor waits for it, and without a limit a database behind a firewall keeps everybody waiting for minutes.
ANSWER_WITHIN_S = 5
# Open connections to an SQLite file: two are kept; a crowd that joins at once opens more, and they are closed after it.
_KEPT, _MORE = 2, 13
# A server that was not heard of for so long is gone.
SILENT_MS = 10_000
# PostgreSQL's lock of who updates the tables; any number that nothing else in the database uses.
_UPDATE_LOCK = 2_013_731


class Database:
    """Transactions on one database; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Connect, and bring the tables to today's form.

        Args:
            url: SQLAlchemy address, ``sqlite:///file.db`` or ``postgresql://user:password@host/name``.

        Raises:
            StoreError: the address is wrong, the database does not answer, or it belongs to a newer version.
        """
        self._scrubbing = threading.Lock()  # an erasure in the middle of it would be taken for done
        self._refusal = ""
        try:
            self.engine = connect(url)
            bring_up(self.engine)
        except (ArgumentError, ModuleNotFoundError) as error:
            raise StoreError(f"DATABASE_URL cannot be used: {error}. Look at its spelling and its driver.") from error
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(_UNREACHABLE) from error

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction. ``IntegrityError`` passes as it is: the caller knows which rule it broke.

        Raises:
            StoreError: the database does not answer.
            OtherServer: ``refuse`` was called.
            Erased: a row names an owner that is gone; an erasure wins over what is on its way.
        """
        if self._refusal:
            raise OtherServer(self._refusal)
        try:
            with self.engine.begin() as connection:
                yield connection
        except IntegrityError as error:
            if names_nobody(error):
                raise Erased(_ERASED) from error
            raise
        except (SQLAlchemyError, self.engine.dialect.dbapi.Error) as error:
            raise StoreError(_UNREACHABLE) from error

    @contextmanager
    def begin_erasing(self) -> Iterator[Connection]:
        """One transaction as ``begin``, for what must leave no bytes behind: ``scrub`` is due after it.

        That it is due stands in the file itself, so that a killed server does it after its next start.
        """
        with self._scrubbing, self.begin() as connection:
            if self._is_sqlite:
                connection.exec_driver_sql("PRAGMA user_version = 1")
            yield connection

    def before_writing(self, check: Callable[[Connection], None]) -> None:
        """From now on call ``check`` in front of each statement that writes, within its transaction. What it raises is
        raised to who writes, and the transaction is undone. Its own statements carry ``UNCHECKED``."""

        @event.listens_for(self.engine, "before_cursor_execute")
        def _check(connection, _cursor, _statement, _parameters, context, _is_many) -> None:
            writes = context is not None and (context.isinsert or context.isupdate or context.isdelete)
            if writes and not context.execution_options.get(_UNCHECKED):
                check(connection)

    def refuse(self, sentence: str) -> None:
        """Begin no further transaction: each raises ``OtherServer`` with this sentence."""
        self._refusal = sentence

    def insert_new(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """To insert rows, but none that a unique rule says is there already: those stay as they are."""
        insert = sqlite.insert if self._is_sqlite else postgresql.insert
        return insert(table).on_conflict_do_nothing()

    @property
    def needs_scrub(self) -> bool:
        """Whether the file may still hold bytes of rows that were erased. Of a database server nothing is known."""
        with self.begin() as connection:
            return self._is_sqlite and connection.exec_driver_sql("PRAGMA user_version").scalar() != 0

    def scrub(self) -> bool:
        """Write the file anew without what was erased, and empty its log. Nobody else can write meanwhile.

        The copies that were made before an update go, too: they hold what was erased.

        Returns:
            Whether it is done; not while somebody reads. What a database server keeps is left to its own vacuum.
        """
        if not self._is_sqlite:
            return True
        try:
            with self._scrubbing, self.engine.connect() as opened:
                connection = opened.execution_options(isolation_level="AUTOCOMMIT")
                # SQLite overwrites what is deleted, but not what it had moved within a page (seen).
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA user_version = 0")
                is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
                if is_busy:
                    connection.exec_driver_sql("PRAGMA user_version = 1")
                self.drop_copies()
                return not is_busy
        except (SQLAlchemyError, self.engine.dialect.dbapi.Error) as error:
            raise StoreError(_UNREACHABLE) from error

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        name = self.engine.url.database
        return Path(name) if self._is_sqlite and name and name != ":memory:" else None

    def drop_copies(self, before_ms: float = math.inf) -> None:
        """Delete the copies of the file that were made before an update, those that are older than this."""
        for copy in _copies(self.file) if self.file else ():
            if copy.stat().st_mtime * 1000 < before_ms:
                copy.unlink(missing_ok=True)

    @property
    def _is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def kind(self) -> str:
        return {"sqlite": "SQLite file", "postgresql": "PostgreSQL"}.get(self.engine.dialect.name, "database")

    def close(self) -> None:
        self.engine.dispose()


_UNCHECKED = "unchecked"
UNCHECKED = {_UNCHECKED: True}
_ERASED = "What this belongs to has been deleted meanwhile, so nothing is kept of it."
_UNREACHABLE = "The class database does not answer. Nothing is lost; look at the disk or the database server."


def connect(url: str) -> Engine:
    """An engine for the address, with what the dialect needs.

    SQLite: the folder is made, the file is for this user alone, write-ahead log (readers never wait for the writer, a
    killed process loses nothing that was committed), foreign keys on. PostgreSQL: the psycopg 3 driver, and a ping
    before a pooled connection is used.
    """
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        return _engine(address, pool_pre_ping=True, connect_args={"connect_timeout": ANSWER_WITHIN_S})
    pool = {}
    if address.database and address.database != ":memory:":
        _keep_from_others(Path(address.database))
        pool = {"pool_size": _KEPT, "max_overflow": _MORE}
    engine = _engine(address, connect_args={"timeout": ANSWER_WITHIN_S}, **pool)

    @event.listens_for(engine, "connect")
    def _set_pragmas(connection, _record) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _engine(address: URL, **options) -> Engine:
    """What it says of an error may be logged, so it has no value of a row in it."""
    engine = create_engine(address, hide_parameters=True, **options)
    event.listen(engine, "handle_error", tell_no_values)
    return engine


def _keep_from_others(file: Path) -> None:
    """SQLite makes log and index of a file as readable as the file is; the copies are those made before an update."""
    private_folder(file.parent)
    private_file(file)
    for beside in (*file.parent.glob(f"{file.name}-*"), *_copies(file)):
        narrow(beside)


def _copies(file: Path) -> Iterator[Path]:
    return file.parent.glob(f"{file.stem}-before-update-*{file.suffix}")


def bring_up(engine: Engine) -> None:
    """Make the tables, or change those of an earlier version to what this one needs; of a SQLite file a copy is kept.

    Raises:
        StoreError: a newer version made this database, or there is no room for the copy; nothing was changed.
        OtherServer: a server of an earlier version runs on it; nothing was changed.
    """
    with _alone(engine) as connection:
        if is_up_to_date(connection):
            return
        if not is_empty(connection):
            _refuse_while_served(connection)
            logger.warning("The class database is of an earlier version and is updated now. %s", _backed_up(connection))
        run_steps(connection)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which tables may be changed: as a whole or not at all, and by one server at a time."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.detach()  # closed afterwards, so that the pool never gets what is set here
            connection.connection.dbapi_connection.isolation_level = None  # else no table change can be rolled back
            # A table that SQLite cannot alter is made anew, and dropping the old one would take its rows' rows along.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_UPDATE_LOCK)))
        yield connection
        connection.commit()


def _refuse_while_served(connection: Connection) -> None:
    """Tables are not changed under a server that uses them."""
    if not inspect(connection).has_table(heartbeat.name):
        return
    now = now_ms(connection.engine)
    # Also not from the future: then the clock was set back, and a server that lives is heard of anew in two seconds.
    recent = heartbeat.c.heard_ms.between(now - SILENT_MS, now + SILENT_MS)
    if connection.execute(select(heartbeat.c.server_id).where(recent)).first():
        raise OtherServer(
            "The class database must be updated, and a server uses it or did so seconds ago. Nothing was changed: stop"
            " that server and start again."
        )


def now_ms(engine: Engine) -> ColumnElement[int]:
    """The time by which servers of one database compare what they wrote: the database server's own; of a file, which is
    on this machine, the machine's."""
    if engine.dialect.name == "postgresql":
        return cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
    return literal(time.time_ns() // 1_000_000, BigInteger)


def _backed_up(connection: Connection) -> str:
    """Keep a copy of a SQLite file beside it, and say where and what to do with it."""
    if connection.dialect.name != "sqlite":
        return "No copy is made of what a database server holds: that is for pg_dump, before an update."
    path = Path(connection.engine.url.database)
    copy = path.with_name(f"{path.stem}-before-update-{datetime.now(UTC):%Y-%m-%d-%H%M%S}{path.suffix}")
    try:
        copy.touch(0o600)
        # A connection of its own: SQLite copies nothing through one that is about to write.
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except (OSError, sqlite3.Error) as error:
        copy.unlink(missing_ok=True)
        raise StoreError(
            f"The class database must be updated, and no copy of it can be kept first ({error}). Nothing was changed:"
            f" make room in {path.parent} and start again."
        ) from error
    return f"A copy of it is {copy}; delete it when all classes are there, for what is erased stays in it."
