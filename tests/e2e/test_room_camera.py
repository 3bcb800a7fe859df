"""One camera of the room in a real browser: five people in its picture, and nobody has joined."""

import csv
import io
import os
import signal

import pytest
from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from tests.e2e.conftest import colleagues_key
from tests.e2e.people import PATIENCE_MS, Teacher, camera_calls, wait_until

PEOPLE = [f"Person {number}" for number in range(1, 6)]
COUNT = "select count(*) from readings where class_id = (select id from classes where code = ?)"


class RoomTeacher(Teacher):
    """A teacher whose camera shows the room. ``calls`` is what their pages have asked of it."""

    def __init__(self, context, server: ServerProcess, name: str) -> None:
        self.calls = camera_calls(context)
        super().__init__(context, server.url)
        self.create_account(colleagues_key(server), name)
        self.code = self.open_class("Optics")

    def open_section(self) -> None:
        self.page.get_by_text("Share one camera of the room").click()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()


@pytest.fixture
def teacher(server, open_context, request) -> RoomTeacher:
    return RoomTeacher(open_context("a room", viewport={"width": 1280, "height": 1000}), server, request.node.name[:40])


def test_every_face_of_the_room_gets_a_seat_until_the_camera_stops(server: ServerProcess, teacher: RoomTeacher):
    page = teacher.page
    teacher.open_section()
    expect(page.get_by_text("Tell everyone in the picture before you start.")).to_be_visible()
    assert teacher.calls == [], "the camera was asked for before the button was pressed"
    teacher.press("Start the camera")
    for name in PEOPLE:
        teacher.sees(name, "live")
    assert teacher.names_on_board() == set(PEOPLE)
    expect(teacher.tile("Person 1").locator(".now")).to_contain_text("%", timeout=PATIENCE_MS)
    expect(page.get_by_text("5 of 5 seats in view")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".room-plan .seat")).to_have_count(5)
    _nothing_is_built_anew(server, teacher)

    teacher.press("Stop the camera")
    for name in PEOPLE:
        teacher.sees(name, "gone", within_s=10)
    page.wait_for_timeout(1500)  # what was on its way is written within a second
    stopped = server.one(COUNT, teacher.code)
    page.wait_for_timeout(3000)
    assert server.one(COUNT, teacher.code) == stopped

    teacher.press("Start the camera")
    teacher.sees("Person 5", "live")
    assert teacher.names_on_board() == set(PEOPLE), "the same people got new seats"
    teacher.end_class()
    rows = csv.DictReader(io.StringIO(teacher.download("Session CSV").decode("utf-8-sig")))
    assert {row["student"] for row in rows} == set(PEOPLE)
    wait_until(lambda: server.child_pid("classroom.room_process") is None, "the end of the child", page=page)


def _nothing_is_built_anew(server: ServerProcess, teacher: RoomTeacher) -> None:
    """The board refreshes, the section is closed and opened: the same video plays, and readings go on."""
    video = teacher.page.locator(".mirror.room video")
    video.evaluate("each => { each.dataset.same = 'yes' }")
    before, calls = server.one(COUNT, teacher.code), list(teacher.calls)
    teacher.open_section()  # it is open, so this closes it
    expect(video).not_to_be_visible()
    wait_until(lambda: server.one(COUNT, teacher.code) >= before + 20, "readings", page=teacher.page)
    teacher.open_section()
    assert video.evaluate("each => each.dataset.same") == "yes"
    assert teacher.calls == calls
    assert calls.count("RTCPeerConnection") == 1


def test_a_reader_that_dies_is_started_again(server: ServerProcess, teacher: RoomTeacher):
    teacher.open_section()
    teacher.press("Start the camera")
    teacher.sees("Person 5", "live")
    before = server.child_pid("classroom.room_process")
    os.kill(before, signal.SIGKILL)
    wait_until(
        lambda: server.child_pid("classroom.room_process") not in (None, before), "another child", page=teacher.page
    )
    at_ms = server.one("select max(at_ms) from readings")
    later = "select count(*) from readings where at_ms > ?"
    wait_until(lambda: server.one(later, at_ms) >= 10, "readings after the death", page=teacher.page)
    assert teacher.names_on_board() == set(PEOPLE)


def test_who_leaves_the_page_has_stopped_the_camera(server: ServerProcess, teacher: RoomTeacher):
    teacher.open_section()
    teacher.press("Start the camera")
    teacher.sees("Person 5", "live")
    teacher.page.get_by_role("link", name="Reports").first.click()
    expect(teacher.page.get_by_role("heading", name="Attendance")).to_be_visible(timeout=PATIENCE_MS)
    teacher.page.get_by_role("link", name="Live class").first.click()
    teacher.sees("Person 5", "gone", within_s=20)
    start = teacher.page.get_by_role("button", name="Start the camera", exact=True)
    if not start.is_visible():
        teacher.open_section()
    expect(start).to_be_visible(timeout=PATIENCE_MS)
