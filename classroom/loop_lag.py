"""How late the event loop comes to what is due. It carries every student's video and every page, so a late loop is what
a busy machine feels like: pictures wait, buttons answer late."""

import asyncio
import math
import threading
import time
from collections import deque

EVERY_S = 0.25
# What is said of the loop is said of this long: long enough for a 99th percentile to be one.
KEPT_S = 60.0


class LoopLag:
    """The lateness of the last minute. ``watch`` runs on the loop; everything else may be asked from any thread."""

    def __init__(self) -> None:
        self._late_s: deque[float] = deque(maxlen=round(KEPT_S / EVERY_S))
        self._lock = threading.Lock()

    def note(self, late_s: float) -> None:
        with self._lock:
            self._late_s.append(max(late_s, 0.0))

    def p99_ms(self) -> float | None:
        """Milliseconds that 99 of 100 looks were not later than, ``None`` before the first look."""
        with self._lock:
            late_s = sorted(self._late_s)
        return late_s[math.ceil(0.99 * len(late_s)) - 1] * 1000 if late_s else None

    def mean_s(self, last_s: float) -> float:
        """Mean lateness of the last seconds, 0 before the first look."""
        with self._lock:
            late_s = list(self._late_s)[-max(round(last_s / EVERY_S), 1) :]
        return sum(late_s) / len(late_s) if late_s else 0.0

    async def watch(self) -> None:
        """Look at the clock again and again, until cancelled."""
        while True:
            due_s = time.monotonic() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self.note(time.monotonic() - due_s)
