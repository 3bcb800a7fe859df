"""What another process does to a class in the database reaches cameras, pages and boards of this one."""

import time

import pytest
from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from classroom.clock import now_ms
from classroom.store import Store
from tests.e2e.people import PATIENCE_MS, wait_until

# One look a second, and what was on its way when it came.
FILMED_ON_MS = 2_000


@pytest.fixture
def elsewhere(fresh_server: ServerProcess):
    store = Store(f"sqlite:///{fresh_server.folder / 'classpulse.db'}")
    yield store
    store.close()


def test_an_erasure_and_an_end(fresh_server: ServerProcess, elsewhere: Store, new_teacher, new_student):
    teacher = new_teacher(fresh_server, "Ada")
    code = teacher.open_class("Optics")
    mia, ben = new_student(fresh_server), new_student(fresh_server)
    mia.join(code, "Mia")
    ben.join(code, "Ben")
    for name in ("Mia", "Ben"):
        teacher.sees(name, "live")
    info = elsewhere.classes.of_code(code)
    (row,) = [student for student in elsewhere.classes.students(info.id) if student.name == "Mia"]

    elsewhere.rights.erase(row)
    expect(mia.page.get_by_text("Join your class")).to_be_visible(timeout=PATIENCE_MS)
    expect(teacher.tile("Mia")).to_have_count(0, timeout=PATIENCE_MS)
    teacher.sees("Ben", "live")
    assert fresh_server.one("select count(*) from readings where student_id = ?", row.id) == 0

    ended_ms = now_ms()
    elsewhere.classes.end(info.id, ended_ms)
    ben.reads("The class has ended")
    wait_until(lambda: time.time() * 1000 > ended_ms + 3 * FILMED_ON_MS, "some seconds more", page=ben.page)
    newest_ms = fresh_server.one("select max(at_ms) from readings")
    assert newest_ms <= ended_ms + FILMED_ON_MS
    expect(teacher.page.get_by_text("The class has ended").first).to_be_visible(timeout=PATIENCE_MS)
