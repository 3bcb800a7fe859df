"""A class of students who are aiortc peers: real signalling, WebRTC and video, and cheap enough for a large class.

Everybody joins within some seconds, as a lesson begins. A teacher's board is open all the time.
"""

import asyncio
import json
import time
import urllib.request
from pathlib import Path

from benchmarks.class_figures import Joined, joining, pace, percentiles
from benchmarks.server import ServerProcess
from benchmarks.students import Students
from benchmarks.teacher_peer import TeacherPeer, frame_to_board_ms, open_class
from benchmarks.usage import Usage

# Joining counts as failed after this long.
JOIN_TIMEOUT_S = 60.0
# While everybody joins faces are read more seldom; going back to what the machine bears takes ten seconds a step.
WARM_UP_S = 30.0

_READINGS = "select student_id, at_ms, stored_ms, reason is null from readings where at_ms between ? and ?"
_ARRIVALS = "select at_ms from readings order by id"
_FIRST = "select name, students.id, min(stored_ms) from students left join readings on student_id = students.id"


def measure(
    server: ServerProcess, students: int, within_s: float, seconds: float, clip: Path
) -> dict[str, float | int | str]:
    """Run one class on a started server and return its figures.

    Args:
        within_s: all press the button within this time.
        seconds: length of the measured period, which begins when all are in and have settled.
    """
    return asyncio.run(_measure(server, students, within_s, seconds, clip))


async def _measure(server: ServerProcess, count: int, within_s: float, seconds: float, clip: Path) -> dict:
    token, code = open_class(server)
    students = await asyncio.to_thread(Students, server.url, code, count, within_s, clip)
    teacher = await TeacherPeer.watch(server, token)
    try:
        pids = {"server": server.pid, "engine": server.engine_pid(), "generator": students.pid}
        arriving = Usage(pids)
        await asyncio.to_thread(students.begin)
        await _all_in(server, count)
        usage = {f"joining_{name}": value for name, value in arriving.figures().items() if "cores" in name}
        await asyncio.sleep(WARM_UP_S)
        usage |= await _steady(server, students, teacher, pids, seconds)
        set_out = await asyncio.to_thread(students.figures)
    finally:
        await teacher.close()
        await asyncio.to_thread(students.stop)
    joined = _joined(server, set_out["students"])
    for problem in set_out["problems"]:
        print(problem)
    rows = server.rows(_READINGS, usage.pop("from_ms"), usage.pop("until_ms"))
    figures = usage | pace(rows, joined, usage["measured_s"]) | joining(joined)
    figures["connections_per_student"] = round(set_out["connections"] / count, 2)
    figures["cores_per_student"] = round(figures["server_and_engine_cpu_cores"] / count, 4)
    return figures


async def _all_in(server: ServerProcess, count: int) -> None:
    """Wait until everybody has a reading, or for ``JOIN_TIMEOUT_S``."""
    until = time.monotonic() + JOIN_TIMEOUT_S
    while time.monotonic() < until:
        if server.one("select count(distinct student_id) from readings") == count:
            return
        await asyncio.sleep(0.5)


async def _steady(server: ServerProcess, students: Students, teacher: TeacherPeer, pids: dict, seconds: float) -> dict:
    """The measured period; ``from_ms`` and ``until_ms`` are its ends."""
    shown_before = len(teacher.shown)
    sent, arrived = (await asyncio.to_thread(students.figures))["sent"], health(server)["frames_arrived"]
    usage, from_ms, until = Usage(pids), _now_ms(), time.monotonic() + seconds
    while (left_s := until - time.monotonic()) > 0:
        await asyncio.sleep(min(left_s, 1.0))
        usage.look()
    figures = usage.figures() | {"from_ms": from_ms, "until_ms": _now_ms()}
    sent = (await asyncio.to_thread(students.figures))["sent"] - sent
    now = health(server)
    refreshes = teacher.shown[shown_before:]
    waits_ms = frame_to_board_ms([row[0] for row in server.rows(_ARRIVALS)], teacher.shown)
    first = sum(row[0] < from_ms for row in server.rows(_ARRIVALS))
    shown_p50, shown_p95 = percentiles(waits_ms[first:])
    refresh_p50, refresh_p95 = percentiles([each.took_ms for each in refreshes])
    return figures | {
        "frame_to_board_p50_ms": shown_p50,
        "frame_to_board_p95_ms": shown_p95,
        "board_refreshes": len(refreshes),
        "board_refresh_p50_ms": refresh_p50,
        "board_refresh_p95_ms": refresh_p95,
        "event_loop_late_p99_ms": round(now["event_loop_late_p99_ms"], 1),
        "read_every_s": now["read_every_s"],
        "refuses_cameras": now["refuses_cameras"],
        "frames_sent": sent,
        "frames_dropped_share": round(max(1 - (now["frames_arrived"] - arrived) / max(sent, 1), 0.0), 4),
    }


def _joined(server: ServerProcess, set_out: list[dict]) -> list[Joined]:
    found = {name: (student, first) for name, student, first in server.rows(f"{_FIRST} group by students.id")}
    joined = []
    for each in set_out:
        student, first_reading_ms = found.get(each["name"], (None, None))
        joined.append(Joined(student, each["link_ms"], each["button_ms"], first_reading_ms))
    return joined


def health(server: ServerProcess) -> dict:
    """The figures of ``/healthz``."""
    with urllib.request.urlopen(f"{server.url}/healthz", timeout=30) as answer:
        return json.load(answer)["figures"]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
