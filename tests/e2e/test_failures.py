"""A process dies in the middle of a class. Limits are counted from the moment of the kill."""

import os
import signal
import time

from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from tests.e2e.people import PATIENCE_MS, wait_until

ANALYSIS_BACK_WITHIN_S = 10
READINGS_LOST_MS = 2_000


def test_the_engine_is_killed_and_the_class_goes_on(fresh_server: ServerProcess, new_teacher, new_student):
    server = fresh_server
    teacher = new_teacher(server, "Ada")
    student = new_student(server)
    student.join(teacher.open_class("Optics"), "Mia")
    teacher.sees("Mia", "live")
    before = server.rows("select id, at_ms, reason, p_happy from readings order by id")
    dead = server.engine_pid()

    killed_ms = time.time_ns() // 1_000_000
    os.kill(dead, signal.SIGKILL)
    # "... and is being restarted", or "... for a moment and is running again" when the board looked after that.
    expect(teacher.page.get_by_text("Analysis stopped")).to_be_visible(timeout=8_000)
    back = "select min(stored_ms) from readings where at_ms > ?"
    back_ms = wait_until(lambda: server.one(back, killed_ms), "a reading after the kill", page=teacher.page)
    assert back_ms - killed_ms <= ANALYSIS_BACK_WITHIN_S * 1000
    assert server.engine_pid() not in (None, dead)
    assert server.rows("select id, at_ms, reason, p_happy from readings order by id")[: len(before)] == before
    expect(teacher.page.get_by_text("Analysis stopped")).to_have_count(0, timeout=PATIENCE_MS)
    teacher.sees("Mia", "live")
    student.reads("The class receives your picture")


def test_the_server_is_killed_and_the_class_goes_on(fresh_server: ServerProcess, new_teacher, new_student):
    server = fresh_server
    teacher = new_teacher(server, "Ada")
    code = teacher.open_class("Optics")
    student = new_student(server)
    student.join(code, "Mia")
    new_student(server).join(code, "Ben", camera=False)
    teacher.sees("Mia", "live")
    teacher.sees("Ben", "without camera")
    mia = server.one("select id from students where name = 'Mia'")
    before = server.rows("select id, at_ms from readings order by id")
    # Let it run: what is asked is how old the newest reading is at any moment, not just after the first one.
    wait_until(lambda: server.one("select count(*) from readings") >= len(before) + 6, "six more", page=teacher.page)

    killed_ms = server.kill()
    newest_ms = server.one("select max(at_ms) from readings")
    kept = server.rows("select id, at_ms from readings order by id")
    assert killed_ms - newest_ms <= READINGS_LOST_MS
    assert kept[: len(before)] == before
    teacher.page.wait_for_timeout(3000)  # an outage that a person notices

    server.start()
    back_ms = time.time_ns() // 1_000_000
    own = "select count(*) from readings where student_id = ? and at_ms > ?"
    wait_until(lambda: server.one(own, mia, back_ms), "the open tab back in its row by itself", page=student.page)
    student.is_in_class("Mia")
    teacher.sees("Mia", "live")
    teacher.sees("Ben", "without camera")
    assert server.rows("select name from students order by id") == [("Mia",), ("Ben",)]
    assert server.rows("select code, ended_ms from classes") == [(code, None)]
    assert server.rows("select id, at_ms from readings order by id")[: len(kept)] == kept
    assert teacher.page.locator("form.door").count() == 0, "the restart signed the teacher out"
    teacher.end_class()
