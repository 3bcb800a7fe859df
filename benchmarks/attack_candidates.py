"""One student names thousands of addresses in one message: a library that compares each with each stands still."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.streamlit_page import StreamlitPage
from benchmarks.student_peer import StudentPeer
from benchmarks.target import Target

CANDIDATES = 10_000
# As short as a candidate can be, so that all fit into one message of a megabyte. Nothing listens there, and nothing
# leaves this machine.
_CANDIDATE = "1 1 udp 1 127.{}.{}.{} 9999 typ host"
AGAIN_S = 10.0


class ManyCandidates(StudentPeer):
    """Joins as everybody does, and then says that it may be reached at ``count`` addresses."""

    count = CANDIDATES
    said_s: float | None = None  # when, of the monotonic clock

    async def _send_offer(self, page: StreamlitPage, streamer, offer: str, found: Sequence[str]) -> None:
        candidates = {str(number): _candidate(number) for number in range(self.count)}
        said = {"playing": False, "sdpOffer": {"type": "offer", "sdp": offer}}
        self.said_s = time.monotonic()
        await self._say(page, streamer, **said, iceCandidates=candidates)


def _candidate(number: int) -> dict:
    text = _CANDIDATE.format(number >> 16 & 255, number >> 8 & 255, number & 255)
    return {"candidate": text, "sdpMLineIndex": 0}


async def attack(target: Target, seconds: float) -> dict[str, float | int]:
    """A student with ``CANDIDATES`` every ten seconds, each in a row of their own."""
    until_s, sent, refused = time.monotonic() + seconds, 0, 0
    while (left_s := until_s - time.monotonic()) > 0:
        eve = ManyCandidates(target.url, target.code, f"Eve {sent + refused + 1}", target.packets, with_files=False)
        task = asyncio.create_task(eve.run())
        await asyncio.wait({task}, timeout=min(AGAIN_S, left_s))
        eve.leave()
        await asyncio.wait({task}, timeout=60)
        task.cancel()
        sent, refused = sent + (eve.said_s is not None), refused + (eve.said_s is None)
    return {"messages": sent, "candidates_a_message": CANDIDATES, "students_refused": refused}
