"""Behind a reverse proxy: whose word on the client's address is taken, and cookies that know of its HTTPS."""

from dataclasses import replace

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from streamlit.web.server.starlette.starlette_server import _get_uvicorn_config_kwargs
from streamlit.web.server.starlette.starlette_websocket import StarletteClientContext

from classroom.ui import cookies
from classroom.ui.guard import source_of
from classroom.ui.routes import ROUTES
from tests.fakes import PASSWORD
from tests.pages.test_routes import OWN, set_cookies

PROXY = "172.30.77.12"  # Caddy in deploy/compose.yaml


@pytest.mark.parametrize(
    ("trusted", "asks", "forwarded", "counted", "why"),
    [
        (PROXY, PROXY, "203.0.113.7", "203.0.113.7", "the proxy says who asks"),
        (PROXY, PROXY, "198.51.100.1, 203.0.113.7", "203.0.113.7", "what stood there before, the client made up"),
        (PROXY, "203.0.113.9", "198.51.100.1", "203.0.113.9", "nobody else is believed"),
        (PROXY, PROXY, "", PROXY, "it says nothing"),
        (None, "127.0.0.1", "203.0.113.7", "203.0.113.7", "a proxy on the same machine, without any setting"),
        (None, PROXY, "203.0.113.7", PROXY, "a proxy elsewhere has to be named"),
        (None, "::1", "203.0.113.7", "203.0.113.7", "loopback over IPv6"),
        (None, "203.0.113.9", "127.0.0.1", "203.0.113.9", "nobody makes himself the machine itself"),
        (None, "203.0.113.9", "::1", "203.0.113.9", "nor over IPv6"),
        (None, "10.0.0.5", "198.51.100.1", "10.0.0.5", "a private network is no proxy"),
        (None, "169.254.0.5", "198.51.100.1", "169.254.0.5", "nor is a link"),
        (None, "127.0.0.1", "127.0.0.1, 203.0.113.7", "203.0.113.7", "what a client wrote before its proxy"),
    ],
)
def test_the_address_of_the_client_is_what_a_trusted_proxy_says(monkeypatch, trusted, asks, forwarded, counted, why):
    """As Streamlit starts uvicorn; the setting is uvicorn's own. Of requests and of a page's connection alike."""
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if trusted:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    routes = [Route("/", lambda request: PlainTextResponse(source_of(request))), WebSocketRoute("/page", _page)]
    config = uvicorn.Config(Starlette(routes=routes), **_get_uvicorn_config_kwargs())
    config.load()
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    with TestClient(config.loaded_app, client=(asks, 1)) as client:
        assert client.get("/", headers=headers).text == counted, why
        with client.websocket_connect("/page", headers=headers) as page:
            assert page.receive_text() == counted, why


async def _page(websocket: WebSocket) -> None:
    """Says what Streamlit takes for the address of a page's visitor."""
    await websocket.accept()
    await websocket.send_text(StarletteClientContext(websocket).remote_ip)
    await websocket.close()


@pytest.mark.parametrize(
    ("public", "host", "secure", "why"),
    [
        ("https://school.example", "school.example", True, "HTTPS ends at the proxy, which does not say so"),
        ("https://school.example:8443", "school.example:8443", True, "the same, on another port"),
        ("https://school.example", "localhost:8501", False, "on the machine itself, past the proxy"),
        ("http://school.example", "school.example", False, "no HTTPS anywhere"),
        ("", "school.example", False, "nothing is known"),
    ],
)
def test_cookies_are_secure_under_the_public_https_address(server, ada, public, host, secure, why):
    server.settings = replace(server.settings, public_url=public)
    client = TestClient(Starlette(routes=ROUTES), base_url=f"http://{host}", follow_redirects=False)
    form = {"user_name": "Ada Teacher", "secret": PASSWORD}
    response = client.post("/teacher/sign-in", data=form, headers=OWN)
    found = set_cookies(response)
    assert (cookies.HOST + cookies.TEACHER in found, cookies.TEACHER in found) == (secure, not secure), why
