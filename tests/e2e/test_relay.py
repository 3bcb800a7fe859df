"""coturn with ``deploy/turnserver.conf`` and our credentials: who gets in, for how long, and what is reached from there."""

import asyncio
import contextlib

import pytest
from aioice.ice import get_host_addresses
from aioice.stun import TransactionFailed
from aioice.turn import create_turn_endpoint

from classroom.clock import now_ms
from classroom.turn import credentials
from tests import own_loop
from tests.e2e.outside import SECRET, Coturn


@pytest.fixture(scope="module")
def coturn(tmp_path_factory):
    with Coturn(tmp_path_factory.mktemp("relay")).running() as running:
        yield running


class Peer(asyncio.DatagramProtocol):
    """Its first answer, or the error in place of one. ``echoes``: sends back what comes."""

    def __init__(self, echoes: bool = False) -> None:
        self.answer = asyncio.get_running_loop().create_future()
        self._echoes = echoes

    def connection_made(self, transport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr) -> None:
        if self._echoes:
            self._transport.sendto(data, addr)
        else:
            self.answer.set_result(data)

    def error_received(self, error: Exception) -> None:
        self.answer.set_exception(error)


async def through(coturn: Coturn, address: tuple[str, int], valid_s: int = 60, transport: str = "udp", secret=SECRET):
    """What comes back of a word that is sent to this address through the relay."""
    password = credentials(secret, "7", now_ms(), valid_s)
    relay, peer = await create_turn_endpoint(Peer, ("127.0.0.1", coturn.port), *password, transport=transport)
    try:
        relay.sendto(b"hello", address)
        return await asyncio.wait_for(peer.answer, 30)
    finally:
        relay.close()


@contextlib.asynccontextmanager
async def the_class():
    """Somebody who answers at an address that the relay may reach."""
    address = get_host_addresses(use_ipv4=True, use_ipv6=False)[0]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Peer(echoes=True), local_addr=(address, 0))
    yield transport.get_extra_info("sockname")
    transport.close()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_class_is_reached_over_udp_and_where_that_is_blocked_over_tcp(coturn, transport):
    async def run():
        async with the_class() as address:
            return await through(coturn, address, transport=transport)

    assert own_loop.run(run()) == b"hello"


@pytest.mark.parametrize(
    ("options", "why"), [({"valid_s": -1}, "its time is over"), ({"secret": "guessed"}, "another secret")]
)
def test_nobody_gets_in_with_other_credentials(coturn, options, why):
    with pytest.raises(TransactionFailed) as error:
        own_loop.run(through(coturn, ("192.0.2.1", 9), **options))
    assert error.value.response.error_code == 401, why


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "172.30.77.12", "192.168.1.1", "169.254.169.254", "127.0.0.1", "8.8.8.8"]
)
def test_nothing_but_the_class_is_reached(coturn, address):
    """The relay refuses before it sends anything there."""
    with pytest.raises(TransactionFailed) as error:
        own_loop.run(through(coturn, (address, 9)))
    assert error.value.response.error_code == 403
