"""Somebody without an account types 24 MB into the field for a join code, and asks for files with very long names."""

import asyncio
import contextlib
import time
import uuid

import httpx2
import psutil
import websockets

from benchmarks.streamlit_page import StreamlitPage
from benchmarks.target import Target
from classroom.ui.addresses import JOIN

TYPED_BYTES, PAGES = 24_000_000, 4
NAME_BYTES, NAMES = 60_000, 400
FIELD = "Code of your class"


async def attack(target: Target, seconds: float) -> dict[str, float | int]:
    """Pages with text that stay open, then names that no file has; tells what the server's memory grew by."""
    until_s, before = time.monotonic() + seconds, _memory(target)
    pages, closed = [], 0
    async with httpx2.AsyncClient(base_url=target.url, timeout=60) as client:
        try:
            for _ in range(PAGES):
                page = await StreamlitPage.open(target.url, JOIN, {})
                pages.append(page)
                await page.until(lambda page=page: page.fields.get(FIELD), 30)
                with contextlib.suppress(websockets.ConnectionClosed):
                    await page.type(FIELD, "x" * TYPED_BYTES)
            await asyncio.sleep(2)
            closed = sum(not page.is_open for page in pages)
            typed = _memory(target)
            for _ in range(NAMES):
                await client.get(f"/static/{uuid.uuid4().hex}{'x' * (NAME_BYTES - 32)}")
            named = _memory(target)
            await asyncio.sleep(max(until_s - time.monotonic(), 0))
        finally:
            await asyncio.gather(*(page.close() for page in pages), return_exceptions=True)
    return {
        "pages_with_24_mb": PAGES,
        "pages_closed_for_it": closed,
        "memory_a_page_mb": round((typed - before) / PAGES / 1e6, 1),
        "names_of_60_kb": NAMES,
        "memory_a_name_kb": round((named - typed) / NAMES / 1e3, 1),
    }


def _memory(target: Target) -> int:
    return psutil.Process(target.server.pid).memory_info().rss
