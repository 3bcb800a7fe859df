"""The server's end of the network test: a peer without video, for some seconds, that a browser tries to reach.

The same library and the same way as a student's video, so that what is found is true of that. Who may ask has a ticket,
which the page that offers the test gives: a stranger cannot make this machine send packets anywhere.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription

from classroom.codes import new_token
from classroom.errors import BadInput
from classroom.tries import Tries
from classroom.ui import ice_guard, port_guard
from classroom.ui.offers import unwanted

logger = logging.getLogger(__name__)
port_guard.install()
ice_guard.install()

AT_ONCE = 8
LIVES_S = 20.0
TICKET_S = 120.0
# A test is two connections, one of them through TURN.
USES = 2
MOST_TICKETS = 500
TESTS_A_MINUTE = 4  # of one page


class NoRoom(Exception):
    """Others test their network now."""


class NetworkPeers:
    """Tickets, and the peers that answer now. Peers belong to the event loop, tickets to any thread."""

    def __init__(self) -> None:
        self._tickets: dict[str, tuple[float, int]] = {}  # until when, monotonic, and for how many connections
        self._peers: set[asyncio.Task] = set()
        self._tests = Tries(lambda: round(time.monotonic() * 1000), TESTS_A_MINUTE, 60_000)

    def ticket(self, page: str) -> str:
        """Lets one browser ask for the connections of one test.

        Args:
            page: the open page that asks.

        Raises:
            BadInput: it has asked too often within a minute.
        """
        if not self._tests.count(page):
            raise BadInput("Those were many tests in one minute. Wait a minute, then test again.")
        now_s = time.monotonic()
        tickets = {each: rest for each, rest in self._tickets.items() if rest[0] > now_s}
        ticket = new_token()
        self._tickets = dict(list(tickets.items())[1 - MOST_TICKETS :]) | {ticket: (now_s + TICKET_S, USES)}
        return ticket

    def claim(self, ticket: str) -> bool:
        """Whether this ticket is good for one more connection, which it pays for."""
        until_s, uses = self._tickets.pop(ticket, (0.0, 0))
        if until_s < time.monotonic():
            return False
        if uses > 1:
            self._tickets[ticket] = (until_s, uses - 1)
        return True

    async def answer(self, offer_sdp: str, stun_urls: Sequence[str], visitor: str = "") -> str:
        """Answer a browser's offer of a data channel; the peer goes away by itself.

        Args:
            visitor: the address that the offer came from.

        Raises:
            NoRoom: as many peers are there as there may be.
            ValueError: no offer that can be answered.
        """
        if why := unwanted(offer_sdp, "application"):
            raise ValueError(f"This offer cannot be answered: {why}")
        if len(self._peers) >= AT_ONCE:
            raise NoRoom
        peer = RTCPeerConnection(RTCConfiguration([RTCIceServer(urls=url) for url in stun_urls]))
        # Counted before anything is waited for: of eighty that ask at once all would find room.
        task = asyncio.create_task(_close_later(peer), name="network-test")
        self._peers.add(task)
        task.add_done_callback(self._peers.discard)
        try:
            with ice_guard.visited_from(visitor):
                await peer.setRemoteDescription(RTCSessionDescription(offer_sdp, "offer"))
            await peer.setLocalDescription(await peer.createAnswer())
        except Exception as error:  # whatever a parser meets in what somebody made up
            task.cancel()
            await peer.close()
            self._peers.discard(task)
            raise ValueError(f"This offer cannot be answered: {error!r}") from error
        return peer.localDescription.sdp


async def _close_later(peer: RTCPeerConnection) -> None:
    try:
        await asyncio.sleep(LIVES_S)
    finally:
        await peer.close()


# One for the process: pages give tickets of it, a route takes them.
PEERS = NetworkPeers()
