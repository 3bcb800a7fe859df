"""Cameras that are refused, covered, crowded, paused: each gets a sentence, and the student stays in the class."""

import pytest
from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from tests.e2e.people import PATIENCE_MS, Teacher, wait_until

# A connection that is begun twice takes fifteen seconds to find out.
SHARED_WITHIN_S = 14
_FAILS = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{}'))"


def test_a_refused_camera_gets_a_sentence_and_a_way_on(server: ServerProcess, new_teacher, new_student):
    teacher, student = _class_of(server, new_teacher), new_student(server, None)
    student.context.grant_permissions([])  # to Chromium this means: everything else is refused, without a question
    student.join(teacher.code, "Mia")
    wait_until(lambda: student.questions, "the camera asked for", page=student.page)
    student.page.wait_for_timeout(8000)
    assert 1 <= student.questions < 10, "the page keeps asking for a camera that was refused"
    student.reads("The camera is not allowed")
    student.reads("Your camera is not being analysed")
    teacher.sees("Mia", "without camera")
    student.press("Try again")
    wait_until(lambda: student.questions > 1, "the camera asked for again", page=student.page)


def test_who_declines_is_told_from_whose_camera_does_not_work_by_nothing(
    fresh_server: ServerProcess, new_teacher, new_student
):
    """Not by the board, not by any row, not by a line in the server's log."""
    server = fresh_server
    teacher, refused, missing = _class_of(server, new_teacher), new_student(server, None), new_student(server)
    logged = server.output.stat().st_size
    refused.context.grant_permissions([])
    missing.context.add_init_script(_FAILS.format("NotFoundError"))
    new_student(server).join(teacher.code, "Declines", camera=False)
    refused.join(teacher.code, "Refuses")
    missing.join(teacher.code, "Has none")
    refused.reads("The camera is not allowed")
    missing.reads("No camera was found")
    names = ("Declines", "Refuses", "Has none")
    for name in names:
        teacher.sees(name, "without camera")
    words = [teacher.tile(name).inner_text().replace(name, "") for name in names]
    assert words[0] == words[1] == words[2]
    own = "from {} where student_id = (select id from students where name = ? order by id desc limit 1)"
    for name in names:
        (sharing,) = server.rows("select sharing from students where name = ? order by id desc limit 1", name)[0]
        assert sharing == "nothing"
        assert server.one(f"select count(*) {own.format('visits')}", name) == 1
        for table in ("readings", "signals", "alerts"):
            assert server.one(f"select count(*) {own.format(table)}", name) == 0
    assert server.output.read_bytes()[logged:] == b""


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        # A page without HTTPS has no such object at all; 127.0.0.1 counts as secure, so it is taken away here.
        ("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})", "only to pages over HTTPS"),
        (_FAILS.format("NotFoundError"), "No camera was found"),
        (_FAILS.format("NotReadableError"), "Close other programs that use it"),
    ],
)
def test_a_camera_that_cannot_be_opened_says_why(server: ServerProcess, new_teacher, new_student, script, sentence):
    teacher, student = _class_of(server, new_teacher), new_student(server, "a face")
    student.context.add_init_script(script)
    student.join(teacher.code, "Mia")
    student.reads(sentence)
    assert "RTCPeerConnection" not in student.camera_calls, "a connection was begun without a camera"
    expect(student.page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_covered_camera_is_camera_off(server: ServerProcess, new_teacher, new_student):
    teacher, student = _class_of(server, new_teacher), new_student(server, "black")
    student.join(teacher.code, "Mia")
    teacher.sees("Mia", "camera off")
    student.reads("A black picture arrives from your camera")
    # The page and the connection are there, so it is not said that the student has gone.
    assert teacher.page.locator('.tile[data-state="gone"]').count() == 0


def test_two_faces_are_said_and_the_largest_is_read(server: ServerProcess, new_teacher, new_student):
    teacher, student = _class_of(server, new_teacher), new_student(server, "two faces")
    student.join(teacher.code, "Mia")
    teacher.sees("Mia", "live")
    expect(teacher.tile("Mia")).to_contain_text("2 faces", timeout=PATIENCE_MS)
    student.reads("There is more than one face in front of your camera; the largest one is read.")


def test_pause_and_share_again(server: ServerProcess, new_teacher, new_student):
    teacher, student = _class_of(server, new_teacher), new_student(server)
    student.join(teacher.code, "Mia")
    teacher.sees("Mia", "live")

    student.reads("Your camera is being analysed")
    student.press("Pause my camera")
    student.reads("Paused. No picture leaves your machine.")
    student.reads("Your camera is not being analysed")
    teacher.sees("Mia", "paused")
    count = "select count(*) from readings join classes on classes.id = class_id where code = ?"
    student.page.wait_for_timeout(2500)  # what was on its way is written within a second
    at_pause = server.one(count, teacher.code)
    student.page.wait_for_timeout(4000)
    assert server.one(count, teacher.code) == at_pause

    student.press("Share my camera again")
    teacher.sees("Mia", "live", within_s=SHARED_WITHIN_S)
    student.reads("The class receives your picture")
    wait_until(lambda: server.one(count, teacher.code) > at_pause, "readings after the pause", page=student.page)

    student.press("Go on without camera")
    teacher.sees("Mia", "without camera")
    student.press("Share my camera")
    teacher.sees("Mia", "live", within_s=SHARED_WITHIN_S)


def test_leave_and_come_back_into_the_same_row(server: ServerProcess, new_teacher, new_student):
    teacher, student = _class_of(server, new_teacher), new_student(server)
    student.join(teacher.code, "Mia")
    teacher.sees("Mia", "live")

    student.press("Leave the class")
    student.reads("You have left the class")
    teacher.sees("Mia", "gone")
    student.page.reload()
    student.reads("You have left the class")
    assert student.page.get_by_text("You are here as").count() == 0

    student.press("Come back")
    student.is_in_class("Mia")
    teacher.sees("Mia", "live", within_s=SHARED_WITHIN_S)
    assert (
        server.one("select count(*) from students join classes on classes.id = class_id where code = ?", teacher.code)
        == 1
    )


def _class_of(server: ServerProcess, new_teacher) -> Teacher:
    """A teacher in an open class; ``code`` is its join code."""
    number = server.one("select count(*) from teachers")
    teacher = new_teacher(server, f"Teacher {number + 1}")
    teacher.code = teacher.open_class("Optics")
    return teacher
