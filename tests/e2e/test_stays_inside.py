"""A whole class, and nothing that belongs to it leaves the machine: no request of a page, no connection of the server.

And the pages obey their own Content-Security-Policy: a browser that enforces it has nothing to complain of.
"""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import BrowserContext, expect

from benchmarks.server import ServerProcess
from classroom.ui.addresses import ANALYSE, HOME, JOIN, LIVE, MODEL, REPORTS, SETTINGS
from tests import media
from tests.e2e.people import PATIENCE_MS
from tests.fakes import lacking

WATCHER = Path(__file__).parent / "outgoing"
# A network of its own with one card whose other end leads nowhere: WebRTC wants an address besides loopback.
_NETWORK = (
    "ip link set lo up && ip link add here type veth peer name nowhere && ip addr add 192.0.2.1/24 dev here"
    " && ip link set here up && ip link set nowhere up"
)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server whose own connections to elsewhere are written down."""
    own = [each.address.partition("%")[0] for cards in psutil.net_if_addrs().values() for each in cards]
    settings = {"PYTHONPATH": str(WATCHER), "OUTGOING_LOG": str(tmp_path / "outgoing"), "OUTGOING_OWN": " ".join(own)}
    running = ServerProcess(tmp_path / "server", settings)
    yield running.start()
    running.stop()


class Heard:
    """What a browser asks for and complains of, from all its pages and frames."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.complaints: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        context.on("console", self._note)

    def _note(self, message) -> None:
        if "Content Security Policy" in message.text or "Permissions policy" in message.text:
            self.complaints.append(message.text)


def test_a_class_with_all_its_pages_stays_on_the_machine_and_obeys_its_policy(
    watched: ServerProcess, new_teacher, new_student, tmp_path: Path
):
    heard = Heard()
    teacher, student = new_teacher(watched, "Ada"), new_student(watched)
    for context in (teacher.context, student.context):
        heard.listen(context)
        context.set_default_navigation_timeout(PATIENCE_MS)
    code = teacher.open_class("Optics")
    student.join(code, "Ben")
    teacher.sees("Ben", "live")
    expect(teacher.page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE_MS)
    teacher.end_class()

    for address in (HOME, SETTINGS, MODEL, f"{LIVE}?demo=1", REPORTS):
        teacher.page.goto(watched.url + address)
        expect(teacher.page.locator("form.inline").first).to_be_visible(timeout=PATIENCE_MS)
    teacher.page.goto(watched.url + ANALYSE)
    picture = media.media("multi_face.jpg")
    teacher.page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(picture)
    expect(teacher.page.get_by_text("Save this picture")).to_be_visible(timeout=PATIENCE_MS)
    student.page.goto(watched.url + JOIN)
    expect(student.page.get_by_text("The class has ended")).to_be_visible(timeout=PATIENCE_MS)

    log = tmp_path / "outgoing"
    assert (log.read_text("utf-8") if log.exists() else "") == ""
    assert heard.hosts - {""} == {urlsplit(watched.url).netloc}
    assert heard.complaints == []


def test_the_same_class_works_in_a_network_without_a_way_out():
    """In a network namespace: what would ask for anything outside gets an error at once, and the class must not mind."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        lacking("needs unshare and ip: `apt-get install util-linux iproute2`")
    if subprocess.run(["unshare", "-rn", "sh", "-c", _NETWORK], capture_output=True).returncode:
        lacking("needs a kernel that lets this user make a network namespace")
    test = test_a_class_with_all_its_pages_stays_on_the_machine_and_obeys_its_policy.__name__
    run = f"exec {shlex.quote(sys.executable)} -m pytest -q -p no:cacheprovider {Path(__file__).name}::{test}"
    ended = subprocess.run(
        ["unshare", "-rn", "sh", "-c", f"{_NETWORK} && {run}"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-1000:]
    assert "1 passed" in ended.stdout
