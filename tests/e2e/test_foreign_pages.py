"""A page on another port of the same machine, in the teacher's own browser, with the teacher's cookies."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.server import ServerProcess
from classroom.ui.addresses import LIVE
from classroom.ui.cookies import TEACHER


class _Page(BaseHTTPRequestHandler):
    """An empty page, whoever asks."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Somebody else</title>")

    def log_message(self, *_) -> None: ...


@pytest.fixture
def neighbour() -> Iterator[str]:
    """The address of a page on a port of its own; ``localhost``, as the class."""
    with ThreadingHTTPServer(("localhost", 0), _Page) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://localhost:{web.server_port}"
        web.shutdown()


# What comes of opening the connection of a page: "open", or "refused".
_CONNECT = """(address) => new Promise((done) => {
  const socket = new WebSocket(address, ["streamlit"]);
  socket.onopen = () => { socket.close(); done("open"); };
  socket.onerror = () => done("refused");
})"""


def test_it_opens_no_connection_and_posts_nothing_while_our_own_page_does(
    server: ServerProcess, new_teacher, neighbour: str
):
    teacher = new_teacher(server, "Ada with a neighbour")
    stream = f"{server.url.replace('http', 'ws')}/_stcore/stream"
    assert teacher.page.evaluate(_CONNECT, stream) == "open"

    foreign = teacher.context.new_page()
    foreign.goto(neighbour)
    sent = {cookie["name"] for cookie in teacher.context.cookies(neighbour)}
    assert TEACHER in sent, "cookies know no ports: this page has the teacher's"
    assert foreign.evaluate(_CONNECT, stream) == "refused"
    assert foreign.evaluate(_CONNECT, stream.replace("localhost", "127.0.0.1")) == "refused"

    foreign.evaluate(
        "(address) => fetch(address, {method: 'POST', mode: 'no-cors', credentials: 'include'}).catch(() => {})",
        f"{server.url}/teacher/sign-out-everywhere",
    )
    teacher.page.goto(server.url + LIVE)
    teacher.page.get_by_label("Title").wait_for(timeout=60_000)  # still signed in
