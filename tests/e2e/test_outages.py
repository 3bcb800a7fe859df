"""A short way up the ladder of ``benchmarks.outages``: a browser that sleeps, a locked database, an end in order."""

import signal
import time

import psutil
import pytest

from benchmarks.browser import launch
from benchmarks.outage_class import STUDENT, OutageClass
from benchmarks.outages import STOPS_WITHIN_S, broken
from benchmarks.outages_of_server import locked
from benchmarks.outages_of_student import asleep
from benchmarks.server import ServerProcess

ASLEEP_S, LOCKED_S = 12, 8


@pytest.fixture
def browser_and_pids(playwright, clips):
    """A browser process of its own, which may be stopped without stopping the teacher's."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    browser = launch(playwright, clips("a face"))
    new = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    yield (
        browser,
        lambda: [each.pid for one in new for each in (one, *one.children(recursive=True)) if _is_browser(each)],
    )
    browser.close()


def _is_browser(process: psutil.Process) -> bool:
    return "chrom" in process.name()


def test_a_class_outlives_sleep_a_lock_and_an_end_in_order(fresh_server: ServerProcess, open_context, browser_and_pids):
    browser, pids = browser_and_pids
    server = fresh_server
    lesson = OutageClass(server, open_context().new_page(), browser, server.url, server.rows)
    for outage in (asleep(lesson, "browser", sorted(set(pids())), ASLEEP_S), locked(lesson, LOCKED_S)):
        (seen,) = outage
        assert broken(seen) == [], seen
        assert seen.board, "the board said nothing of it"

    newest = "select max(at_ms) from readings join students on students.id = student_id where name = ?"
    lesson.settle()
    began_s, began_ms = time.monotonic(), time.time_ns() // 1_000_000
    server.stop()
    assert time.monotonic() - began_s < STOPS_WITHIN_S
    assert server.status in (0, -signal.SIGTERM), "it had to be killed"
    assert began_ms - server.one(newest, STUDENT) < 2_000, "what was on its way was not written"
    assert lesson.is_whole()
