"""What connections learn of the other end's addresses: few, and only such as a browser has."""

import asyncio
import contextlib

import pytest
from aioice import stun
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from classroom.candidates import MOST_CANDIDATES, MOST_LEARNED
from classroom.ui import camera, ice_guard
from classroom.ui.ice_guard import GuardedIce
from classroom.ui.peer_guard import PeerGuard, WatchedConnection
from tests import own_loop

assert camera.peer_guard  # importing the page's camera is what installs the guards
HOST = "1 1 udp 2122194687 {} {} typ host"
HIDDEN = "3f1e0c9a-1b2c-4d5e-8f90-123456789abc.local"
WITHIN_S = 30


def named(host: str, port: int = 50_000):
    candidate = candidate_from_sdp(HOST.format(host, port))
    candidate.sdpMid, candidate.sdpMLineIndex = "0", 0
    return candidate


def ice_of(connection: RTCPeerConnection) -> GuardedIce:
    return next(iter(connection._RTCPeerConnection__iceTransports))._connection


class Pair:
    """A browser, and the server's end of its connection. ``ended`` grows when the server ends it."""

    def __init__(self, visitor: str = "203.0.113.9") -> None:
        self.ended: list[str] = []
        self.browser = RTCPeerConnection()
        guard = PeerGuard("student 7", self.ended.append, visitor=visitor)
        with guard.watching():
            self.server = WatchedConnection()

    async def offer(self, change, is_answered: bool) -> None:
        """The browser's offer, changed, comes in. Without an answer no packet is sent to anybody."""
        self.browser.addTransceiver("video", direction="sendonly")
        await self.browser.setLocalDescription(await self.browser.createOffer())
        await self.server.setRemoteDescription(
            RTCSessionDescription(change(self.browser.localDescription.sdp), "offer")
        )
        if is_answered:
            await self.server.setLocalDescription(await self.server.createAnswer())

    async def is_ended(self) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not (self.ended and self.server.connectionState == "closed"):
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        await self.browser.close()
        await self.server.close()


def without_candidates(sdp: str) -> str:
    return "".join(line for line in sdp.splitlines(keepends=True) if not line.startswith(("a=candidate", "a=end-of")))


def run(case, *args) -> None:
    own_loop.run(asyncio.wait_for(case(*args), 2 * WITHIN_S))


@contextlib.asynccontextmanager
async def offered(change=without_candidates, visitor: str = "203.0.113.9", is_answered: bool = False):
    pair = Pair(visitor)
    await pair.offer(change, is_answered)
    try:
        yield pair
    finally:
        await pair.close()


def answered(change=without_candidates):
    """With packets to whatever is named; so only this machine itself is."""
    return offered(change, visitor="", is_answered=True)


def test_ten_thousand_addresses_end_the_connection_and_fifty_were_looked_at(caplog):
    async def case() -> None:
        async with answered() as pair:
            ice = ice_of(pair.server)
            for number in range(10_000):
                await pair.server.addIceCandidate(named(f"127.0.{number >> 8}.{number & 255}"))
            await pair.is_ended()
            assert len(ice.remote_candidates) == MOST_CANDIDATES
            assert pair.ended == ["it named more than 50 addresses of its own"]

    run(case)
    said = [each.getMessage() for each in caplog.records if each.name == "classroom.ui.peer_guard"]
    assert said == ["The video of student 7 was ended: it named more than 50 addresses of its own."]


def test_those_of_the_offer_and_those_of_later_are_counted_together():
    async def case() -> None:
        lines = "".join(f"a=candidate:{HOST.format('127.0.0.1', port)}\r\n" for port in range(2_000, 2_030))
        async with answered(lambda sdp: without_candidates(sdp) + lines) as pair:
            for port in range(3_000, 3_020):
                await pair.server.addIceCandidate(named("127.0.0.2", port))
            assert pair.ended == []
            await pair.server.addIceCandidate(named("127.0.0.2", 3_020))
            await pair.is_ended()

    run(case)


def test_addresses_that_no_browser_has_are_left_out_and_the_connection_goes_on():
    async def case() -> None:
        async with offered() as pair:
            for host in ("224.0.0.251", "255.255.255.255", "127.0.0.1", "169.254.169.254", HIDDEN, "evil.example"):
                await pair.server.addIceCandidate(named(host))
            await pair.server.addIceCandidate(named("192.0.2.7"))
            assert [each.host for each in ice_of(pair.server).remote_candidates] == ["192.0.2.7"]
            assert pair.ended == []

    run(case)


def test_on_the_machine_itself_loopback_is_an_address():
    async def case() -> None:
        async with offered(visitor="") as pair:
            await pair.server.addIceCandidate(named("127.0.0.1"))
            assert [each.host for each in ice_of(pair.server).remote_candidates] == ["127.0.0.1"]

    run(case)


def test_nobody_in_the_network_is_asked_for_a_name(monkeypatch):
    async def never(*_):
        pytest.fail("the network was asked")

    async def case() -> None:
        async with answered() as pair:
            await pair.server.addIceCandidate(named(HIDDEN))

    monkeypatch.setattr("aioice.ice.get_or_create_mdns_protocol", never)
    run(case)


def test_a_browser_that_hides_all_its_addresses_is_connected_by_the_packets_that_it_sends():
    """As Chromium and Firefox do while a page has no camera; Firefox says, too, that this was all."""

    def hide(sdp: str) -> str:
        return without_candidates(sdp) + f"a=candidate:{HOST.format(HIDDEN, 50_000)}\r\na=end-of-candidates\r\n"

    async def case() -> None:
        async with answered(hide) as pair:
            answer = RTCSessionDescription(pair.server.localDescription.sdp, "answer")
            await pair.browser.setRemoteDescription(answer)
            while pair.server.connectionState != "connected":
                await asyncio.sleep(0.05)
            assert {each.type for each in ice_of(pair.server).remote_candidates} == {"prflx"}

    run(case)


def test_who_has_the_password_and_sends_from_ever_new_ports_is_known_by_a_few():
    """Each would be paired and answered, in a list that is searched and sorted for every one of them."""

    async def case() -> None:
        async with answered() as pair:
            ice = ice_of(pair.server)
            port = ice._protocols[0]
            for number in range(300):
                ice.check_incoming(_check(), ("127.0.0.9", 20_000 + number), port)
            assert len(ice.remote_candidates) == len(ice._check_list) == MOST_LEARNED
            ice.check_incoming(_check(), ("127.0.0.9", 20_000), port)  # a known one is heard all the same
            for check in ice._check_list:
                check.task.cancel()

    run(case)


def _check() -> stun.Message:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["PRIORITY"] = 1
    return message


def test_the_connection_of_a_network_test_is_guarded_as_well():
    async def case() -> None:
        with ice_guard.visited_from("203.0.113.9"):
            peer = RTCPeerConnection()
            peer.addTransceiver("video")
        assert isinstance(ice_of(peer), GuardedIce)
        await peer.close()

    run(case)


def test_a_connection_that_does_not_come_about_is_closed(monkeypatch):
    monkeypatch.setattr("classroom.ui.peer_guard.CONNECT_S", 0.05)

    async def case() -> None:
        async with answered() as pair:
            while pair.server.connectionState != "closed":
                await asyncio.sleep(0.01)
            assert pair.ended == [], "nothing was wrong with it"

    run(case)


def test_the_fifth_open_connection_of_a_camera_closes_the_first():
    async def case() -> None:
        pairs = []
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(5):
                pairs.append(await stack.enter_async_context(answered()))
            while pairs[0].server.connectionState != "closed":
                await asyncio.sleep(0.01)
            assert "closed" not in {pair.server.connectionState for pair in pairs[1:]}
            assert [pair.ended for pair in pairs] == [[]] * 5

    run(case)
