"""Attacks that were tried on a server of one's own beside a class of ten: what they did, and what the class noticed.

    python -m benchmarks.attacks --json benchmarks/results/attacks.json
    python -m benchmarks.attacks --only half_sent --seconds 40

Each attack is bounded in number and time and goes to a server on loopback that this starts and ends. Before the first
one the class is measured alone. A class may notice nothing: nobody is lost, the pace is kept, and the event loop, which
carries every student's video, is late by less than 250 ms.
"""

import argparse
import asyncio
import json
import math
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import httpx2

from benchmarks import attack_candidates, attack_circle, attack_demos, attack_half_sent, attack_large
from benchmarks.browser import HEIGHT, WIDTH, fit
from benchmarks.camera_clip import CLIP, FPS, encode, pictures
from benchmarks.live import machine
from benchmarks.peer_class import health
from benchmarks.server import ServerProcess
from benchmarks.students import Students
from benchmarks.students_process import CLIP_S
from benchmarks.target import Target
from benchmarks.teacher_peer import TeacherPeer, open_class
from benchmarks.usage import Usage
from classroom.ui.kept_files import files_of_streamlit

ATTACKS: dict[str, Callable[[Target, float], Awaitable[dict]]] = {
    "candidates": attack_candidates.attack,
    "offer_and_stop": attack_circle.attack,
    "large_messages": attack_large.attack,
    "half_sent": attack_half_sent.attack,
    # Last: what a machine has given up for it comes back slowly, and would be counted against the next one.
    "demo_boards": attack_demos.attack,
}
STUDENTS, JOIN_WITHIN_S, JOIN_TIMEOUT_S = 10, 5.0, 60.0
# The lateness of the event loop is known of the last minute, so an attack lasts one, and so does the rest after it.
SECONDS, MAX_SECONDS = 60.0, 300.0
REST_S = 60.0
# Who has no reading for so long at the end of a period is lost.
LOST_S = 6.0
# A browser asks for a small file so often, to see how long everybody waits for an answer.
ASK_EVERY_S = 0.1

MAX_LATE_MS, KEPT_PACE = 250.0, 0.9

_READ = (
    "select student_id, count(*), max(at_ms) from readings"
    " where at_ms between ? and ? and student_id in ({}) group by student_id"
)


def noticed(
    counts: Mapping[int, tuple[int, int]], students: Sequence[int], from_ms: int, until_ms: int
) -> dict[str, float | int]:
    """What a class noticed of a period.

    Args:
        counts: by student, how many readings there were, and when the newest one came.
    """
    seconds = (until_ms - from_ms) / 1000
    there = [each for each in students if until_ms - counts.get(each, (0, 0))[1] < LOST_S * 1000]
    slowest = min((counts.get(each, (0, 0))[0] for each in students), default=0)
    return {
        "students_lost": len(students) - len(there),
        "readings_per_s_min_student": round(slowest / seconds, 3),
    }


def verdict(alone: Mapping, under: Mapping) -> list[str]:
    """What the class noticed that it must not, in words; empty when it held."""
    said = []
    if under["students_lost"]:
        said.append(f"{under['students_lost']} students lost")
    if under["reconnections"]:
        said.append(f"{under['reconnections']} connections made anew")
    if under["readings_per_s_min_student"] < KEPT_PACE * alone["readings_per_s_min_student"]:
        said.append(f"pace {under['readings_per_s_min_student']:g} of {alone['readings_per_s_min_student']:g} a second")
    if under["event_loop_late_p99_ms"] > MAX_LATE_MS:
        said.append(f"event loop late by {under['event_loop_late_p99_ms']:g} ms")
    if under["refuses_cameras"]:
        said.append("cameras refused")
    if under.get("healthz_unanswered"):
        said.append(f"{under['healthz_unanswered']} questions unanswered")
    return said


class Class:
    """Ten students who send real video, and their teacher's board."""

    def __init__(self, server: ServerProcess, students: Students) -> None:
        self._server, self._students = server, students
        self.ids = [row[0] for row in server.rows("select id from students order by id")]

    async def during(self, work: Awaitable[dict]) -> dict[str, object]:
        """The figures of what is attacked, and of what the class noticed meanwhile."""
        connections = (await asyncio.to_thread(self._students.figures))["connections"]
        usage, from_ms = Usage({"server": self._server.pid, "engine": self._server.engine_pid()}), _now_ms()
        asking = asyncio.create_task(_ask_on(self._server.url, waits_ms := []))
        did = await work
        asking.cancel()
        until_ms, spent = _now_ms(), usage.figures()
        marks = ",".join("?" * len(self.ids))
        rows = self._server.rows(_READ.format(marks), from_ms, until_ms, *self.ids)
        now = await asyncio.to_thread(health, self._server)
        after = (await asyncio.to_thread(self._students.figures))["connections"]
        return did | {
            **noticed({each: (count, at_ms) for each, count, at_ms in rows}, self.ids, from_ms, until_ms),
            "reconnections": after - connections,
            "file_p99_ms": percentile(waits_ms, 0.99),
            "file_slowest_ms": percentile(waits_ms, 1.0),
            "event_loop_late_p99_ms": round(now["event_loop_late_p99_ms"], 1),
            "read_every_s": now["read_every_s"],
            "refuses_cameras": now["refuses_cameras"],
            "server_cpu_cores": spent["server_cpu_cores"],
        }


async def measure(server: ServerProcess, names: list[str], seconds: float, clip: Path) -> dict[str, dict]:
    """Run the attacks of these names one after the other on a started server; what each came to, and ``alone``."""
    token, code = open_class(server)
    target = Target(server, code, encode(fit(frame, WIDTH, HEIGHT) for frame in pictures(clip, FPS, CLIP_S)))
    students = await asyncio.to_thread(Students, server.url, code, STUDENTS, JOIN_WITHIN_S, clip)
    teacher = await TeacherPeer.watch(server, token)
    try:
        await asyncio.to_thread(students.begin)
        await _all_in(server)
        await asyncio.sleep(REST_S / 2)
        lesson = Class(server, students)
        found = {"alone": await lesson.during(_nothing(seconds))}
        for name in names:
            found[name] = await lesson.during(ATTACKS[name](target, seconds))
            print(f"{name}: {found[name]}", flush=True)
            if name != names[-1]:
                await asyncio.sleep(REST_S)
        return found
    finally:
        await teacher.close()
        await asyncio.to_thread(students.stop)


async def _ask_on(url: str, waits_ms: list[float]) -> None:
    """Ask for a file that is in memory, again and again, until cancelled."""
    name = min(files_of_streamlit())
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        while True:
            asked_s = time.monotonic()
            await client.get(name)
            waits_ms.append((time.monotonic() - asked_s) * 1000)
            await asyncio.sleep(ASK_EVERY_S)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that this share of them is not above, ``None`` without any."""
    ordered = sorted(values)
    return round(ordered[max(math.ceil(share * len(ordered)) - 1, 0)], 1) if ordered else None


async def _nothing(seconds: float) -> dict:
    await asyncio.sleep(seconds)
    return {}


async def _all_in(server: ServerProcess) -> None:
    until_s = time.monotonic() + JOIN_TIMEOUT_S
    while server.one("select count(distinct student_id) from readings") < STUDENTS:
        if time.monotonic() > until_s:
            raise TimeoutError(f"not all {STUDENTS} students were in after {JOIN_TIMEOUT_S:.0f} s")
        await asyncio.sleep(0.5)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=sorted(ATTACKS), action="append", help="this attack; may be given twice")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each attack, to {MAX_SECONDS:.0f}")
    parser.add_argument("--clip", type=Path, default=CLIP, help="what all cameras show")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    if not 20 <= given.seconds <= MAX_SECONDS:
        parser.error(f"ask for 20 to {MAX_SECONDS:.0f} seconds")
    names = given.only or list(ATTACKS)
    about = machine()
    with tempfile.TemporaryDirectory(prefix="classpulse-attacks-", ignore_cleanup_errors=True) as folder:
        server = ServerProcess(Path(folder) / "server", {"CLASSPULSE_MAX_STUDENTS": "100"})
        server.start()
        try:
            found = asyncio.run(measure(server, names, given.seconds, given.clip))
        finally:
            server.stop()
    held = True
    for name, figures in found.items():
        if said := verdict(found["alone"], figures):
            held = False
        figures["held"] = not said
        print(f"{name:16}{'held' if not said else 'NOTICED: ' + ', '.join(said)}")
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps({"students": STUDENTS, **found} | about, indent=2) + "\n")
    return 0 if held else 1


if __name__ == "__main__":
    raise SystemExit(main())
