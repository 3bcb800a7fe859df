"""Which recordings a starting server deletes: those of servers that live no more, and no other."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from classroom import server_folder
from classroom.server import ClassServer
from classroom.server_folder import ServerFolder
from classroom.settings import Settings
from tests.fakes import FakeEngine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def parent(tmp_path):
    return tmp_path / "data" / "recordings"


def upload(folder: ServerFolder) -> Path:
    """A recording that is being read."""
    (folder.path / "token").mkdir()
    file = folder.path / "token" / "This file"
    file.write_bytes(b"video")
    return file


def kill(folder: ServerFolder) -> None:
    """What the system does when the process ends."""
    folder._lock.close()


def test_folder_and_lock_are_for_this_user_alone(parent):
    folder = ServerFolder(parent, "one")
    assert {path.stat().st_mode & 0o77 for path in (parent, folder.path, *parent.rglob("*"))} == {0}
    folder.close()


def test_what_a_live_server_reads_stays_and_what_a_killed_one_left_goes(parent):
    living, killed = ServerFolder(parent, "living"), ServerFolder(parent, "killed")
    of_living, of_killed = upload(living), upload(killed)
    kill(killed)
    starting = ServerFolder(parent, "starting")
    own = upload(starting)
    starting.clear_up()
    assert of_living.exists() and own.exists()
    assert not of_killed.exists() and not killed.path.exists()
    for folder in (living, starting):
        folder.close()


def test_what_an_earlier_version_left_goes(parent):
    (parent / "token").mkdir(parents=True)
    (parent / "token" / "This file").write_bytes(b"video")
    (parent / "loose").write_bytes(b"video")
    folder = ServerFolder(parent, "one")
    folder.clear_up()
    assert {path.name for path in parent.iterdir()} == {"one", "lock"}
    folder.close()


def test_an_end_in_order_leaves_no_file(parent):
    folder = ServerFolder(parent, "one")
    upload(folder)
    folder.close()
    folder.close()
    assert [path.name for path in parent.rglob("*")] == ["lock"]


def test_whether_another_server_lives_is_known_where_its_folder_is(parent):
    one, other = ServerFolder(parent, "one"), ServerFolder(parent, "other")
    assert (one.is_alive("other"), one.is_alive("on another machine")) == (True, None)
    kill(other)
    assert one.is_alive("other") is False
    assert one.is_alive("other") is False, "asking changes nothing"
    one.close()
    assert ServerFolder(None, "nowhere").is_alive("one") is None


def test_without_locks_nothing_is_known_and_what_lies_there_goes_as_before(parent, monkeypatch):
    monkeypatch.setattr(server_folder, "fcntl", None)
    one, other = ServerFolder(parent, "one"), ServerFolder(parent, "other")
    assert one.is_alive("other") is None
    upload(other)
    one.clear_up()
    assert not other.path.exists() and one.path.exists()
    one.close()


def test_a_server_without_a_folder_has_nothing_to_clear_up():
    folder = ServerFolder(None, "one")
    folder.clear_up()
    folder.close()
    assert folder.path is None


def test_a_folder_that_cannot_be_made_keeps_no_class_from_running(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    folder = ServerFolder(tmp_path / "file" / "recordings", "one")
    folder.clear_up()
    folder.close()
    assert "Recordings cannot be kept" in caplog.text


def test_a_process_that_is_killed_loses_its_lock(parent):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path; from classroom.server_folder import ServerFolder\n"
        f"folder = ServerFolder(Path({str(parent)!r}), 'child'); print('made', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"made\n"
    folder = ServerFolder(parent, "one")
    folder.clear_up()
    assert folder.is_alive("child") is True
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert folder.is_alive("child") is False
    folder.clear_up()
    assert not (parent / "child").exists()
    folder.close()


def test_two_servers_with_a_database_each_share_a_data_folder(parent, tmp_path, clock, by_hand):
    """Both of which are started with the same CLASSPULSE_DATA, and each with a DATABASE_URL of its own."""

    def started(name: str) -> ClassServer:
        settings = Settings(database_url=f"sqlite:///{tmp_path / name}.db", recordings_dir=parent)
        return ClassServer(settings, clock, FakeEngine())

    one = started("one")
    job = one.jobs.begin(1, "lesson.mp4", 5, 0.5)
    one.jobs.receive(job, b"video")
    other = started("other")
    assert one.jobs._path_of(job).read_bytes() == b"video"
    other.close()
    assert one.jobs._path_of(job).read_bytes() == b"video"
    one.jobs.drop(job)
    one.close()
