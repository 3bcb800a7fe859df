"""Real servers, real browsers, fake cameras.

A failure leaves a picture of every open page in ``build/e2e``, and prints what the page says.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Playwright, sync_playwright

from benchmarks.browser import HEIGHT, WIDTH, chromium_path, launch, moving, write_clip
from benchmarks.server import ROOT, ServerProcess
from classroom.accounts import Accounts
from classroom.clock import now_ms
from classroom.store import Store
from tests import media
from tests.e2e.people import Student, Teacher

PICTURES = ROOT / "build" / "e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if chromium_path() is None:
        reason = "needs Chromium: `apt-get install chromium`, or any Chrome or Chromium on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Clips for fake cameras, by what they show; each is made once."""
    folder = tmp_path_factory.mktemp("clips")
    makers = {
        "a turning face": lambda: _clip_or("head-pose-face-detection-female.mp4", _astronaut),
        "a face": lambda: _clip_or("one-face-emotional.mp4", _astronaut),
        "no face": lambda: _clip_or("no_face.mp4", _wall),
        "two faces": lambda: moving(np.hstack([_head(), _head()[:, ::-1]])),
        "a room": lambda: moving(media.picture("multi_face.jpg")),
        "black": lambda: [np.zeros((240, 320, 3), np.uint8)] * 20,
    }

    def clip(shows: str) -> Path:
        path = folder / f"{shows.replace(' ', '_')}.y4m"
        size_px = (1280, 720) if shows == "a room" else (WIDTH, HEIGHT)
        return path if path.exists() else write_clip(path, makers[shows](), size_px)

    return clip


@pytest.fixture(scope="session")
def browsers(playwright: Playwright, clips: Callable[[str], Path]) -> Iterator[Callable[[str | None], Browser]]:
    """A browser process a clip: a fake camera plays one clip in all pages of a process. ``None``: nobody allows it."""
    started: dict[str | None, Browser] = {}

    def browser(shows: str | None) -> Browser:
        if shows not in started:
            started[shows] = launch(playwright, clips(shows)) if shows else launch(playwright, says_yes=False)
        return started[shows]

    yield browser
    for each in started.values():
        each.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One server for all tests that do not kill it."""
    running = ServerProcess(tmp_path_factory.mktemp("server"))
    yield running.start()
    running.stop()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of a first start, for one test."""
    running = ServerProcess(tmp_path / "server")
    yield running.start()
    running.stop()


@pytest.fixture
def open_context(browsers, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """A new visitor: a browser profile without cookies. ``shows`` names the clip of its camera."""
    opened: list[BrowserContext] = []

    def new_context(shows: str | None = "a face", **settings) -> BrowserContext:
        context = browsers(shows).new_context(locale="en-GB", timezone_id="Europe/Berlin", **settings)
        opened.append(context)
        return context

    yield new_context
    if request.node.stash.get(_FAILED, False):
        _keep_what_is_seen(request.node.name, opened)
    for context in opened:
        context.close()


@pytest.fixture
def new_teacher(open_context) -> Callable[..., Teacher]:
    """A teacher with an account of their own, on the page that opens a class."""

    def teacher(server: ServerProcess, name: str) -> Teacher:
        person = Teacher(open_context(viewport={"width": 1280, "height": 1000}), server.url)
        person.create_account(colleagues_key(server), name)
        return person

    return teacher


@pytest.fixture
def new_student(open_context) -> Callable[..., Student]:
    """A student whose camera shows the named clip."""

    def student(server: ServerProcess, shows: str | None = "a face") -> Student:
        return Student(open_context(shows, viewport={"width": 420, "height": 900}), server.url)

    return student


def colleagues_key(server: ServerProcess) -> str:
    """A one-time key, as the settings page makes it."""
    store = Store(f"sqlite:///{server.folder / 'classpulse.db'}")
    try:
        return Accounts(store, now_ms).new_key()
    finally:
        store.close()


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def _keep_what_is_seen(test: str, contexts: list[BrowserContext]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        path = PICTURES / f"{re.sub(r'[^a-zA-Z0-9_]+', '-', test)[:80]}-{number}.png"
        try:
            print(f"{page.url} says:\n{page.inner_text('body', timeout=10_000)}\n")
            page.screenshot(path=path, full_page=True, timeout=10_000)
        except Error as error:
            print(f"not all is known of {page.url}: {error}")


def _clip_or(name: str, stand_in: Callable[[], Iterator[np.ndarray]]) -> Iterator[np.ndarray]:
    """Frames of a real clip; without ``shared/media`` the stand-in's, though never under CI=true."""
    if not media.FOLDER.exists() and os.environ.get("CI") != "true":
        return stand_in()
    return media.frames(media.media(name), every_s=0.1, limit=150)


def _head() -> np.ndarray:
    return media.astronaut_bgr()[:300, 60:460]


def _astronaut() -> Iterator[np.ndarray]:
    return moving(_head())


def _wall() -> Iterator[np.ndarray]:
    bricks = np.full((240, 320, 3), 120, np.uint8)
    bricks[::30] = bricks[:, ::60] = 170
    return moving(bricks)
