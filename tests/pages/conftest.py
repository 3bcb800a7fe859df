"""Pages under Streamlit's AppTest, with a made-up engine, a clock that stands still, and cookies that the test gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from classroom.accounts import SignIn
from classroom.regions import Region
from classroom.server import ClassServer
from classroom.settings import Settings
from classroom.ui import cookies, running
from classroom.ui.addresses import HOME, PAGE_FILES
from classroom.ui.mirror import ROOM_KEY, Camera, Cameras
from tests.fakes import (
    FakeClock,
    FakeDesk,
    FakeEngine,
    FakeRoomReader,
    Seeded,
    fake_engine,
    sampled,
    seed_class,
    sign_up,
)

ROOT = Path(__file__).resolve().parents[2]


def _fields(message) -> Iterator[str]:
    """Every text in a protocol message."""
    for descriptor, value in message.ListFields():
        values = value if descriptor.is_repeated else [value]
        for each in values:
            if isinstance(each, str):
                yield each
            elif hasattr(each, "ListFields"):
                yield from _fields(each)


def _elements(block) -> Iterator:
    for child in getattr(block, "children", {}).values():
        yield child
        yield from _elements(child)


@dataclass
class Browser:
    """One visitor: goes to a page with some cookies, and reads everything that it shows."""

    app: AppTest = field(default_factory=lambda: AppTest.from_file(str(ROOT / PAGE_FILES[HOME]), default_timeout=60))
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = "192.0.2.1"

    def open(self, address: str, **query: str) -> "Browser":
        """Open a page of ``addresses``. AppTest starts at the first page, so that is where it comes from."""
        if address != HOME:
            self.app.switch_page(PAGE_FILES[address])
        self.app.query_params.clear()
        for name, value in query.items():
            self.app.query_params[name] = value
        self.app.run()
        return self

    @property
    def text(self) -> str:
        """Everything on the page, style sheets left out."""
        parts = []
        for element in _elements(self.app._tree):
            if hasattr(element, "proto") and hasattr(element.proto, "ListFields"):
                parts += [part for part in _fields(element.proto) if not part.startswith("<style>")]
        return "\n".join(parts)

    @property
    def markup(self) -> list[tuple[str, str]]:
        """What the browser does not show sign for sign: ("html" or "markdown", text)."""
        kinds = {
            "Html": "html",
            "Markdown": "markdown",
            "Caption": "markdown",
            "Alert": "markdown",
            "Heading": "markdown",
        }
        found = []
        for element in _elements(self.app._tree):
            name = type(getattr(element, "proto", None)).__name__
            if name in kinds and not element.proto.body.startswith("<style>"):
                found.append((kinds[name], element.proto.body))
        return found

    @property
    def failed(self) -> list[str]:
        """Tracebacks on the page: there must be none on any."""
        return [each.message for each in self.app.exception]

    @property
    def errors(self) -> list[str]:
        return [each.value for each in self.app.error]


def _room_mirror(attempt: int, video: dict) -> tuple[Camera, Cameras]:
    """Two cameras, the one that is asked for or else the first; as long as it is on the page its state is there."""
    st.session_state[ROOM_KEY] = {}
    device = video.get("deviceId", {}).get("exact", "a")
    return Camera.ON, Cameras(device, {"a": "Built-in camera", "b": "Virtual camera"})


@pytest.fixture(autouse=True)
def pages_without_a_browser(monkeypatch, by_hand):
    """What only a real browser has: the camera, the own picture, and the address of the page."""
    monkeypatch.setattr("classroom.ui.student_view.share_camera", lambda *_, **__: None)
    monkeypatch.setattr("classroom.ui.student_view.show_mirror", lambda *_, **__: Camera.ON)
    monkeypatch.setattr("classroom.ui.room_view.share_room", lambda *_, **__: None)
    monkeypatch.setattr("classroom.ui.room_view.show_room", _room_mirror)
    monkeypatch.setattr("classroom.room.RoomCamera._run", lambda self: None)
    monkeypatch.setattr("classroom.ui.board_view._own_address", lambda: "https://school.example")
    # Nothing that a page does by mistake may start the real process.
    monkeypatch.setattr("classroom.server.LocalEngine", fake_engine)
    monkeypatch.setattr("classroom.server.AnalysisDesk", lambda *_: FakeDesk())
    monkeypatch.setattr("classroom.server.ChildRoomReader", lambda models_dir: FakeRoomReader(sampled(0, 2)))
    yield
    running.shut_down()


@pytest.fixture
def browser(monkeypatch) -> Browser:
    browser = Browser()
    monkeypatch.setattr("classroom.ui.page.visitor_cookie", lambda name: browser.cookies.get(name, ""))
    monkeypatch.setattr("classroom.ui.page.visitor_address", lambda: browser.address)
    return browser


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(tmp_path, clock, monkeypatch) -> ClassServer:
    """The one that the pages find running; it is shut down after the test."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'pages.db'}", max_students=12)
    server = ClassServer(settings.in_region(Region.OTHER), clock, FakeEngine())
    monkeypatch.setattr(running, "_server", server)
    yield server
    server.close()


@pytest.fixture
def ada(server) -> SignIn:
    return sign_up(server.accounts, "Ada Teacher")


@pytest.fixture
def seeded(server, ada, clock) -> Seeded:
    """A running class of Ada's, two minutes old."""
    seeded = seed_class(server.store, ada.teacher.id)
    clock.advance(119)
    return seeded


@pytest.fixture
def as_ada(browser, ada) -> Browser:
    browser.cookies[cookies.TEACHER] = ada.token
    return browser


@pytest.fixture
def no_store(monkeypatch, tmp_path) -> None:
    """The address of a database that cannot be: a folder in a file."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'file' / 'classes.db'}")
    monkeypatch.setattr(running, "_server", None)
