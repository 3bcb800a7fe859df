"""A page of somebody else, also one on another port of the same machine, opens no connection and changes nothing."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from classroom.ui import cookies, running
from classroom.ui.origin import OwnOrigin, came_over_https, is_own

HERE = "localhost:8501"
SCHOOL = "school.example"
STREAM = f"ws://{HERE}/_stcore/stream"
# Asked for (Host), over, the page that asks (Origin), whether it is ours, why
CASES = [
    (HERE, "ws", "http://localhost:8501", True, "our page"),
    (HERE, "ws", "http://localhost:8502", False, "a page on another port"),
    (HERE, "ws", "http://localhost", False, "one on the usual port"),
    (HERE, "ws", "http://127.0.0.1:8501", False, "another name of the same machine"),
    ("127.0.0.1:8501", "ws", "http://localhost:8501", False, "and the other way round"),
    ("[::1]:8501", "ws", "http://[::1]:8501", True, "an address with colons"),
    ("[::1]:8501", "ws", "http://[::1]:8502", False, "and another port of it"),
    (HERE, "ws", "https://evil.example", False, "a page of somebody else"),
    (HERE, "ws", "null", False, "a page in a sandbox, or a file"),
    (HERE, "ws", "", False, "nothing"),
    (HERE, "ws", "localhost:8501", False, "no origin"),
    (HERE, "ws", "http://localhost:8501@evil.example", False, "our name where a user's would be"),
    (HERE, "ws", "http://localhost:8501.evil.example", False, "our name as a beginning"),
    (HERE, "ws", "http://evil.example/localhost:8501", False, "our name in a path"),
    (HERE, "ws", "file://localhost:8501", False, "no page of the web"),
    (SCHOOL, "wss", "https://school.example", True, "HTTPS ends here"),
    (SCHOOL, "wss", "https://school.example:443", True, "the usual port, said"),
    ("SCHOOL.example", "wss", "https://school.example", True, "names have no case"),
    (SCHOOL, "wss", "http://school.example", False, "another server of the machine, on port 80"),
    (SCHOOL, "wss", "https://school.example:8443", False, "another one, on a port of its own"),
    (SCHOOL, "wss", "https://www.school.example", False, "a sister"),
    (f"{SCHOOL}:8443", "wss", "https://school.example:8443", True, "we on a port of our own"),
    (f"{SCHOOL}:8443", "wss", "https://school.example", False, "and somebody else on the usual one"),
]


@pytest.mark.parametrize(("host", "scheme", "origin", "own", "why"), CASES)
def test_an_origin_is_scheme_host_and_port(server, host, scheme, origin, own, why):
    assert is_own(origin, scheme, {"host": host}) is own, why


@pytest.mark.parametrize(
    ("public", "host", "forwarded", "origin", "own", "why"),
    [
        ("", SCHOOL, "https", "https://school.example", True, "Caddy: the host as it was, and it says HTTPS"),
        ("", SCHOOL, "https", "http://school.example", False, "what else answers on port 80"),
        ("", SCHOOL, "", "https://school.example", True, "a proxy that says nothing"),
        ("https://school.example", SCHOOL, "", "https://school.example", True, "the same, with its public address"),
        ("https://school.example", SCHOOL, "", "http://school.example", False, "which has HTTPS, as is known then"),
        ("https://school.example", HERE, "", "https://school.example", True, "a proxy that asks for another host"),
        ("https://school.example", HERE, "", "https://school.example:8443", False, "a neighbour of the public address"),
        ("https://school.example", HERE, "", "http://localhost:8501", True, "on the machine itself, past the proxy"),
        ("", HERE, "https", "https://school.example", False, "which public address is not set"),
    ],
)
def test_behind_a_proxy_with_https(server, public, host, forwarded, origin, own, why):
    server.settings = replace(server.settings, public_url=public)
    headers = {"host": host} | ({"x-forwarded-proto": forwarded} if forwarded else {})
    assert is_own(origin, "ws", headers) is own, why


@pytest.mark.parametrize(
    ("headers", "https", "why"),
    [
        (
            {"host": SCHOOL, "origin": "https://school.example"},
            True,
            "the page says so, as the connection of every page",
        ),
        ({"host": SCHOOL, "origin": "https://evil.example"}, False, "a page of somebody else says nothing of us"),
        ({"host": SCHOOL, "x-forwarded-proto": "https, http"}, True, "two proxies: the first one is the browser's"),
        ({"host": HERE, "origin": "http://localhost:8501"}, False, "plain"),
        ({}, False, "nothing is known"),
    ],
)
def test_whether_a_browser_speaks_https(server, headers, https, why):
    assert came_over_https("", headers) is https, why


@pytest.fixture
def client(server) -> TestClient:
    async def stream(websocket) -> None:
        await websocket.accept()
        await websocket.send_text("the live class")

    routes = [
        WebSocketRoute("/_stcore/stream", stream),
        Route("/upload", lambda request: PlainTextResponse("done"), methods=["GET", "PUT", "DELETE", "POST"]),
    ]
    return TestClient(Starlette(routes=routes, middleware=[OwnOrigin.as_middleware()]), base_url=f"http://{HERE}")


class TestMiddleware:
    def test_our_page_is_connected(self, client):
        with client.websocket_connect(STREAM, headers={"origin": f"http://{HERE}"}) as websocket:
            assert websocket.receive_text() == "the live class"

    @pytest.mark.parametrize("origin", ["http://localhost:8502", "http://127.0.0.1:8501", "null", None])
    def test_every_other_one_is_not_nor_who_does_not_say(self, client, origin):
        headers = {"origin": origin} if origin else {}
        with pytest.raises(WebSocketDisconnect) as refused:
            client.websocket_connect(STREAM, headers=headers).__enter__()
        assert refused.value.code == 1008

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
    def test_nothing_is_changed_by_another_page(self, client, method):
        assert client.request(method, "/upload", headers={"origin": "http://localhost:8502"}).status_code == 403
        assert client.request(method, "/upload", headers={"origin": f"http://{HERE}"}).text == "done"
        assert client.get("/upload", headers={"origin": "http://localhost:8502"}).text == "done", (
            "nor read, by the headers"
        )

    def test_a_proxy_that_hides_the_host_is_said_once(self, client, caplog):
        for _ in range(3):
            client.put("/upload", headers={"origin": "https://school.example"})
        assert caplog.text.count("set CLASSPULSE_PUBLIC_URL") == 1


class TestCookies:
    """Over HTTPS only those with the prefix are read: a neighbour can plant all others."""

    @pytest.mark.parametrize(
        ("sent", "https", "read", "why"),
        [
            ({"__Host-classpulse_teacher": "ours"}, True, "ours", "set over HTTPS"),
            ({"__Host-classpulse_teacher": "ours", "classpulse_teacher": "planted"}, True, "ours", "beside it"),
            ({"classpulse_teacher": "planted"}, True, "", "or of a time before the prefix"),
            ({"classpulse_teacher": "plain"}, False, "plain", "on the own machine"),
            ({}, True, "", "none"),
        ],
    )
    def test_which_is_read(self, sent, https, read, why):
        assert cookies.read_cookie(sent, cookies.TEACHER, https) == read, why


def test_the_public_address_is_known_without_the_database(no_store, monkeypatch):
    """The event loop asks for it with every connection."""
    monkeypatch.setenv("CLASSPULSE_PUBLIC_URL", "https://school.example/")
    assert running.public_url() == "https://school.example"
    assert running._server is None
