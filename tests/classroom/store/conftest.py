"""A PostgreSQL of the test run's own: a fresh cluster in a temporary folder, stopped and thrown away at the end."""

import os
import tempfile
from pathlib import Path

import pytest

from benchmarks.postgres import Postgres, programs
from classroom.store import Store
from tests.fakes import lacking


@pytest.fixture(scope="session")
def postgres():
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
def store(store_url):
    store = Store(store_url)
    yield store
    store.close()
