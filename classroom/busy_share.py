"""In what share of the last seconds something was at work."""

import threading
from collections import deque


class BusyShare:
    """Work that overlaps counts twice. May be asked and told from any thread."""

    def __init__(self, last_s: float) -> None:
        self._last_s = last_s
        self._work: deque[tuple[float, float]] = deque()  # (end, seconds)
        self._lock = threading.Lock()

    def note(self, began_s: float, ended_s: float) -> None:
        """Something was at work between these two times."""
        with self._lock:
            self._work.append((ended_s, ended_s - began_s))

    def at(self, now_s: float) -> float:
        """Seconds of work that ended in the last seconds / those seconds. It may be above 1 for a moment."""
        with self._lock:
            while self._work and self._work[0][0] < now_s - self._last_s:
                self._work.popleft()
            return sum(seconds for _, seconds in self._work) / self._last_s

    def forget(self) -> None:
        with self._lock:
            self._work.clear()
