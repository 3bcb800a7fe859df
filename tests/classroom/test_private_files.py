"""Nobody else on the machine can read what a class leaves behind."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from classroom import private_files
from classroom.private_files import narrow, private_file, private_folder
from classroom.store import Store

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only POSIX knows who else may read a file")


@pytest.fixture(autouse=True)
def usual_umask():
    """With the umask of most machines everybody may read what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def modes(folder: Path) -> dict[str, int]:
    return {path.name: mode(path) for path in folder.iterdir()}


def open_store(folder: Path) -> Store:
    return Store(f"sqlite:///{folder / 'classes.db'}")


def test_a_new_database_its_log_and_its_folder_are_for_this_user_alone(tmp_path):
    folder = tmp_path / "data"
    store = open_store(folder)
    assert store.classes.get(1) is None
    assert mode(folder) == 0o700
    assert modes(folder) == dict.fromkeys(("classes.db", "classes.db-wal", "classes.db-shm"), 0o600)
    store.scrub()
    assert set(modes(folder).values()) == {0o600}, "also after it was written anew"
    store.close()


def test_a_database_that_others_could_read_is_narrowed_at_the_start_with_its_log_and_its_copies(tmp_path):
    open_store(tmp_path).close()
    copy = tmp_path / "classes-before-update-2026-01-01-000000.db"
    copy.write_bytes(b"an earlier version")
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    with closing(sqlite3.connect(tmp_path / "classes.db")) as other:  # keeps the log there
        other.execute("select count(*) from classes").fetchone()
        assert mode(tmp_path / "classes.db-wal") == 0o644
        store = open_store(tmp_path)
        assert store.classes.get(1) is None
        assert modes(tmp_path) == dict.fromkeys(("classes.db", "classes.db-wal", "classes.db-shm", copy.name), 0o600)
        store.close()


def test_a_folder_that_was_there_stays_as_it_is(tmp_path):
    """It may be a home, or the folder of all temporary files."""
    tmp_path.chmod(0o755)
    open_store(tmp_path).close()
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_narrower_file_stays_as_narrow(tmp_path):
    path = tmp_path / "classes.db"
    path.touch(0o400)
    private_file(path)
    assert mode(path) == 0o400


def test_a_file_of_another_user_is_said_and_stops_nothing(tmp_path, monkeypatch, caplog):
    path = tmp_path / "classes.db"
    path.touch(0o644)

    def not_ours(*_):
        raise PermissionError

    monkeypatch.setattr(private_files.Path, "chmod", not_ours)
    narrow(path)
    assert "Other users of this machine can read" in caplog.text
