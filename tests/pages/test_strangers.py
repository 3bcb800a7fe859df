"""Pages of whoever is neither a teacher nor in a class are few, and who opens hundreds keeps nobody else out."""

import contextlib
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from classroom.ui import cookies
from classroom.ui.strangers import StrangersPages

ROOT = Path(__file__).resolve().parents[2]
MOST = 3
STREAM = "/_stcore/stream"


@pytest.fixture
def app(server) -> StrangersPages:
    async def echo(websocket) -> None:
        await websocket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                await websocket.send_text(await websocket.receive_text())

    return StrangersPages(Starlette(routes=[WebSocketRoute(STREAM, echo)]), MOST)


@pytest.fixture
def opened(app):
    """Open a page from an address, in one event loop with all others: ``opened("192.0.2.1")``."""
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(TestClient(app))

        def open_page(address: str, **sent: str):
            client._transport.client = (address, 1)
            headers = {"cookie": "; ".join(f"{name}={value}" for name, value in sent.items())} if sent else {}
            page = client.websocket_connect(STREAM, headers=headers)
            return stack.enter_context(page)

        yield open_page


def works(page) -> bool:
    page.send_text("hello")
    try:
        return page.receive_text() == "hello"
    except WebSocketDisconnect as closed:
        assert closed.code == 1013, "the browser tries again later"
        return False


def test_the_oldest_page_of_who_has_the_most_is_closed_and_nobody_is_refused(opened, app):
    honest = opened("203.0.113.5")
    many = [opened("198.51.100.9") for _ in range(MOST)]
    assert [works(page) for page in (honest, *many)] == [True, False, True, True]
    newcomer = opened("203.0.113.6")
    assert [works(page) for page in (honest, newcomer, *many[1:])] == [True, True, False, True]
    assert len(app._pages) == MOST


def test_who_closes_a_page_makes_room(opened, app):
    pages = [opened(f"192.0.2.{number}") for number in range(MOST)]
    pages[0].close()
    assert works(opened("192.0.2.9"))
    assert all(works(page) for page in pages[1:])


def test_teachers_and_students_are_not_counted(opened, app, server, ada, seeded):
    teacher = opened("192.0.2.1", **{cookies.TEACHER: ada.token})
    student = opened("192.0.2.1", **{cookies.STUDENT: server.join(seeded.info.code, "Dan", False)[1]})
    assert app._pages == []
    strangers = [opened("192.0.2.1", **{cookies.TEACHER: "made up"}) for _ in range(MOST + 1)]
    assert works(teacher) and works(student) and works(strangers[-1])
    assert len(app._pages) == MOST


def test_the_server_has_every_layer_that_keeps_somebody_out():
    """Each is tested by itself; one that the server leaves out would keep nobody out."""
    layers = set(re.findall(r"(\w+)\.as_middleware\(\)", (ROOT / "streamlit_app.py").read_text("utf-8")))
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "classroom" / "ui").glob("*.py"))
    there_are = set(re.findall(r"^class (\w+):\n(?:(?!^class ).*\n)*?    def as_middleware", sources, re.MULTILINE))
    assert layers == there_are >= {"OwnOrigin", "StrangersPages", "FiguresForOurselves", "UploadsForTeachers"}
