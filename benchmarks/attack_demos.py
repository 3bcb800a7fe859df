"""Strangers watch the demo class, each on a board of their own that refreshes itself."""

import asyncio
import time

import websockets

from benchmarks.streamlit_page import StreamlitPage
from benchmarks.target import Target
from classroom.ui.addresses import LIVE

BOARDS = 80
WITHIN_S = 5.0
_BOARD = '<div class="state">'


async def attack(target: Target, seconds: float) -> dict[str, float | int]:
    """``BOARDS`` pages open within some seconds and stay."""
    until_s, pages, taken_ms, refused = time.monotonic() + seconds, [], [], 0

    def keep(refresh) -> None:
        if any(_BOARD in text for text in refresh.html):
            taken_ms.append((refresh.shown_s - refresh.asked_s) * 1000)

    try:
        for _ in range(BOARDS):
            try:
                pages.append(await StreamlitPage.open(target.url, LIVE, {}, "demo=1"))
                pages[-1].on_refresh = keep
            except (OSError, TimeoutError, websockets.WebSocketException):
                refused += 1
            await asyncio.sleep(WITHIN_S / BOARDS)
        await asyncio.sleep(max(until_s - time.monotonic(), 0))
    finally:
        await asyncio.gather(*(page.close() for page in pages), return_exceptions=True)
    median_ms = sorted(taken_ms)[len(taken_ms) // 2] if taken_ms else 0.0
    return {"boards": BOARDS, "boards_refused": refused, "refreshes": len(taken_ms), "refresh_p50_ms": round(median_ms)}
