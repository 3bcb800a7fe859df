"""A few threads for what takes long and what strangers can ask for, such as hashing a password.

All other routes share some thirty threads. A crowd at the sign-in would hold them all, and nobody could join.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from classroom.errors import NotAllowed

MOST_WAITING = 50
FULL = "Many sign in at this moment. Try again in a few seconds."

Result = TypeVar("Result")


class FewThreads:
    """To be used on one event loop. The threads start when they are needed, and end with the process."""

    def __init__(self, name: str, threads: int, most_waiting: int = MOST_WAITING, full: str = FULL) -> None:
        """``full``: what is said when no more may wait."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most = threads + most_waiting
        self._full = full
        self._inside = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """What ``work`` gives, in its turn.

        Raises:
            NotAllowed: more wait than are served in some seconds.
        """
        if self._inside >= self._most:
            raise NotAllowed(self._full)
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1
