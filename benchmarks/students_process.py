"""Students without browsers, in a process of their own: a load whose cost is counted apart.

    python -m benchmarks.students_process URL CODE --students 20 --within 10

The clip is encoded first; then it prints ``{"ready": true}`` and does what lines on its standard input ask, each with a
line of JSON as answer: ``begin`` (all join, spread over ``--within`` seconds), ``figures``, ``change`` (the one who has
been there longest leaves, a new one joins). When its input ends all leave, and so does it.
"""

import argparse
import asyncio
import itertools
import json
import logging
import sys
from pathlib import Path

from benchmarks.browser import HEIGHT, WIDTH, fit
from benchmarks.camera_clip import CLIP, FPS, encode, pictures
from benchmarks.student_peer import StudentPeer

CLIP_S = 12.0
LEAVE_TIMEOUT_S = 30.0


class Crowd:
    """Everybody who is here, and what became of those who were."""

    def __init__(self, url: str, code: str, packets: list[bytes]) -> None:
        self._url, self._code, self._packets = url, code, packets
        self._numbers = itertools.count(1)
        self._here: dict[StudentPeer, asyncio.Task] = {}
        self._gone_sent = self._gone_connections = 0
        self._problems: list[str] = []

    async def begin(self, students: int, within_s: float) -> dict:
        for _ in range(students):
            self._join()
            await asyncio.sleep(within_s / students)
        return {"students": students}

    async def change(self) -> dict:
        first = next(iter(self._here), None)
        self._join()
        if first is not None:
            await self._leave(first)
        return {"left": first.name if first else None}

    def figures(self) -> dict:
        return {
            "sent": self._gone_sent + sum(peer.sent for peer in self._here),
            "connections": self._gone_connections + sum(peer.connections for peer in self._here),
            "problems": self._problems,
            "students": [
                {"name": peer.name, "link_ms": peer.link_ms, "button_ms": peer.button_ms} for peer in self._here
            ],
        }

    async def leave_all(self) -> None:
        await asyncio.gather(*(self._leave(peer) for peer in list(self._here)))

    def _join(self) -> None:
        peer = StudentPeer(self._url, self._code, f"Student {next(self._numbers)}", self._packets)
        task = self._here[peer] = asyncio.create_task(peer.run(), name=peer.name)
        task.add_done_callback(lambda done: self._note(peer, done))

    def _note(self, peer: StudentPeer, done: asyncio.Task) -> None:
        if not done.cancelled() and (error := done.exception()):
            self._problems.append(f"{peer.name}: {error!r}"[:300])

    async def _leave(self, peer: StudentPeer) -> None:
        task = self._here.pop(peer)
        peer.leave()
        await asyncio.wait({task}, timeout=LEAVE_TIMEOUT_S)
        task.cancel()
        self._gone_sent += peer.sent
        self._gone_connections += peer.connections


async def serve(crowd: Crowd, students: int, within_s: float) -> None:
    """Do what is asked, line by line."""
    loop = asyncio.get_running_loop()
    print(json.dumps({"ready": True}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "begin":
            answer = await crowd.begin(students, within_s)
        elif line.strip() == "change":
            answer = await crowd.change()
        else:
            answer = crowd.figures()
        print(json.dumps(answer), flush=True)
    await crowd.leave_all()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="of the server; on this machine only")
    parser.add_argument("code", help="join code of the class")
    parser.add_argument("--students", type=int, default=2)
    parser.add_argument("--within", type=float, default=1.0, help="seconds over which they join")
    parser.add_argument("--clip", type=Path, default=CLIP, help="what all cameras show")
    given = parser.parse_args()
    if not given.url.startswith(("http://localhost:", "http://127.0.0.1:")):
        parser.error("loads only a server of this machine: give an address on localhost")
    logging.getLogger("aioice").setLevel(logging.ERROR)
    packets = encode(fit(frame, WIDTH, HEIGHT) for frame in pictures(given.clip, FPS, CLIP_S))
    asyncio.run(serve(Crowd(given.url, given.code, packets), given.students, given.within))


if __name__ == "__main__":
    main()
