"""One student makes a connection and takes it back, again and again, as fast as the server follows."""

import asyncio
import json
from collections.abc import Sequence

from benchmarks.streamlit_page import StreamlitPage
from benchmarks.student_peer import StudentPeer
from benchmarks.target import Target

ANSWER_S = 5.0
# Between two circles; without it a refused attacker would only measure how fast it can ask.
PAUSE_S = 0.05


class OfferAndStop(StudentPeer):
    """Joins as everybody does; the same offer is then made, answered and taken back in a circle."""

    circles = answered = 0

    async def _send_offer(self, page: StreamlitPage, streamer, offer: str, found: Sequence[str]) -> None:
        said = {"type": "offer", "sdp": offer}
        while True:
            await self._say(page, streamer, playing=False, sdpOffer=said, iceCandidates={})
            self.answered += await _until(lambda: _answer(page, streamer.id), page)
            await self._say(page, streamer, playing=False, sdpOffer="", iceCandidates={})
            await _until(lambda: not _answer(page, streamer.id), page)
            self.circles += 1
            await asyncio.sleep(PAUSE_S)


def _answer(page: StreamlitPage, component: str) -> str | None:
    shown = page.components.get(component)
    return json.loads(shown.json_args)["sdp_answer_json"] if shown else None


async def _until(is_so, page: StreamlitPage) -> bool:
    try:
        await page.until(lambda: is_so() or None, ANSWER_S)
    except TimeoutError:
        return False
    return True


async def attack(target: Target, seconds: float) -> dict[str, float | int]:
    """One student, for as long as this goes."""
    eve = OfferAndStop(target.url, target.code, "Eve in a circle", target.packets, with_files=False)
    task = asyncio.create_task(eve.run())
    await asyncio.wait({task}, timeout=seconds)
    eve.leave()
    await asyncio.wait({task}, timeout=60)
    task.cancel()
    return {"circles": eve.circles, "connections_made": eve.answered}
