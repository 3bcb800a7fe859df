"""The server's end of the network test: who may ask, how often, and a real connection that comes about."""

import asyncio

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from starlette.applications import Starlette
from starlette.testclient import TestClient

from classroom.errors import BadInput
from classroom.ui import network_peers
from classroom.ui.addresses import JOIN, NETWORK_TEST, SETTINGS
from classroom.ui.network_peers import MOST_TICKETS, PEERS, TESTS_A_MINUTE, USES, NetworkPeers, NoRoom
from classroom.ui.routes import ROUTES
from tests import own_loop

OWN = {"sec-fetch-site": "same-origin"}
BUTTON = "Test camera and network"


@pytest.fixture
def client(server) -> TestClient:
    return TestClient(Starlette(routes=ROUTES), base_url="http://school.example")


def ask(client, ticket: str, sdp: str = "nothing", headers=OWN):
    return client.post(NETWORK_TEST, data={"ticket": ticket, "sdp": sdp}, headers=headers)


async def offer(with_video: bool = False) -> tuple[RTCPeerConnection, asyncio.Event]:
    """A browser's end with an offer, and what is set when its channel opens."""
    browser, opened = RTCPeerConnection(), asyncio.Event()
    channel = browser.createDataChannel("test")
    channel.on("open", opened.set)
    if with_video:
        browser.addTransceiver("video", "sendonly")
    await browser.setLocalDescription(await browser.createOffer())
    return browser, opened


async def sdp_of_an_offer() -> str:
    browser, _ = await offer()
    await browser.close()
    return browser.localDescription.sdp


def test_a_browser_that_reaches_the_peer_has_a_channel():
    async def run() -> None:
        peers = NetworkPeers()
        browser, opened = await offer()
        sdp = await peers.answer(browser.localDescription.sdp, [])
        await browser.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        await asyncio.wait_for(opened.wait(), 30)
        await browser.close()
        await end_all(peers)

    own_loop.run(run())


def test_a_peer_goes_away_by_itself_and_at_most_some_are_there(monkeypatch):
    async def run() -> None:
        monkeypatch.setattr(network_peers, "AT_ONCE", 1)
        monkeypatch.setattr(network_peers, "LIVES_S", 0.01)
        peers = NetworkPeers()
        browser, _ = await offer()
        await peers.answer(browser.localDescription.sdp, [])
        with pytest.raises(NoRoom):
            await peers.answer(browser.localDescription.sdp, [])
        await asyncio.wait_for(asyncio.gather(*peers._peers), 30)
        assert await peers.answer(browser.localDescription.sdp, [])
        await browser.close()
        await end_all(peers)

    own_loop.run(run())


MANY_ADDRESSES = "".join(f"a=candidate:1 1 udp 1 192.0.2.1 {port} typ host\r\n" for port in range(2000, 2051))


@pytest.mark.parametrize("sdp", ["", "nothing", "v=0\r\nm=video", "v=0\r\n" * 500, MANY_ADDRESSES])
def test_what_is_no_offer_is_an_error_and_leaves_no_peer(sdp):
    async def run() -> None:
        peers = NetworkPeers()
        with pytest.raises(ValueError, match="cannot be answered"):
            await peers.answer(sdp, [])
        assert not peers._peers

    own_loop.run(run())


def test_nobody_sends_video_to_a_test():
    async def run() -> None:
        peers = NetworkPeers()
        browser, _ = await offer(with_video=True)
        with pytest.raises(ValueError, match="video, application instead of one application"):
            await peers.answer(browser.localDescription.sdp, [])
        await browser.close()

    own_loop.run(run())


async def end_all(peers: NetworkPeers) -> None:
    for task in list(peers._peers):
        task.cancel()
    await asyncio.gather(*peers._peers, return_exceptions=True)


def test_of_eighty_that_ask_at_once_eight_are_answered():
    """The place is taken before anything is waited for."""

    async def run() -> None:
        peers = NetworkPeers()
        browser, _ = await offer()
        asked = [peers.answer(browser.localDescription.sdp, []) for _ in range(80)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert len([each for each in answers if isinstance(each, str)]) == network_peers.AT_ONCE == 8
        assert len([each for each in answers if isinstance(each, NoRoom)]) == 72
        assert len(peers._peers) == 8
        await browser.close()
        await end_all(peers)

    own_loop.run(run())


def test_a_page_may_test_a_few_times_a_minute_and_others_meanwhile(monkeypatch):
    peers = NetworkPeers()
    for _ in range(TESTS_A_MINUTE):
        peers.ticket("page")
    with pytest.raises(BadInput, match="Wait a minute"):
        peers.ticket("page")
    assert peers.ticket("another page")
    later_s = network_peers.time.monotonic() + 61
    monkeypatch.setattr(network_peers.time, "monotonic", lambda: later_s)
    assert peers.ticket("page")


def test_a_ticket_is_good_for_one_test_and_for_two_minutes(monkeypatch):
    peers = NetworkPeers()
    ticket = peers.ticket("page")
    assert [peers.claim(ticket) for _ in range(USES + 1)] == [True] * USES + [False]
    assert not peers.claim("guessed")
    late = peers.ticket("page")
    later_s = network_peers.time.monotonic() + network_peers.TICKET_S + 1
    monkeypatch.setattr(network_peers.time, "monotonic", lambda: later_s)
    assert not peers.claim(late)


def test_tickets_that_nobody_uses_do_not_grow():
    peers = NetworkPeers()
    first, *_, last = [peers.ticket(f"page {number}") for number in range(MOST_TICKETS + 5)]
    assert len(peers._tickets) == MOST_TICKETS
    assert peers.claim(last) and not peers.claim(first)


def test_without_a_ticket_or_from_a_foreign_page_there_is_no_answer(client):
    assert ask(client, "guessed").status_code == 403
    assert ask(client, PEERS.ticket("page"), headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_an_offer_that_is_none_is_said(client):
    assert ask(client, PEERS.ticket("page")).status_code == 400


def test_too_many_at_once_are_told_so(client, monkeypatch):
    monkeypatch.setattr(network_peers, "AT_ONCE", 0)
    assert ask(client, PEERS.ticket("page"), own_loop.run(sdp_of_an_offer())).status_code == 503


def test_the_test_is_silent_until_somebody_asks(browser, server, seeded, as_ada):
    browser.open(SETTINGS)
    assert "Testing" not in browser.text and not PEERS.claim("")
    next(button for button in browser.app.button if button.label == BUTTON).click().run()
    assert browser.failed == []


def test_a_student_finds_it_where_a_code_is_known_and_a_stranger_does_not(browser, server, seeded):
    browser.open(JOIN)
    assert BUTTON not in [button.label for button in browser.app.button]
    browser.open(JOIN, code=seeded.info.code)
    assert BUTTON in [button.label for button in browser.app.button]
    assert browser.failed == []
