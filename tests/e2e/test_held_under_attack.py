"""On the real server: what one student or a stranger can do to it, and the class beside it goes on.

The same attacks are measured by ``benchmarks.attacks``.
"""

import asyncio
import contextlib
import socket
import time

import websockets
from playwright.sync_api import Playwright, expect

from benchmarks.attack_candidates import ManyCandidates
from benchmarks.attack_circle import OfferAndStop
from benchmarks.attack_large import FIELD
from benchmarks.browser import launch
from benchmarks.camera_clip import FPS, encode
from benchmarks.server import ServerProcess
from benchmarks.streamlit_page import StreamlitPage
from benchmarks.student_peer import StudentPeer
from benchmarks.teacher_peer import open_class
from classroom import open_files
from classroom.server import CONNECTIONS_A_MINUTE
from classroom.ui.addresses import JOIN
from classroom.ui.message_pace import AT_ONCE
from tests import media, own_loop
from tests.e2e.people import PATIENCE_MS
from tests.fakes import lacking

TIMEOUT_S = 90.0
TOO_MANY = "was ended: it named more than 50 addresses of its own."


def test_a_class_notices_nothing_of_what_a_student_and_a_stranger_do(fresh_server):
    own_loop.run(_lesson(fresh_server))


async def _lesson(server: ServerProcess) -> None:
    _, code = open_class(server)
    face = encode([media.astronaut_bgr()[:240, 60:380]] * (2 * FPS))
    ann = StudentPeer(server.url, code, "Ann", face)
    task = asyncio.create_task(ann.run())

    async def goes_on() -> None:
        seen = _count(server, "Ann")
        await _until(lambda: _count(server, "Ann") > seen + 2)
        assert ann.connections == 1, "nobody had to connect anew"

    try:
        await _until(lambda: _count(server, "Ann") > 1)
        async with _joined(ManyCandidates(server.url, code, "Eve", face, with_files=False)) as eve:
            await _until(lambda: TOO_MANY in _log(server))
            await goes_on()
            assert eve.said_s and _log(server).count(TOO_MANY) == 1
        async with _joined(OfferAndStop(server.url, code, "Max", face, with_files=False)) as max_:
            await _until(lambda: max_.circles > CONNECTIONS_A_MINUTE + 1)
            await goes_on()
            assert 1 < max_.answered <= CONNECTIONS_A_MINUTE
        await _a_page_without_a_pause(server, code, goes_on)
        await _a_page_with_much_text(server)
        await goes_on()
        said = len(_log(server))
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", server.port)) as broken:
                broken.sendall(b"POST /student/join HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nclass_")
        await goes_on()
        assert len(_log(server)) - said < 200, "one line at most"
        assert "Traceback" not in _log(server)
    finally:
        ann.leave()
        await asyncio.wait({task}, timeout=TIMEOUT_S)
    assert task.exception() is None


@contextlib.asynccontextmanager
async def _joined(peer: StudentPeer):
    task = asyncio.create_task(peer.run())
    try:
        yield peer
    finally:
        peer.leave()
        await asyncio.wait({task}, timeout=TIMEOUT_S)
        task.cancel()


async def _a_page_without_a_pause(server: ServerProcess, code: str, goes_on) -> None:
    page = await StreamlitPage.open(server.url, JOIN, {}, f"code={code}")
    runs: list[float] = []

    async def flood() -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await page._ask()
                runs.append(time.monotonic())

    flooding = asyncio.create_task(flood())
    try:
        await _until(lambda: len(runs) > 10 * AT_ONCE)
        await goes_on()
    finally:
        flooding.cancel()
        await page.close()


async def _a_page_with_much_text(server: ServerProcess) -> None:
    page = await StreamlitPage.open(server.url, JOIN, {})
    await page.until(lambda: page.fields.get(FIELD), TIMEOUT_S)
    with contextlib.suppress(websockets.ConnectionClosed):
        await page.type(FIELD, "x" * 2_000_000)
    await _until(lambda: not page.is_open)
    await page.close()


def test_a_server_that_was_started_with_few_files_answers_beside_1100_connections_that_ask_nothing(tmp_path):
    resource = open_files.resource
    if resource is None:
        lacking("needs a system with limits of open files")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4_096:
        lacking("needs a system that gives 4,096 files")
    server = ServerProcess(tmp_path / "server")
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, hard))  # as many systems start a program
    try:
        server.start()
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_096), hard))
        with contextlib.ExitStack() as stack:
            for _ in range(1_100):
                stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
            assert server.is_well()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        server.stop()


def test_a_browser_that_hides_its_addresses_finds_that_video_gets_through(
    fresh_server: ServerProcess, playwright: Playwright
):
    """Names in place of addresses (mDNS), as browsers give them to a page without a camera; nobody resolves them."""
    _, code = open_class(fresh_server)
    browser = launch(playwright, says_yes=False, hides_addresses=True)
    try:
        page = browser.new_page()
        page.add_init_script(_KEEPS_OFFERS)
        page.goto(f"{fresh_server.url}{JOIN}?code={code}")
        page.get_by_role("button", name="Test camera and network").click(timeout=PATIENCE_MS)
        expect(page.get_by_text("Video (UDP) reaches the class directly.")).to_be_visible(timeout=PATIENCE_MS)
        named = [line for line in page.evaluate("window.candidates") if line]
        assert named and all(".local " in line for line in named)
    finally:
        browser.close()


_KEEPS_OFFERS = """
window.candidates = [];
const Real = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(...settings) {
    super(...settings);
    this.addEventListener("icecandidate", (event) => window.candidates.push(event.candidate?.candidate));
  }
};"""


def _log(server: ServerProcess) -> str:
    return server.output.read_text("utf-8", errors="replace")


def _count(server: ServerProcess, name: str) -> int:
    query = "select count(*) from readings join students on students.id = student_id where name = ?"
    return server.one(query, name)


async def _until(is_so) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < until, "it did not come to that"
        await asyncio.sleep(0.2)
