"""What every test stands on: nothing outside its own folder is read or written, and time stands still.

With ``CI=true`` in the environment a missing piece (pictures in ``../shared``, a browser, a database server) is a
failure, so that a green run means that it was used; elsewhere it is a skip that is counted and says how to get it.

The parts of a class are imported where they are used: the tests of training run without what only a class needs.
"""

import contextlib
import os
import tempfile
import threading
from pathlib import Path

import pytest

with contextlib.suppress(ImportError):
    # The library that carries the video. Where TensorFlow is loaded first, loading it afterwards crashes the process.
    import pylibsrtp  # noqa: F401


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """No test reads or writes the database of a deployment."""
    monkeypatch.setenv("CLASSPULSE_DATA", str(tmp_path / "data"))
    for name in (
        "DATABASE_URL",
        "CLASSPULSE_WINDOW_S",
        "CLASSPULSE_MAX_STUDENTS",
        "CLASSPULSE_PUBLIC_URL",
        "CLASSPULSE_MAX_RECORDING_MB",
        "CLASSPULSE_RETENTION_DAYS",
        "CLASSPULSE_REGION",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock():
    from tests.fakes import FakeClock

    return FakeClock()


@pytest.fixture
def store(tmp_path):
    from classroom.store import Store

    store = Store(f"sqlite:///{tmp_path / 'classes.db'}")
    yield store
    store.close()


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL of the test run's own: a fresh cluster in a temporary folder, thrown away at the end."""
    from benchmarks.postgres import Postgres, programs
    from tests.fakes import lacking

    found = programs()
    if found is None:
        lacking("needs a PostgreSQL server: apt-get install postgresql")
    # Not the folder that pytest gives: its parents are closed to the user that root lends.
    with tempfile.TemporaryDirectory(prefix="classpulse-pg-") as folder:
        os.chmod(folder, 0o755)
        server = Postgres(found, Path(folder))
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'classes.db'}"
    return request.getfixturevalue("postgres").empty()


@pytest.fixture
def by_hand(monkeypatch):
    """The threads of a server do nothing by themselves: a test calls ``fakes.serve``, ``recorder.flush``,
    ``retention.look``, ``heartbeat.beat``, ``class_watch.look``.

    Passwords cost nothing: what the real hashes are like is a test of its own.
    """
    from tests.fakes import CHEAP_HASHER

    monkeypatch.setattr("classroom.accounts.PasswordHasher", lambda: CHEAP_HASHER)
    monkeypatch.setattr("classroom.ticker.Ticker._run", lambda self: None)
    monkeypatch.setattr("classroom.recorder.COMMIT_EVERY_S", 3600.0)
    monkeypatch.setattr("classroom.demo._STEP_MS", 3_600_000)
    monkeypatch.setattr("classroom.retention.Retention._run", lambda self: None)
    monkeypatch.setattr("classroom.heartbeat.BEAT_EVERY_S", 3600.0)
    monkeypatch.setattr("classroom.class_watch.LOOK_EVERY_S", 3600.0)


@pytest.fixture
def server(tmp_path, clock, by_hand):
    """A whole server with a made-up engine, on a database of its own; four students a class. Faces may be read there."""
    from classroom.regions import Region
    from classroom.server import ClassServer
    from classroom.settings import Settings
    from tests.fakes import FakeEngine

    settings = Settings(database_url=f"sqlite:///{tmp_path / 'server.db'}", max_students=4).in_region(Region.OTHER)
    server = ClassServer(settings, clock, FakeEngine())
    yield server
    server.close()


@pytest.fixture
def fake_reader(monkeypatch):
    """No recording is read: what a test sets on this class, such as ``pause_after``, is what each reader does."""
    from tests.fakes import FakeReader

    class Reader(FakeReader):  # of its own, so that what a test sets is gone afterwards
        go_on = threading.Event()

    monkeypatch.setattr("classroom.recording_job.RecordingReader", Reader)
    yield Reader
    Reader.go_on.set()
