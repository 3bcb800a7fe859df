"""Who watches the demo: strangers, so only some at once, and none while a class needs the machine for itself."""

import threading

from classroom.clock import Clock

MOST = 20
# A page runs its board every four seconds; one that has not for so long is closed.
STAYS_MS = 12_000
# After it gave way to a class.
PAUSE_MS = 60_000


class Audience:
    """Safe to use from several threads."""

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._seen_ms: dict[str, int] = {}  # by page
        self._gave_way_ms: int | None = None
        self._lock = threading.Lock()

    @property
    def is_paused(self) -> bool:
        """Whether the demo gives way to a class now."""
        return self._gave_way_ms is not None and self._clock() - self._gave_way_ms < PAUSE_MS

    def admit(self, page: str) -> bool:
        """Whether this page may show the board now; to be asked at every run of it."""
        with self._lock:
            now_ms = self._clock()
            self._seen_ms = {each: at_ms for each, at_ms in self._seen_ms.items() if now_ms - at_ms < STAYS_MS}
            if self.is_paused or (page not in self._seen_ms and len(self._seen_ms) >= self._most):
                self._seen_ms.pop(page, None)
                return False
            self._seen_ms[page] = now_ms
            return True

    def give_way(self) -> None:
        """A class needs the machine: nobody watches for a minute."""
        with self._lock:
            if self._seen_ms:
                self._seen_ms.clear()
                self._gave_way_ms = self._clock()

    def gave_way_within(self, last_ms: float) -> bool:
        """Whether that was so lately; what was measured since may still be the strangers' load."""
        return self._gave_way_ms is not None and self._clock() - self._gave_way_ms <= last_ms
