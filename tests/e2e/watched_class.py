"""A class of some minutes with every page and every part, for a network in which nothing may leave the machine.

``test_stays_inside.py`` runs it there; pytest does not find it by its name. And the pages obey their own
Content-Security-Policy: a browser that enforces it has nothing to complain of.
"""

import os
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from benchmarks.browser import ASKS_FOR_NO_NAMES, launch
from benchmarks.server import ServerProcess
from classroom.ui.addresses import ANALYSE, HOME, JOIN, LIVE, MODEL, REPORTS, SETTINGS
from tests import media
from tests.e2e.people import PATIENCE_MS, Student, Teacher

STAYS_S = float(os.environ["WATCHED_FOR_S"])


class Heard:
    """What browsers ask for and complain of, from all their pages and frames."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.complaints: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.set_default_navigation_timeout(PATIENCE_MS)
        context.on("request", lambda request: self._ask(request.url))
        context.on("page", lambda page: page.on("websocket", lambda opened: self._ask(opened.url)))
        context.on("console", self._note)

    def _ask(self, url: str) -> None:
        self.hosts.add(urlsplit(url).netloc)

    def _note(self, message) -> None:
        if "Content Security Policy" in message.text or "Permissions policy" in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def new_context(playwright: Playwright, clips):
    """A visitor whose browser asks for no names of its own accord; ``shows`` names the clip of the camera."""
    opened = []

    def context(shows: str) -> BrowserContext:
        opened.append(launch(playwright, clips(shows), flags=[ASKS_FOR_NO_NAMES]))
        return opened[-1].new_context(locale="en-GB", viewport={"width": 1280, "height": 1000})

    yield context
    for browser in opened:
        browser.close()


@pytest.mark.timeout(600)
def test_a_class_with_all_its_pages(fresh_server: ServerProcess, new_context):
    server, heard = fresh_server, Heard()
    began_s = time.monotonic()
    contexts = new_context("a room"), new_context("a face")
    for context in contexts:
        heard.listen(context)
    teacher, student = Teacher(contexts[0], server.url), Student(contexts[1], server.url)
    teacher.create_account(server.setup_key(), "Ada")

    teacher.page.goto(server.url + ANALYSE)
    uploaded = teacher.page.locator("[data-testid=stFileUploader] input[type=file]")
    uploaded.set_input_files(media.media("multi_face.jpg"))
    expect(teacher.page.get_by_text("Save this picture")).to_be_visible(timeout=PATIENCE_MS)
    teacher.page.get_by_role("tab", name="Recording").click()
    teacher.page.locator(".upload input[type=file]").set_input_files(media.media("one-face-emotional.mp4"))
    expect(teacher.page.get_by_role("heading", name="People (1)")).to_be_visible(timeout=PATIENCE_MS)
    for address in (HOME, SETTINGS, MODEL, f"{LIVE}?demo=1"):
        teacher.page.goto(server.url + address)
        expect(teacher.page.locator("form.inline").first).to_be_visible(timeout=PATIENCE_MS)

    teacher.page.goto(server.url + LIVE)
    code = teacher.open_class("Optics")
    student.join(code, "Ben")
    teacher.sees("Ben", "live")
    teacher.page.get_by_text("Share one camera of the room").click()
    teacher.page.get_by_role("button", name="Start the camera", exact=True).click()
    teacher.sees("Person 5", "live")
    expect(teacher.page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE_MS)
    # What native code has gathered it sends a minute later.
    teacher.page.wait_for_timeout(max(0.0, STAYS_S - (time.monotonic() - began_s)) * 1000)
    teacher.sees("Ben", "live")
    teacher.sees("Person 5", "live")
    teacher.end_class()
    teacher.page.goto(server.url + REPORTS)
    expect(teacher.page.locator("form.inline").first).to_be_visible(timeout=PATIENCE_MS)
    student.page.goto(server.url + JOIN)
    expect(student.page.get_by_text("The class has ended")).to_be_visible(timeout=PATIENCE_MS)

    assert heard.hosts - {""} == {urlsplit(server.url).netloc}
    assert heard.complaints == []
