"""Two real servers on one database, on SQLite and on PostgreSQL: the second is refused, and a dead one is followed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import pytest
from sqlalchemy import create_engine

from benchmarks.server import ROOT, ServerProcess, free_port
from classroom.heartbeat import REFUSED, REPLACED
from classroom.store.database import SILENT_MS

# A start and all that it waits for, on a machine that others use, too.
PATIENCE_S = 60.0


@pytest.fixture
def new_server(store_url, tmp_path):
    """Servers on one database, with a data folder each or the same."""
    started: list[ServerProcess] = []

    def server(folder: str) -> ServerProcess:
        started.append(ServerProcess(tmp_path / folder, {"DATABASE_URL": store_url}))
        return started[-1]

    yield server
    for each in started:
        each.stop()


def refused(server: ServerProcess) -> str:
    """What a server says that does not start."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(free_port())]
    ended = subprocess.run(
        [*command, "--server.address", "localhost"],
        cwd=ROOT,
        env=server._env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ended.returncode == 1
    return ended.stdout + ended.stderr


def heard(url: str) -> list[tuple]:
    with closing(create_engine(url.replace("postgresql:", "postgresql+psycopg:")).connect()) as connection:
        return [tuple(row) for row in connection.exec_driver_sql("select server_id, heard_ms from heartbeat")]


def test_a_second_server_ends_with_a_sentence_and_the_first_goes_on(new_server, store_url):
    first = new_server("first").start()
    key, (before,) = first.setup_key(), heard(store_url)
    for folder in ("first", "second"):
        said = refused(new_server(folder))
        assert said.strip().splitlines()[-1] == f"ClassPulse does not start. {REFUSED}"
        assert "Traceback" not in said and "setup key" not in said
    assert first.is_well()
    (after,) = heard(store_url)
    assert after[0] == before[0] and after[1] > before[1]
    assert first.setup_key() == key
    first.stop()
    assert heard(store_url) == [], "an end in order frees the database at once"
    new_server("second").start()


@pytest.mark.parametrize("folder", ["first", "second"])
def test_a_killed_server_is_followed(new_server, store_url, folder):
    """At once in the same data folder, where it is known that its process is gone; elsewhere after ten seconds."""
    first = new_server("first").start()
    ((dead, _),) = heard(store_url)
    first.kill()
    began_s = time.monotonic()
    second = new_server(folder).start()
    took_s = time.monotonic() - began_s
    ((now, _),) = heard(store_url)
    assert now != dead
    said = second.output.read_text("utf-8")
    if folder == "second":
        assert "this one waits to see whether that still runs" in said
        assert took_s > SILENT_MS / 1000 - 3  # beats came every two seconds
    else:
        assert "waits to see" not in said


def test_a_server_that_stood_still_and_was_followed_says_so_and_stores_nothing(new_server, store_url):
    first = new_server("first").start()
    os.kill(first.pid, signal.SIGSTOP)
    second = new_server("second").start()
    ((follower, _),) = heard(store_url)
    os.kill(first.pid, signal.SIGCONT)
    until_s = time.monotonic() + PATIENCE_S
    while REPLACED not in first.output.read_text("utf-8"):
        assert time.monotonic() < until_s, "it did not notice"
        time.sleep(0.1)
    assert not first.is_well() and second.is_well()
    first.stop()
    assert first.status in (0, -signal.SIGTERM), "it had to be killed"
    assert [who for who, _ in heard(store_url)] == [follower], "it does not free what is another one's"
