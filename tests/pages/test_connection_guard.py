"""Requests that never come to an end, on the server that Streamlit starts (uvicorn), with times that a test can wait for."""

import asyncio
import contextlib
import logging
import socket
import threading
import time

import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from classroom.ui import connection_guard
from classroom.ui.broken_off import BrokenOff
from classroom.ui.connection_guard import MESSAGE_BYTES, MOST_HEADER_BYTES, guard
from classroom.ui.message_pace import MessagePace
from classroom.ui.uploads import UploadsForTeachers
from tests import own_loop
from tests.pages.conftest import ROOT

WITHIN_S = 30
GET = b"GET /hello HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: "
HANDSHAKE = (
    b"GET /page HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


async def hello(_request: Request) -> Response:
    return PlainTextResponse("hello")


async def long_answer(_request: Request) -> Response:
    return PlainTextResponse("x" * 20_000_000)


async def post(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes")


async def refuse(_request: Request) -> Response:
    return PlainTextResponse("no", 403)


async def page(websocket) -> None:
    await websocket.accept()
    with contextlib.suppress(Exception):
        while True:
            await websocket.send_text(str(len(await websocket.receive_bytes())))


class Running:
    """A server in a thread."""

    def __init__(self, files: int = 65_536) -> None:
        routes = [
            Route("/hello", hello),
            Route("/long", long_answer),
            Route("/post", post, methods=["POST"]),
            Route("/refuse", refuse, methods=["POST"]),
            WebSocketRoute("/page", page),
        ]
        app = Starlette(routes=routes, middleware=[BrokenOff.as_middleware(), MessagePace.as_middleware()])
        config = uvicorn.Config(app, ws="websockets-sansio", ws_max_size=50_000_000, log_config=None, lifespan="off")
        config.load()
        self.server = uvicorn.Server(config)
        guard(self.server, files)
        self.book = config.http_protocol_class.book
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self.server.run, args=([self._socket],), name="guarded", daemon=True)
        self._thread.start()

    def ask(self, *parts: bytes) -> bytes:
        """What it answers to these bytes up to the end of the connection."""
        with self.connect() as connection:
            for part in parts:
                connection.sendall(part)
            return rest_of(connection)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=WITHIN_S)

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self._thread.join(WITHIN_S)


def rest_of(connection: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            answer += part
    return answer


def wait_until(happened, what: str) -> None:
    until = time.monotonic() + WITHIN_S
    while not happened():
        assert time.monotonic() < until, f"not within {WITHIN_S} s: {what}"
        time.sleep(0.01)


@pytest.fixture
def quick(monkeypatch):
    """Half a second in place of half a minute."""
    for name in ("HEADERS_S", "BODY_S", "TAKEN_S"):
        monkeypatch.setattr(connection_guard, name, 0.5)


@pytest.fixture
def start():
    started: list[Running] = []

    def new(files: int = 65_536) -> Running:
        started.append(Running(files))
        return started[-1]

    yield new
    for each in started:
        each.stop()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "nothing at all"),
        (b"G", "a letter"),
        (GET, "headers without an end"),
        (GET + b"X-Long: ", "half a header"),
        (POST + b"50\r\n\r\nhalf", "half a body"),
        (POST.replace(b"/post", b"/refuse") + b"50\r\n\r\nhalf", "half a body of what was answered already"),
        (GET + b"\r\n" + GET, "a whole request, and a half one after it"),
        (HANDSHAKE + b"X: " + b"x" * 9_000 + b"\r\n\r\n", "a page's connection that its parser does not open"),
    ],
)
def test_what_does_not_come_to_an_end_is_closed(start, quick, sent, why):
    running = start()
    running.ask(sent)  # fails when it is not closed in time
    wait_until(lambda: len(running.book) == 0, "its place to be free again")


def test_a_byte_now_and_then_does_not_keep_it_open(start, quick):
    running = start()
    with running.connect() as connection, contextlib.suppress(ConnectionError):
        connection.sendall(GET)
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            connection.sendall(b"X")
            time.sleep(0.05)
        pytest.fail("it was kept open")


def test_a_body_that_keeps_coming_is_taken_however_long_it_is(start, quick, monkeypatch):
    monkeypatch.setattr(connection_guard, "BODY_BYTES_S", 100)
    running = start()
    with running.connect() as connection:
        connection.sendall(POST.replace(b"\r\nContent", b"\r\nConnection: close\r\nContent") + b"1000\r\n\r\n")
        for _ in range(20):  # a second, twice what a short one has
            connection.sendall(b"x" * 50)
            time.sleep(0.05)
        assert rest_of(connection).endswith(b"1000 bytes")


def test_who_waits_for_an_answer_or_asks_again_is_left_alone(start, quick):
    running = start()
    with running.connect() as connection:
        for _ in range(3):
            connection.sendall(GET + b"\r\n")
            assert b"hello" in connection.recv(65_536)
            time.sleep(0.3)
        assert len(running.book) == 1


def test_an_answer_that_nobody_takes_ends(start, quick):
    running = start()
    with running.connect() as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        assert len(running.book) == 1
        wait_until(lambda: len(running.book) == 0, "the connection to be closed")


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (GET + b"X: " + b"x" * MOST_HEADER_BYTES + b"\r\n\r\n", "one long header"),
        (GET + b"X: x\r\n" * MOST_HEADER_BYTES + b"\r\n", "many short ones"),
        (b"GET /" + b"x" * MOST_HEADER_BYTES + b" HTTP/1.1\r\n\r\n", "a long address"),
        (GET + b"X: " + b"x" * 1_000_000, "one that has no end"),
        (HANDSHAKE + b"X: " + b"x" * MOST_HEADER_BYTES + b"\r\n\r\n", "a page's"),
    ],
)
def test_headers_have_a_length(start, sent, why):
    answer = start().ask(sent)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 "), why
    assert b"hello" not in answer


def test_ordinary_headers_and_a_body_in_one_piece_are_no_long_headers(start):
    running = start()
    body = b"x" * 60_000
    sent = POST.replace(b"\r\nContent", b"\r\nConnection: close\r\nContent") + b"60000\r\nX: " + b"x" * 20_000
    assert running.ask(sent, b"\r\n\r\n" + body).endswith(b"60000 bytes")


def test_more_connections_than_there_is_room_for_close_those_that_ask_nothing(start):
    running = start(files=40)
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(running.connect()) for _ in range(running.book.most + 10)]
        answer = running.ask(GET + b"Connection: close\r\n\r\n")
        assert answer.endswith(b"hello")
        assert rest_of(silent[0]) == b"", "the oldest has gone"
        assert len(running.book) <= running.book.most


def test_a_page_keeps_its_place_and_gives_it_back(start, quick):
    async def visit(port: int) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}/page") as socket:
            await socket.send(b"x" * 10)
            assert await socket.recv() == "10"
            assert len(running.book) == 1
            await asyncio.sleep(0.7)  # longer than a request may take
            await socket.send(b"x")
            assert await socket.recv() == "1"

    running = start()
    own_loop.run(visit(running.port))
    wait_until(lambda: len(running.book) == 0, "its place to be free again")


def test_a_message_of_a_page_has_a_megabyte(start):
    async def visit(port: int, size: int) -> str:
        async with websockets.connect(f"ws://127.0.0.1:{port}/page") as socket:
            await socket.send(b"x" * size)
            return await socket.recv()

    running = start()
    assert own_loop.run(visit(running.port, MESSAGE_BYTES)) == str(MESSAGE_BYTES)
    with pytest.raises(websockets.ConnectionClosedError, match="1009"):
        own_loop.run(visit(running.port, MESSAGE_BYTES + 1))


def test_posts_that_are_broken_off_are_one_line(start, caplog):
    running = start()
    for _ in range(20):
        with running.connect() as connection:
            connection.sendall(POST + b"50\r\n\r\nhalf")
    wait_until(lambda: len(running.book) == 0, "all to be gone")
    wait_until(lambda: not running.server.server_state.tasks, "all requests to be over")
    said = [each for each in caplog.records if each.levelno >= logging.WARNING and each.name != "asyncio"]
    assert [each.exc_info for each in said] == [None] * len(said)
    assert len(said) <= 1 and all("broken off" in each.getMessage() for each in said)


def test_text_in_place_of_a_message_closes_the_page_without_a_word(start, caplog):
    async def visit(port: int) -> None:
        async with websockets.connect(f"ws://127.0.0.1:{port}/page") as socket:
            await socket.send("text")
            await socket.recv()

    with pytest.raises(websockets.ConnectionClosed):
        own_loop.run(visit(start().port))
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []


def test_the_app_installs_all_of_it():
    source = (ROOT / "streamlit_app.py").read_text("utf-8")
    assert "connection_guard.install(open_files.raise_limit())" in source
    assert "log_flood.install(" in source
    assert source.index("BrokenOff.as_middleware()") < source.index(f"{UploadsForTeachers.__name__}.as_middleware()")
    assert "MessagePace.as_middleware()" in source
