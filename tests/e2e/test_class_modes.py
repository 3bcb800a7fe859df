"""Modes in real browsers: no camera where none is taken, no expression where none is computed, no face where none may be
read."""

import re

import psutil
from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from classroom.regions import Region
from classroom.store.tables import PROB_COLUMNS
from tests.e2e.people import PATIENCE_MS, Teacher, wait_until


def test_a_class_of_signals_asks_no_browser_for_a_camera(server, new_teacher, new_student):
    teacher, mia = new_teacher(server, "Signals"), new_student(server)
    code = teacher.open_class("Signals", mode="Signals only")
    mia.open_link(code)
    expect(mia.page.get_by_role("button", name="Share my camera")).to_have_count(0)
    mia.page.locator("input[name=student_name]").fill("Mia")
    mia.page.get_by_role("button", name="Join", exact=True).click()
    mia.is_in_class("Mia")
    mia.press("Hand up")
    expect(teacher.page.get_by_text("1 hand up")).to_be_visible(timeout=PATIENCE_MS)
    expect(teacher.page.get_by_text("Share one camera of the room")).to_have_count(0)
    assert mia.camera_calls == []


def test_a_class_in_view_is_read_without_the_network(server, new_teacher, new_student):
    teacher, mia = new_teacher(server, "In view"), new_student(server)
    code = teacher.open_class("In view class", mode="In view")
    mia.join(code, "Mia")
    teacher.sees("Mia", "live")
    expect(teacher.tile("Mia").locator(".now")).to_have_text("in view", timeout=PATIENCE_MS)
    query = "from readings join classes on classes.id = class_id where code = ?"
    wait_until(lambda: server.one(f"select count(*) {query}", code) > 3, "readings", page=mia.page)
    shown = " + ".join(f"count({column})" for column in PROB_COLUMNS)
    assert server.one(f"select {shown} {query}", code) == 0
    assert server.child_pid("classroom.attention_process") is not None


def test_under_pseudonyms_no_name_is_asked_for_and_another_language_can_be_chosen(server, new_teacher, new_student):
    teacher, mia = new_teacher(server, "Pseudonyms"), new_student(server)
    code = teacher.open_class("Pseudonyms", mode="Pseudonyms")
    mia.page.goto(f"{server.url}/Join?code={code}")
    share = mia.page.get_by_role("button", name="Join without camera")
    expect(share).to_be_visible(timeout=PATIENCE_MS)
    expect(mia.page.locator("input[name=student_name]")).to_have_count(0)
    mia.page.get_by_role("button", name="हिन्दी").or_(mia.page.get_by_text("हिन्दी")).first.click()
    expect(mia.page.get_by_text("निर्णय लेने से पहले")).to_be_visible(timeout=PATIENCE_MS)
    mia.page.get_by_role("button", name="बिना कैमरे के जुड़ें").click()
    expect(mia.page.get_by_text("You are here as")).to_be_visible(timeout=PATIENCE_MS)
    (name,) = wait_until(teacher.names_on_board, "a tile", page=teacher.page)
    assert len(name.split()) == 2


def test_who_says_that_it_is_a_school_of_the_eu_gets_a_server_that_never_starts_to_read(
    tmp_path, open_context, new_student
):
    """From the first start on, without a restart: the place is chosen on the first screen."""
    server = ServerProcess(tmp_path / "server", {"CLASSPULSE_REGION": ""}).start()
    try:
        teacher, mia = Teacher(open_context(), server.url), new_student(server)
        teacher.sign_up(server.setup_key(), "Ada")
        page = teacher.page
        page.get_by_text(Region.EU_EDUCATION.profile.title).click(timeout=PATIENCE_MS)
        expect(page.get_by_text("No face is read on this server.")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_text("A law or a public task").click()
        page.get_by_text("I have checked these points").click()
        page.get_by_role("button", name="Confirm").click()
        code = teacher.open_class("Optics")
        mia.open_link(code)
        mia.page.locator("input[name=student_name]").fill("Mia")
        mia.page.get_by_role("button", name="Join", exact=True).click()
        mia.is_in_class("Mia")
        mia.press("I'm lost")
        expect(page.get_by_text("1 lost")).to_be_visible(timeout=PATIENCE_MS)
        for address in ("Analyse", "Model"):
            page.goto(f"{server.url}/{address}")
            expect(page.get_by_text("where no face may be read")).to_be_visible(timeout=PATIENCE_MS)
        assert mia.camera_calls == []
        assert psutil.Process(server.pid).children(recursive=True) == []
        assert not re.search(r"\.tflite|mediapipe", server.output.read_text(), re.IGNORECASE)
    finally:
        server.stop()
