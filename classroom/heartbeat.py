"""One database takes one server: a row in it says which, and is renewed as long as that server lives.

A class lives in the memory of one process: who is here, the newest frames, what is added up. Two servers on one
database would show and store different halves of it. So a second one does not start. A killed one is followed by the
next as soon as that is known: at once where its process was on this machine, else when it has been silent for 10 s.

A server that stood still for so long (a machine that slept) and finds another one in its place writes no more: what it
wrote would be of a class that goes on elsewhere. One that nobody has followed goes on; so does one whose database was
away, because nobody else could have had that either.
"""

import logging
import threading
from collections.abc import Callable

from classroom.clock import Clock, now_ms
from classroom.errors import OtherServer, StoreError
from classroom.store import Store
from classroom.store.database import SILENT_MS
from classroom.store.heartbeat import Holder

logger = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
# So long after a beat each writing asks first. Half of what makes a server gone: what was begun before has time to end.
SURE_MS = SILENT_MS // 2
LOOK_EVERY_S = 0.5
# A server that is being stopped may need so long; afterwards the next one gives up.
WAIT_MS = SILENT_MS + 2_000

REFUSED = (
    "Another ClassPulse server is running on this class database, and a database takes one server: stop that one first,"
    " or give this one a database of its own (DATABASE_URL or CLASSPULSE_DATA)."
)
REPLACED = (
    "This server was not heard of for a while, and another one has its class database now. Nothing is read or written"
    " here any more: use that one, and stop this one."
)


class Heartbeat:
    """Has the database for this server. Owns the thread that renews the row. ``close()`` may be called twice."""

    def __init__(
        self,
        store: Store,
        server_id: str,
        is_alive: Callable[[str], bool | None] = lambda server_id: None,
        clock: Clock = now_ms,
    ) -> None:
        """Wait until no other server has the database, and have it.

        Args:
            is_alive: whether the process of the server of this id lives; ``None``: not known.
            clock: of this machine; the rows are compared by the database's.

        Raises:
            OtherServer: another one has it and lives.
            StoreError: the database does not answer.
        """
        self._store, self._server_id, self._is_alive, self._clock = store, server_id, is_alive, clock
        self._stop = threading.Event()
        self._beat_ms = 0  # when the last beat began that was answered
        self._is_replaced = False
        self._take()
        self.beat()
        store.heartbeat.guard(server_id, self._is_sure, self._give_up)
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def beat(self) -> None:
        """Be heard of.

        Raises:
            OtherServer: another one has taken the database.
            StoreError: the database does not answer.
        """
        at_ms = self._clock()
        if self._store.heartbeat.take(self._server_id):
            self._give_up()
        self._beat_ms = at_ms

    def close(self) -> None:
        """Free the database for the next server. To be called when nothing writes any more."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._thread.join(timeout=10)
        try:
            self._store.heartbeat.release(self._server_id)
        except StoreError:
            pass  # the next server waits some seconds

    def _take(self) -> None:
        first: Holder | None = None
        gone: Holder | None = None
        began_ms = self._clock()
        while holder := self._store.heartbeat.take(self._server_id, gone):
            waited_ms = self._clock() - began_ms
            first = first or holder
            if (holder.server_id, holder.heard_ms) != (first.server_id, first.heard_ms):
                raise OtherServer(REFUSED)
            is_alive = self._is_alive(holder.server_id)
            # The clock that silence is measured by may have been set back; then only waiting tells.
            is_silent = max(holder.silent_ms, waited_ms) >= SILENT_MS
            if is_alive is False or (is_alive is None and is_silent):
                gone = holder
                continue
            if waited_ms > WAIT_MS:  # asked last: on a busy machine one look may take longer than what is left
                raise OtherServer(REFUSED)
            if holder is first:
                logger.warning(
                    "Another server had this class database %.0f s ago; this one waits to see whether that still runs.",
                    max(holder.silent_ms, 0) / 1000,
                )
            self._stop.wait(LOOK_EVERY_S)

    def _is_sure(self) -> bool:
        return self._stop.is_set() or self._clock() - self._beat_ms < SURE_MS

    def _give_up(self) -> None:
        if not self._is_replaced:
            self._is_replaced = True
            logger.error(REPLACED)
            self._store.heartbeat.refuse(REPLACED)
        raise OtherServer(REPLACED)

    def _run(self) -> None:
        while not self._stop.wait(BEAT_EVERY_S):
            try:
                self.beat()
            except OtherServer:
                return
            except StoreError:
                pass  # the recorder says so
            except Exception:
                logger.exception("A beat failed in an unforeseen way.")
