"""Whether a server stays as it is: a class for hours in which one leaves and one joins every minute.

    python -m benchmarks.soak --minutes 120 --json benchmarks/results/soak.json --graph benchmarks/results/soak.svg

Students are aiortc peers, a teacher's board is open. Memory, threads, open files and asyncio tasks are sampled every
ten seconds. Afterwards ``--changes`` students leave and as many join, as fast as they can, and everything has to come
back to what it was. It stops by itself, and what it starts it ends.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks.camera_clip import CLIP
from benchmarks.live import MAX_STUDENTS, machine, show
from benchmarks.peer_class import health
from benchmarks.server import ServerProcess
from benchmarks.students import Students
from benchmarks.teacher_peer import TeacherPeer, open_class
from benchmarks.usage import Usage, family

SAMPLE_S, CHANGE_S, SETTLE_S = 10.0, 60.0, 20.0
# Memory grows while everything is used for the first time; a quarter of the time, and no more than this.
WARM_UP_S = 20 * 60.0
# Streamlit keeps a page that was closed for two minutes, in case it comes back, and drops it when another page is
# opened after that; the server collects what was dropped once a minute.
KEPT_S, COLLECTED_S = 125.0, 65.0
# A run of a page has a thread while it lasts, a few milliseconds; what leaked is there at every look.
LOOKS, LOOK_EVERY_S = 60, 1.0
NEAR = 2
MAX_MINUTES, MAX_CHANGES = 300, 500

LIMITS = (
    ("memory_slope_mb_per_hour", "at most", 10.0),
    ("threads_more_afterwards", "at most", NEAR),
    ("open_files_more_afterwards", "at most", NEAR),
    ("asyncio_tasks_more_afterwards", "at most", NEAR),
    ("students_never_read", "at most", 0),
)
# Who has been here for so long and was never read has a page that hangs, which no average shows.
READ_WITHIN_MS = 30_000
_NEVER_READ = """select count(*) from students where joined_ms < ? and id not in (select student_id from readings)"""


@dataclass(frozen=True)
class Counts:
    """What a leak would raise."""

    threads: int
    open_files: int
    asyncio_tasks: int

    def more_than(self, before: "Counts") -> dict[str, int]:
        """By how much each has grown, flat."""
        names = ("threads", "open_files", "asyncio_tasks")
        return {f"{name}_more_afterwards": getattr(self, name) - getattr(before, name) for name in names}


def at_every_look(looks: Sequence[Counts]) -> Counts:
    """What never went away: the fewest of each."""
    return Counts(*(min(column) for column in zip(*map(astuple, looks), strict=True)))


@dataclass(frozen=True)
class Sample:
    at_s: float  # since the beginning
    memory_mb: float  # of server and engine
    counts: Counts


def slope_mb_per_hour(samples: Sequence[Sample]) -> float:
    """By least squares over all but the warm-up; 0 of fewer than two samples."""
    if not samples:
        return 0.0
    warm_s = min(WARM_UP_S, samples[-1].at_s / 4)
    late = [each for each in samples if each.at_s >= warm_s]
    if len(late) < 2:
        return 0.0
    return float(np.polyfit([each.at_s for each in late], [each.memory_mb for each in late], 1)[0] * 3600)


def soak(server: ServerProcess, count: int, minutes: float, changes: int, clip: Path) -> tuple[list[Sample], dict]:
    """Run it on a started server. Gives the samples, and the figures of joining and leaving afterwards."""
    return asyncio.run(_soak(server, count, minutes, changes, clip))


async def _soak(server: ServerProcess, count: int, minutes: float, changes: int, clip: Path) -> tuple[list, dict]:
    token, code = open_class(server)
    students = await asyncio.to_thread(Students, server.url, code, count, CHANGE_S / 6, clip)
    teacher = await TeacherPeer.watch(server, token)
    try:
        await asyncio.to_thread(students.begin)
        await asyncio.sleep(SETTLE_S)
        samples = await _sample(server, students, minutes * 60)
        ((never_read,),) = server.rows(_NEVER_READ, time.time_ns() // 1_000_000 - READ_WITHIN_MS)
        before = await _settled(server, token)
        print(f"{changes} joins and leaves; before: {before}", flush=True)
        for _ in range(changes):
            await asyncio.to_thread(students.change)
        after = await _settled(server, token)
        problems = (await asyncio.to_thread(students.figures))["problems"]
    finally:
        await teacher.close()
        await asyncio.to_thread(students.stop)
    for problem in problems:
        print(problem)
    told = {"joins_and_leaves": changes, "problems": len(problems), "students_never_read": never_read}
    return samples, told | after.more_than(before)


async def _sample(server: ServerProcess, students: Students, seconds: float) -> list[Sample]:
    usage, samples, began_s, changed_s = _usage(server), [], time.monotonic(), 0.0
    while (at_s := time.monotonic() - began_s) < seconds:
        if at_s - changed_s >= CHANGE_S:
            changed_s = at_s
            await asyncio.to_thread(students.change)
        try:
            memory = usage.look()
            samples.append(Sample(at_s, sum(memory.values()) / 1e6, counts(server)))
        except psutil.NoSuchProcess:  # the engine was started again
            usage = _usage(server)
        await asyncio.sleep(SAMPLE_S)
    return samples


async def _settled(server: ServerProcess, token: str) -> Counts:
    """What is there for a minute on end when nobody has come or gone for a while."""
    await asyncio.sleep(KEPT_S)
    await (await TeacherPeer.watch(server, token)).close()
    await asyncio.sleep(COLLECTED_S)
    looks = []
    for _ in range(LOOKS):
        looks.append(counts(server))
        await asyncio.sleep(LOOK_EVERY_S)
    return at_every_look(looks)


def _usage(server: ServerProcess) -> Usage:
    return Usage({"server": server.pid, "engine": server.engine_pid()})


def counts(server: ServerProcess) -> Counts:
    threads, open_files = family(server.pid)
    return Counts(threads, open_files, health(server)["asyncio_tasks"])


def draw(samples: Sequence[Sample], path: Path) -> None:
    """Memory above, counts below, over the minutes."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    minutes = [each.at_s / 60 for each in samples]
    figure, (above, below) = plt.subplots(2, 1, figsize=(9, 6), sharex=True, layout="constrained")
    above.plot(minutes, [each.memory_mb for each in samples], color="#0072B2")
    above.set(ylabel="server and engine, MB", ylim=(0, None), title="One student leaves and one joins every minute")
    below.plot(minutes, [astuple(each.counts) for each in samples], label=["threads", "open files", "asyncio tasks"])
    below.set(ylabel="count", xlabel="minutes", ylim=(0, None))
    below.legend(loc="lower right")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=20, help=f"1 to {MAX_STUDENTS}")
    parser.add_argument("--minutes", type=float, default=10.0, help=f"to {MAX_MINUTES}")
    parser.add_argument("--changes", type=int, default=200, help=f"joins and leaves afterwards, to {MAX_CHANGES}")
    parser.add_argument("--clip", type=Path, default=CLIP, help="what all cameras show")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--graph", type=Path, help="where to draw the samples, an .svg file")
    given = parser.parse_args()
    if not 1 <= given.students <= MAX_STUDENTS or not 0.5 <= given.minutes <= MAX_MINUTES:
        parser.error(f"ask for 1 to {MAX_STUDENTS} students and 0.5 to {MAX_MINUTES} minutes")
    if not 0 <= given.changes <= MAX_CHANGES:
        parser.error(f"ask for at most {MAX_CHANGES} joins and leaves")
    figures: dict[str, object] = {"students": given.students, "minutes": given.minutes}
    about = machine()
    with tempfile.TemporaryDirectory(prefix="classpulse-soak-", ignore_cleanup_errors=True) as folder:
        # Students who have left keep their row: the class must be large enough for everybody who was ever here.
        server = ServerProcess(Path(folder) / "server", {"CLASSPULSE_MAX_STUDENTS": "500"}).start()
        try:
            samples, afterwards = soak(server, given.students, given.minutes, given.changes, given.clip)
        finally:
            server.stop()
    memory = [each.memory_mb for each in samples]
    figures |= {
        "samples": len(samples),
        "asyncio_tasks_peak": max(each.counts.asyncio_tasks for each in samples),
        "memory_at_start_mb": round(memory[0], 1),
        "memory_at_end_mb": round(memory[-1], 1),
        "memory_peak_mb": round(max(memory), 1),
        "memory_slope_mb_per_hour": round(slope_mb_per_hour(samples), 2),
    }
    figures |= afterwards | about
    show(figures, LIMITS)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if given.graph:
        draw(samples, given.graph)


if __name__ == "__main__":
    main()
