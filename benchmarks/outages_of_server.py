"""What happens to the engine, the server and its database."""

import errno
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from benchmarks.camera_clip import CLIP
from benchmarks.outage_class import Outage, OutageClass, Seen, must, now_ms
from benchmarks.postgres import Postgres
from benchmarks.students import Students

KILLS, OTHERS = 10, 9
LOCKED_S, FULL_S, GONE_S = 20, 15, 60
SMALL_DISK_MB = 32


def engine(lesson: OutageClass) -> Iterator[Seen]:
    def replaced(began_ms: int, dead: int, proof: str) -> Outage:
        board = lesson.until(lambda: _banner(lesson, "Analysis"), "the board says that analysis stopped")
        lesson.until(lambda: lesson.server.engine_pid() not in (None, dead), "another engine")
        # The cause's end is its begin: nobody gives the old process back.
        return Outage(proof, began_ms, began_ms, board)

    def killed() -> Outage:
        dead, began_ms = lesson.server.engine_pid(), now_ms()
        os.kill(dead, signal.SIGKILL)
        return replaced(began_ms, dead, "killed, another process")

    yield lesson.suffers("engine killed", killed)

    def hung() -> Outage:
        dead, began_ms = lesson.server.engine_pid(), now_ms()
        os.kill(dead, signal.SIGSTOP)
        must(psutil.Process(dead).status() == psutil.STATUS_STOPPED, "the engine went on")
        return replaced(began_ms, dead, "stood for good, another process")

    yield lesson.suffers("engine hung", hung)

    def out_of_memory() -> Outage:
        dead = lesson.server.engine_pid()
        resource.prlimit(dead, resource.RLIMIT_AS, (1, resource.RLIM_INFINITY))
        lesson.until(lambda: not psutil.pid_exists(dead), "its end")  # with the next picture that needs room
        return replaced(now_ms(), dead, "not a byte more, another process")

    yield lesson.suffers("engine out of memory", out_of_memory)


def kills(lesson: OutageClass) -> Iterator[Seen]:
    moments = random.Random(2026)
    for number in range(1, KILLS + 1):

        def killed() -> Outage:
            lesson.pause(moments.uniform(0.0, 3.0))
            began_ms = lesson.server.kill()
            must(lesson.server.status == -signal.SIGKILL, "the server ended in another way")
            ended_ms = now_ms()
            lesson.server.start()
            board = lesson.until(lambda: _banner(lesson, "The server was away"), "the board says so")
            return Outage("ended by SIGKILL", began_ms, ended_ms, board)

        yield lesson.suffers(f"server killed, {number} of {KILLS}", killed)


def locked(lesson: OutageClass, seconds: float = LOCKED_S) -> Iterator[Seen]:
    def held() -> Outage:
        with closing(sqlite3.connect(lesson.server.folder / "classpulse.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began_ms = now_ms()
            lesson.pause(seconds)
            must(not lesson.server.is_well(), "the server was well")
            board = _banner(lesson, "Store")
            other.execute("ROLLBACK")
        return Outage("another held the lock, /healthz said so", began_ms, now_ms(), board)

    yield lesson.suffers(f"database locked {seconds} s", held, goes_on=True)


def full(lesson: OutageClass) -> Iterator[Seen]:
    def filled() -> Outage:
        heap, began_ms = lesson.server.folder / "heap", now_ms()
        with heap.open("wb", buffering=0) as writing:
            try:
                while True:
                    writing.write(bytes(4096))
            except OSError as error:
                must(error.errno == errno.ENOSPC, str(error))
        lesson.pause(FULL_S)
        board = _banner(lesson, "Store")
        heap.unlink()
        return Outage("ENOSPC: not a byte more fits", began_ms, now_ms(), board)

    yield lesson.suffers(f"disk full {FULL_S} s", filled, goes_on=True)


def stopped(lesson: OutageClass) -> Iterator[Seen]:
    """In order, with ten students: SIGTERM as a service manager sends it."""
    others = Students(lesson.server.url, lesson.code, OTHERS, float(OTHERS), CLIP)
    try:
        others.begin()
        read = "select count(distinct student_id) from readings where at_ms > ?"
        lesson.until(lambda: lesson.rows(read, now_ms() - 4_000)[0][0] == 1 + OTHERS, "everybody read")
        lesson.nobody_else_joins()

        def ended() -> Outage:
            began_ms = now_ms()
            lesson.server.stop()
            ended_ms = now_ms()
            # Uvicorn ends in order and then by the signal that it was sent; after 20 s it would have been killed.
            must(lesson.server.status in (0, -signal.SIGTERM), f"the server ended with status {lesson.server.status}")
            newest = lesson.rows("select max(at_ms) from readings group by student_id")
            oldest_s = (began_ms - min(at_ms for (at_ms,) in newest)) / 1000
            lesson.server.start()
            board = lesson.until(lambda: _banner(lesson, "The server was away"), "the board says so")
            return Outage(f"each one's newest reading at most {oldest_s:.1f} s old", began_ms, ended_ms, board)

        yield lesson.suffers(f"SIGTERM with {1 + OTHERS} students", ended)
    finally:
        others.stop()


def gone(lesson: OutageClass, postgres: Postgres) -> Iterator[Seen]:
    """A database server that goes away, which a file cannot."""

    def away() -> Outage:
        began_ms = now_ms()
        postgres.stop()
        lesson.pause(GONE_S)
        with closing(socket.socket()) as probe:
            refused = probe.connect_ex(("127.0.0.1", postgres.port))
        must(refused, "the database answered")
        board = _banner(lesson, "The class database")
        postgres.start()
        return Outage(f"{errno.errorcode[refused]} at its port", began_ms, now_ms(), board)

    yield lesson.suffers(f"PostgreSQL gone {GONE_S} s", away, goes_on=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """The folder as a file system of its own that is soon full."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK_MB}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def _banner(lesson: OutageClass, begins: str) -> str:
    """What a line of the board says that begins so, shortened; empty when there is none."""
    found = lesson.teacher.get_by_text(begins).first
    return found.inner_text()[:60] if found.count() else ""


RUNGS: dict[str, Callable[[OutageClass], Iterator[Seen]]] = {
    "engine": engine,
    "killed": kills,
    "locked": locked,
    "full": full,
    "stopped": stopped,
}
