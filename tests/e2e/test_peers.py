"""The load of ``benchmarks.live``: students without browsers, on the real server, by real signalling and real video."""

import asyncio
import time

import pytest

from benchmarks.camera_clip import FPS, encode
from benchmarks.peer_class import health
from benchmarks.student_peer import StudentPeer
from benchmarks.teacher_peer import TeacherPeer, open_class
from tests import media, own_loop

TIMEOUT_S = 90.0


@pytest.fixture(scope="module")
def packets():
    frames = [media.astronaut_bgr()[:240, 60:380]] * (2 * FPS)
    return encode(frames)


def test_peers_join_are_read_are_shown_and_leave(fresh_server, packets):
    own_loop.run(_lesson(fresh_server, packets))


async def _lesson(server, packets) -> None:
    token, code = open_class(server)
    teacher = await TeacherPeer.watch(server, token)
    peers = [StudentPeer(server.url, code, name, packets) for name in ("Ann", "Ben", "Cem")]
    tasks = {peer: asyncio.create_task(peer.run()) for peer in peers}
    ann = peers[0]
    try:
        await _until(lambda: server.one("select count(distinct student_id) from readings") == 3)
        assert server.one("select count(*) from readings where reason is null") > 0, "a face was read in the video"
        await _until(lambda: teacher.shown and teacher.shown[-1].readings >= 3)
        assert [peer.connections for peer in peers] == [1, 1, 1], "one connection each, as from a browser"
        assert 0 < health(server)["frames_arrived"] <= sum(peer.sent for peer in peers)

        ann.leave()
        await asyncio.wait_for(tasks[ann], TIMEOUT_S)
        anns, bens = _count(server, "Ann"), _count(server, "Ben")
        await _until(lambda: _count(server, "Ben") > bens + 3)
        assert _count(server, "Ann") <= anns + 1, "who has left is not read any more"
    finally:
        for peer in peers:
            peer.leave()
        await asyncio.wait(tasks.values(), timeout=TIMEOUT_S)
        await teacher.close()
    assert [task.exception() for task in tasks.values()] == [None, None, None]


def test_who_is_not_taken_is_told_why(fresh_server, packets):
    open_class(fresh_server)
    with pytest.raises(RuntimeError, match="Ann was not taken"):
        own_loop.run(StudentPeer(fresh_server.url, "ABCDEFGH", "Ann", packets, with_files=False).run())


def _count(server, name: str) -> int:
    query = "select count(*) from readings join students on students.id = student_id where name = ?"
    return server.one(query, name)


async def _until(is_so) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < until, "it did not come to that"
        await asyncio.sleep(0.2)
