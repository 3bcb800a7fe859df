"""On the real server: one student sends pictures of 4k, or a stranger sends noise, and the class beside it goes on."""

import asyncio
import contextlib
import socket
import time

import numpy as np
import psutil

from benchmarks.camera_clip import FPS, encode
from benchmarks.student_peer import StudentPeer
from benchmarks.teacher_peer import open_class
from tests import media, own_loop
from tests.corpus.packets import hostile, junk

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


def test_noise_at_the_port_of_a_student_costs_nobody_a_picture(fresh_server):
    own_loop.run(_noise(fresh_server))


async def _noise(server) -> None:
    _, code = open_class(server)
    face = encode([media.astronaut_bgr()[:240, 60:380]] * (2 * FPS))
    peers = [StudentPeer(server.url, code, name, face) for name in ("Ann", "Ben")]
    tasks = [asyncio.create_task(peer.run()) for peer in peers]
    try:
        await _until(lambda: min(_count(server, "Ann"), _count(server, "Ben")) > 1)
        connections = [peer.connections for peer in peers]
        memory, log = psutil.Process(server.pid).memory_info().rss, server.output.stat().st_size
        await _send([*hostile().values(), *junk(10_000, 20_264)], _port(peers[0]))
        before = _count(server, "Ann"), _count(server, "Ben")
        await _until(lambda: _count(server, "Ann") > before[0] + 5 and _count(server, "Ben") > before[1] + 5)
        assert [peer.connections for peer in peers] == connections, "nobody had to connect anew"
        assert server.output.stat().st_size - log < 2_000
        assert psutil.Process(server.pid).memory_info().rss - memory < 100e6
    finally:
        for peer in peers:
            peer.leave()
        await asyncio.wait(tasks, timeout=TIMEOUT_S)


def _port(peer: StudentPeer) -> tuple[str, int]:
    """Where the server's end of this connection waits: an address of this machine, and of no other."""
    found = [line.split() for line in peer._peer.remoteDescription.sdp.splitlines() if "typ host" in line]
    return next((each[4], int(each[5])) for each in found if ":" not in each[4])


async def _send(packets: list[bytes], port: tuple[str, int]) -> None:
    with contextlib.ExitStack() as closing:
        strangers = [closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(20)]
        for number, packet in enumerate(packets):
            strangers[number % len(strangers)].sendto(packet, port)
            if number % 100 == 99:
                await asyncio.sleep(0.02)  # a port that is full forgets the rest, and nothing would be tried


def _count(server, name: str) -> int:
    query = "select count(*) from readings join students on students.id = student_id where name = ?"
    return server.one(query, name)


async def _until(is_so) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < until, "it did not come to that"
        await asyncio.sleep(0.2)
