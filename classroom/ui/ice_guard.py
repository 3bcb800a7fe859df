"""What a connection may learn of the addresses that its other end has, whichever way it learns it.

aioice pairs every address with every port of its own, compares each new pair with all others, sorts them anew, and
sends packets to all of them: four thousand addresses in one message held up everybody's video for 37 seconds. Here few
are taken, and only such as a browser can have (``classroom.candidates``): from offers, from what is said later, and
from whom packets come.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from aioice import Candidate, Connection
from aioice.ice import StunProtocol
from aioice.stun import Message
from aiortc import rtcicetransport

from classroom.candidates import MOST_CANDIDATES, MOST_LEARNED, Named, is_usable

_visitor: ContextVar[str] = ContextVar("visitor", default="")


@contextlib.contextmanager
def visited_from(address: str) -> Iterator[None]:
    """Connections that are made in this block belong to a page that was asked for from this address."""
    token = _visitor.set(address)
    try:
        yield
    finally:
        _visitor.reset(token)


class GuardedIce(Connection):
    """The ICE connection that aiortc makes."""

    def __init__(self, *args, **settings) -> None:
        super().__init__(*args, **settings)
        self._came_from = _visitor.get()
        self._taken = self._learned = 0
        self._has_left_out = False

    async def add_remote_candidate(self, remote_candidate: Candidate | None) -> None:
        if remote_candidate is None:
            # That was all: but who named an address that was left out will be known by a packet from it.
            if not self._has_left_out:
                await super().add_remote_candidate(None)
        elif self._taken < MOST_CANDIDATES and is_usable(_as_named(remote_candidate), self._came_from):
            self._taken += 1
            await super().add_remote_candidate(remote_candidate)
        else:
            self._has_left_out = True

    def check_incoming(self, message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        # With the password of the connection, so it is the other end; but it may send from as many ports as it likes.
        if not any((each._network_host, each.port) == addr[:2] for each in self._remote_candidates):
            if self._learned == MOST_LEARNED:
                return
            self._learned += 1
        super().check_incoming(message, addr, protocol)


def _as_named(candidate: Candidate) -> Named:
    return Named(
        *(candidate.component, candidate.transport, candidate.priority),
        *(candidate.host, candidate.port, candidate.type),
    )


def install() -> None:
    """Have aiortc make guarded connections."""
    rtcicetransport.Connection = GuardedIce
