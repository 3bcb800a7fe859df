"""A name and a face that nobody else has go through a class, and everything is searched for both: before and after
they were erased."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import launch, moving, write_clip
from benchmarks.server import ServerProcess
from classroom.class_files import file_names
from classroom.modes import Mode
from tests import canary, media
from tests.e2e.people import PATIENCE_MS, Student, Teacher, wait_until
from tests.test_canary import FOREHEAD_XYXY

DATABASE = {"classpulse.db", "classpulse.db-wal"}


class Heard:
    """Everything that a page receives from the server, but for video: that goes one way only."""

    def __init__(self, page: Page) -> None:
        self.addresses: list[str] = []
        self._bodies: list[bytes] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._frame))
        page.on("response", lambda response: self.addresses.append(response.url))

    def _frame(self, payload) -> None:
        self._bodies.append(payload if isinstance(payload, bytes) else payload.encode())

    @property
    def content(self) -> bytes:
        return b"\n".join(self._bodies)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """With a folder of its own for temporary files, so that they are searched as well."""
    (tmp_path / "tmp").mkdir()
    running = ServerProcess(tmp_path / "server", {"TMPDIR": str(tmp_path / "tmp")})
    yield running.start()
    running.stop()


@pytest.fixture
def canary_browser(playwright, tmp_path):
    """A browser whose camera shows the face with the code."""
    face = canary.with_code(np.ascontiguousarray(media.astronaut_bgr()[:300, 60:460]), FOREHEAD_XYXY)
    browser = launch(playwright, write_clip(tmp_path / "canary.y4m", moving(face)))
    yield browser
    browser.close()


def test_name_and_face_are_where_they_should_be_and_after_erasure_nowhere(
    server: ServerProcess, canary_browser, new_teacher, new_student
):
    teacher = new_teacher(server, "Ada")
    heard = Heard(teacher.page)
    code = teacher.open_class("Optics", f"{canary.NAME}\nBen")
    class_id = server.one("select id from classes where code = ?", code)
    student = Student(canary_browser.new_context(viewport={"width": 420, "height": 900}), server.url)
    of_the_student = Heard(student.page)
    student.join(code, canary.NAME)
    new_student(server).join(code, "Ben", camera=False)
    teacher.sees(canary.NAME, "live")
    student.reads("Your camera is being analysed")
    assert canary.face_in(student.page.screenshot()), "the camera does not show it, so nothing could be found anywhere"
    student.press("I'm lost")
    own = "select count(*) from readings join students on students.id = student_id where name = ?"
    wait_until(lambda: server.one(own, canary.NAME) > 5, "some readings", page=student.page)

    named = named_in(server)
    assert named and named <= DATABASE, "the name is in the database, and in no log and no temporary file"
    nowhere_a_face(server)
    assert not canary.face_in(heard.content)
    for address in (*heard.addresses, *of_the_student.addresses):
        if "/media/" in address:  # where Streamlit keeps what it shows, for everybody who knows the address
            body = teacher.context.request.get(address).body()
            assert not canary.face_in(body) and not canary.name_in(body), address
    for name in file_names(Mode.NAMES):
        with_names, without = (exported(teacher, class_id, name, query) for query in ("", "?names=no"))
        assert not canary.name_in(without) and not canary.face_in(without) and not canary.face_in(with_names)
        if name in ("session.csv", "attendance.csv", "signals.csv", "report.html", "everything.zip"):
            assert canary.name_in(with_names), f"{name}: else the search would find nothing anywhere"

    everything_about_me(student)
    the_last_minute_goes(server, student)
    student.press("Leave and erase")
    student.reads("everything about you in that class is deleted")
    assert student.context.request.get(f"{server.url}/student/my-data.json").status == 404
    expect(teacher.tile(canary.NAME)).to_have_count(0, timeout=PATIENCE_MS)
    assert teacher.names_on_board() == {"Ben"}

    wait_until(lambda: not named_in(server), "the name gone from every file", page=teacher.page)
    nowhere_a_face(server)
    for name in file_names(Mode.NAMES):
        assert not canary.name_in(exported(teacher, class_id, name, "")), name
    server.stop()
    assert named_in(server) == set()
    nowhere_a_face(server)


def everything_about_me(student: Student) -> None:
    """The file is there, complete, and says the name."""
    student.page.get_by_text("What is stored about me").click()
    student.reads("No picture and no sound")
    with student.page.expect_download(timeout=PATIENCE_MS) as coming:
        student.page.get_by_role("link", name="Download all of it").click()
    content = json.loads(coming.value.path().read_text("utf-8"))
    assert content["tables"]["students"][0]["name"] == canary.NAME
    assert len(content["tables"]["readings"]) > 5
    assert [row["kind"] for row in content["tables"]["signals"]] == ["lost"]


def the_last_minute_goes(server: ServerProcess, student: Student) -> None:
    newest_ms = server.one("select max(at_ms) from readings")
    student.page.get_by_role("button", name="That's wrong").click()
    student.reads("of the last minute deleted")
    since = "select count(*) from readings where at_ms between ? and ?"
    assert server.one(since, newest_ms - 30_000, newest_ms) == 0


def exported(teacher: Teacher, class_id: int, name: str, query: str) -> bytes:
    """A file of the class, with what is in it where it is a zip file."""
    body = teacher.context.request.get(f"{teacher.url}/class/{class_id}/{name}{query}").body()
    return b"\n".join([body, *canary.unzipped(body)])


def searched(server: ServerProcess) -> dict[str, bytes]:
    """The data folder with database, its log and the server's output; the temporary files; and what the server and its
    children hold open, which may have no name any more."""
    found = canary.files_in(server.folder, server.folder.parent / "tmp")
    if psutil.pid_exists(server.pid):
        for process in (server.pid, *(child.pid for child in psutil.Process(server.pid).children(recursive=True))):
            for handle in Path(f"/proc/{process}/fd").glob("*"):
                if handle.exists() and handle.is_file():
                    found[f"{handle} {handle.readlink()}"] = handle.read_bytes()
    return found


def named_in(server: ServerProcess) -> set[str]:
    """The names of the files in which the name stands."""
    return {Path(path.split(" ")[-1]).name for path, content in searched(server).items() if canary.name_in(content)}


def nowhere_a_face(server: ServerProcess) -> None:
    for path, content in searched(server).items():
        assert not canary.face_in(content), f"the face is in {path}"
        assert not canary.has_video(content), f"{path} is a video, in which nothing can be searched for"
