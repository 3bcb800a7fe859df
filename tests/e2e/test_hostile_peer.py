"""On the real server: one student sends pictures of 4k, and the class beside it goes on."""

import asyncio
import time

import numpy as np
import psutil

from benchmarks.camera_clip import FPS, encode
from benchmarks.student_peer import StudentPeer
from benchmarks.teacher_peer import open_class
from tests import media, own_loop

TIMEOUT_S = 90.0


def test_a_student_who_sends_4k_is_dropped_with_a_sentence_and_the_class_goes_on(fresh_server):
    own_loop.run(_lesson(fresh_server))


async def _lesson(server) -> None:
    _, code = open_class(server)
    face = encode([media.astronaut_bgr()[:240, 60:380]] * (2 * FPS))
    huge = encode([np.full((2160, 3840, 3), 90, np.uint8)])
    ann = StudentPeer(server.url, code, "Ann", face)
    eve = StudentPeer(server.url, code, "Eve", huge)
    tasks = [asyncio.create_task(ann.run())]
    try:
        await _until(lambda: _count(server, "Ann") > 1)
        memory = psutil.Process(server.pid).memory_info().rss
        tasks.append(asyncio.create_task(eve.run()))
        await _until(
            lambda: "its pictures had 3840 x 2160 points" in server.output.read_text("utf-8", errors="replace")
        )
        await _until(lambda: server.one("select sharing from students where name = 'Eve'") == "nothing")
        seen = _count(server, "Ann")
        await _until(lambda: _count(server, "Ann") > seen + 3)
        assert _count(server, "Eve") == 0
        assert psutil.Process(server.pid).memory_info().rss - memory < 300e6
    finally:
        for peer in (ann, eve):
            peer.leave()
        await asyncio.wait(tasks, timeout=TIMEOUT_S)
    assert server.output.read_text("utf-8", errors="replace").count("The video of student") == 1


def _count(server, name: str) -> int:
    query = "select count(*) from readings join students on students.id = student_id where name = ?"
    return server.one(query, name)


async def _until(is_so) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < until, "it did not come to that"
        await asyncio.sleep(0.2)
