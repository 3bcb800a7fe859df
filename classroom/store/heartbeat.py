"""The one row that says which server has the database, and when it was last heard of."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from classroom.store.database import UNCHECKED, Database, now_ms
from classroom.store.tables import heartbeat

_ID = 1


@dataclass(frozen=True)
class Holder:
    """The server that has the database.

    Attributes:
        heard_ms: when it was last heard of, by the database's clock; changes with every beat.
        silent_ms: for how long it was not heard of. Below zero where that clock was set back.
    """

    server_id: str
    heard_ms: int
    silent_ms: int


class HeartbeatTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, server_id: str, gone: Holder | None = None) -> Holder | None:
        """Have the database, or go on having it: one beat.

        Args:
            gone: whose place may be taken, if nothing was heard of it since.

        Returns:
            Who has it, ``None`` when it is this server.
        """
        with self._database.begin() as connection:
            return self._take(connection, server_id, gone)

    def release(self, server_id: str) -> None:
        """Free for the next server; nothing happens when another one has it."""
        with self._database.begin() as connection:
            mine = heartbeat.c.server_id == server_id
            connection.execute(delete(heartbeat).where(mine), execution_options=UNCHECKED)

    def guard(self, server_id: str, is_sure: Callable[[], bool], give_up: Callable[[], None]) -> None:
        """From now on write nothing that would be written under another server.

        Args:
            is_sure: whether this server has the database for certain. If not, what writes takes it once more within its
                own transaction; as long as that lasts nobody else can.
            give_up: called when another one has it; it must raise.
        """

        def check(connection: Connection) -> None:
            if not is_sure() and self._take(connection, server_id):
                give_up()

        self._database.before_writing(check)

    def refuse(self, sentence: str) -> None:
        """Another server has the database: every method of the store raises ``OtherServer`` with this sentence."""
        self._database.refuse(sentence)

    def _take(self, connection: Connection, server_id: str, gone: Holder | None = None) -> Holder | None:
        mine = heartbeat.c.server_id == server_id
        if gone is not None:
            mine |= (heartbeat.c.server_id == gone.server_id) & (heartbeat.c.heard_ms == gone.heard_ms)
        engine = self._database.engine
        while True:
            beat = {"server_id": server_id, "heard_ms": now_ms(engine)}
            again = update(heartbeat).where(mine).values(beat)
            if connection.execute(again, execution_options=UNCHECKED).rowcount == 1:
                return None
            first = self._database.insert_new(heartbeat).values(beat | {"id": _ID})
            connection.execute(first, execution_options=UNCHECKED)
            silent_ms = now_ms(engine) - heartbeat.c.heard_ms
            found = connection.execute(select(heartbeat.c.server_id, heartbeat.c.heard_ms, silent_ms)).first()
            if found:  # else it was released just now
                return None if found.server_id == server_id else Holder(*found)
