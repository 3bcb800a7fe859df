"""A class of students in real headless Chromium: what browsers really do, for a few students.

The students are pages with profiles of their own in one Chromium, sharing one camera: a Chromium each would leave a
small machine nothing for the server that is measured. They join one after the other, and a teacher's board is open.
"""

import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import FPS, confirm_lawful_basis, launch, write_clip
from benchmarks.camera_clip import pictures
from benchmarks.class_figures import Joined, joining, pace
from benchmarks.server import ServerProcess
from benchmarks.usage import Usage
from classroom.ui.addresses import JOIN, LIVE

WARM_UP_S = 5.0
JOIN_TIMEOUT_S = 90.0


def measure(server: ServerProcess, students: int, seconds: float, clip: Path) -> dict[str, float | int]:
    """Run one class on a started server and return its figures."""
    with tempfile.TemporaryDirectory(prefix="classpulse-clip-", ignore_cleanup_errors=True) as folder:
        camera = write_clip(Path(folder) / "camera.y4m", pictures(clip, FPS))
        with sync_playwright() as playwright:
            browser = launch(playwright, camera)
            try:
                teacher, code = _open_class(browser, server)
                joined = [_join(browser, server, code, f"Student {number + 1}") for number in range(students)]
                teacher.wait_for_timeout(WARM_UP_S * 1000)
                from_ms = _now_ms()
                usage = _use(server, teacher, seconds)
                rows = server.rows(READINGS, from_ms, _now_ms())
            finally:
                browser.close()
    return usage | pace(rows, joined, usage["measured_s"]) | joining(joined)


READINGS = (
    "select student_id, at_ms, stored_ms, reason is null from readings where at_ms between ? and ? order by readings.id"
)
FIRST_READING = (
    "select student_id, min(stored_ms) from readings join students on students.id = student_id where name = ?"
)


def _open_class(browser: Browser, server: ServerProcess) -> tuple[Page, str]:
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(JOIN_TIMEOUT_S * 1000)
    page.goto(server.url + LIVE)
    page.fill("input[name=setup_key]", server.setup_key())
    page.fill("input[name=user_name]", "Teacher")
    page.fill("input[name=secret]", "benchmark only")
    page.click("button.main")
    confirm_lawful_basis(page)
    page.get_by_label("Title").fill("Benchmark")
    page.get_by_role("button", name="Open the class").click()
    return page, page.locator(".big-code").inner_text().replace("-", "").strip()


def _join(browser: Browser, server: ServerProcess, code: str, name: str) -> Joined:
    page = browser.new_context(viewport={"width": 420, "height": 900}).new_page()
    page.set_default_timeout(JOIN_TIMEOUT_S * 1000)
    link_ms = _now_ms()
    page.goto(f"{server.url}{JOIN}?code={code}")
    page.fill("input[name=student_name]", name)
    button_ms = _now_ms()
    page.get_by_role("button", name="Share my camera").click()
    until = time.monotonic() + JOIN_TIMEOUT_S
    while (row := server.rows(FIRST_READING, name)[0])[0] is None:
        if time.monotonic() > until:
            raise SystemExit(f"{name} had no reading within {JOIN_TIMEOUT_S:.0f} s of pressing the button")
        page.wait_for_timeout(100)
    return Joined(row[0], link_ms, button_ms, row[1])


def _use(server: ServerProcess, page: Page, seconds: float) -> dict[str, float]:
    browsers = [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name()]
    pids = {"server": server.pid, "engine": server.engine_pid()}
    usage = Usage(pids | {f"chromium{number}": each.pid for number, each in enumerate(browsers)})
    until = time.monotonic() + seconds
    while (left_s := until - time.monotonic()) > 0:
        page.wait_for_timeout(min(left_s, 1.0) * 1000)
        usage.look()
    figures = usage.figures()
    parts = {name: value for name, value in figures.items() if name.startswith("chromium")}
    chromium = {"chromium_cpu_cores": round(sum(v for name, v in parts.items() if name.endswith("cores")), 3)}
    return {name: value for name, value in figures.items() if name not in parts} | chromium


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
