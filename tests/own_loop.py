"""asyncio in a thread of its own: Playwright keeps a loop running in the thread of the tests, until their very end."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor


def run(coroutine: Coroutine):
    """What the coroutine returns or raises."""
    with ThreadPoolExecutor(1, "own-loop") as thread:
        return thread.submit(asyncio.run, coroutine).result()
