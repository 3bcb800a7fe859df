"""A teacher and a student in front of their browsers: what they do, and what they see."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, Page, expect

from benchmarks.browser import confirm_lawful_basis
from classroom.ui.addresses import JOIN, LIVE, REPORTS

PASSWORD = "correct horse"
# A page, a join or a reading on a machine that has other work to do. Promises of the product have their own limits.
PATIENCE_MS = 60_000
PATIENCE_S = PATIENCE_MS / 1000


def wait_until(happened: Callable[[], object], what: str, within_s: float = PATIENCE_S, page: Page | None = None):
    """What ``happened`` gives as soon as it is true; fails with ``what`` when it is not in time."""
    until = time.monotonic() + within_s
    while not (result := happened()):
        assert time.monotonic() < until, f"not within {within_s:.0f} s: {what}"
        # The browser's events are handled only while Playwright waits.
        page.wait_for_timeout(100) if page else time.sleep(0.1)
    return result


class Teacher:
    """One teacher in a browser of their own."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.page: Page = context.new_page()

    def create_account(self, key: str, name: str) -> None:
        """With the key from the terminal, or one that a colleague made; then confirm the lawful basis."""
        self.sign_up(key, name)
        confirm_lawful_basis(self.page)

    def sign_up(self, key: str, name: str) -> None:
        self.page.goto(self.url + LIVE)
        form = self.page.locator('form.door[action="/teacher/create"]')
        colleagues = self.page.get_by_text("I have a setup key from a colleague")
        expect(form.or_(colleagues).first).to_be_visible(timeout=PATIENCE_MS)
        if colleagues.is_visible():
            colleagues.click()
        form.locator("input[name=setup_key]").fill(key)
        form.locator("input[name=user_name]").fill(name)
        form.locator("input[name=secret]").fill(PASSWORD)
        # Not by a click: the section slides open, and on a busy machine the button is elsewhere when the click arrives.
        form.locator("input[name=secret]").press("Enter")

    def open_class(self, title: str, roster: str = "", mode: str = "") -> str:
        """Open a class on the page that asks for its title.

        Args:
            mode: as the form calls it; the usual one otherwise.

        Returns:
            Its join code, without the dash.
        """
        self.page.get_by_label("Title").fill(title)
        if mode:
            self.page.get_by_role("radiogroup").get_by_text(mode, exact=True).click()
        if roster:
            self.page.get_by_label("Class list (optional)").fill(roster)
        self.page.get_by_role("button", name="Open the class").click()
        code = self.page.locator(".big-code")
        expect(code).to_be_visible(timeout=PATIENCE_MS)
        return code.inner_text().replace("-", "").strip()

    def tile(self, name: str) -> Locator:
        """The student's tile on the board."""
        return self.page.locator(".tile", has=self.page.get_by_title(name, exact=True))

    def sees(self, name: str, state: str, within_s: float = PATIENCE_S) -> None:
        """Wait until the board says this of a student."""
        expect(self.tile(name)).to_have_attribute("data-state", state, timeout=within_s * 1000)

    def names_on_board(self) -> set[str]:
        return set(self.page.locator(".tile .name").all_inner_texts())

    def points_on_chart(self) -> int:
        """Points of time in the drawn timeline."""
        return self.page.evaluate("document.querySelector('.js-plotly-plot')?.data?.[0]?.x?.length ?? 0")

    def end_class(self) -> None:
        self.page.get_by_role("button", name="End the class").click()
        self.page.get_by_role("button", name="End it now").click()
        expect(self.page.get_by_role("heading", name="The class has ended")).to_be_visible(timeout=PATIENCE_MS)

    def open_reports(self, title: str, query: str = "") -> None:
        """Open Reports and wait until it shows the class of this title."""
        self.page.goto(self.url + REPORTS + query)
        chosen = self.page.get_by_role("combobox", name="Class")
        expect(chosen).to_have_value(re.compile(re.escape(title)), timeout=PATIENCE_MS)

    def download(self, label: str) -> bytes:
        """The file behind a link of the page."""
        with self.page.expect_download(timeout=PATIENCE_MS) as coming:
            self.page.get_by_role("link", name=label).click()
        return coming.value.path().read_bytes()


class Student:
    """One student in a browser of their own. ``camera_calls`` grows whenever a page asks for the camera or connects."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.camera_calls = camera_calls(context)
        self.page: Page = context.new_page()

    @property
    def questions(self) -> int:
        """How often a page asked for the camera."""
        return self.camera_calls.count("getUserMedia")

    def open_link(self, code: str) -> None:
        """Follow the join link up to the form."""
        self.page.goto(f"{self.url}{JOIN}?code={code}")
        expect(self.page.locator("input[name=student_name]")).to_be_visible(timeout=PATIENCE_MS)

    def submit(self, name: str, *, camera: bool = True) -> None:
        """Give a name and press one of the two buttons."""
        self.page.locator("input[name=student_name]").fill(name)
        self.page.get_by_role("button", name="Share my camera" if camera else "Join without camera").click()

    def join(self, code: str, name: str, *, camera: bool = True) -> None:
        """Follow the link into the class."""
        self.open_link(code)
        self.submit(name, camera=camera)
        self.is_in_class(name)

    def is_in_class(self, name: str) -> None:
        expect(self.page.get_by_text(f"You are here as {name}")).to_be_visible(timeout=PATIENCE_MS)

    def reads(self, sentence: str, within_s: float = PATIENCE_S) -> None:
        """Wait until the page says this."""
        expect(self.page.get_by_text(sentence).first).to_be_visible(timeout=within_s * 1000)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()


def camera_calls(context: BrowserContext) -> list[str]:
    """Grows whenever a page that is opened from now on asks for the camera or connects."""
    calls: list[str] = []
    context.expose_binding("cameraCalled", lambda _, what: calls.append(what))
    context.add_init_script(_SPY)
    return calls


# Runs before any script of a page, in its frames too.
_SPY = """(() => {
  const tell = (what) => window.cameraCalled?.(what);
  const devices = navigator.mediaDevices;
  if (devices) {
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (wanted) => { tell("getUserMedia"); return ask(wanted); };
  }
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...settings) { tell("RTCPeerConnection"); super(...settings); }
  };
})();"""
