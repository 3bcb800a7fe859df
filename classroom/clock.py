"""Time in one form: whole milliseconds since 1970-01-01 UTC. Logic takes a clock as an argument: tests own the time."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

Clock = Callable[[], int]


class NeverBack:
    """The clock on the wall, but when that is set back this one goes on at its own pace until the wall is ahead again.

    A class orders and adds up by time: an hour that comes twice would show old readings as new ones. What is set
    forward is followed, as is the time that a machine has slept.
    """

    def __init__(self, wall: Clock | None = None, from_ms: int = 0, elapsed_ns: Callable[[], int] = time.monotonic_ns):
        """
        Args:
            wall: the clock to follow, by default the machine's.
            from_ms: never before this.
            elapsed_ns: a clock of unknown origin that nobody sets.
        """
        self._wall = wall or (lambda: time.time_ns() // 1_000_000)
        self._elapsed_ns = elapsed_ns
        self._at_ns = elapsed_ns()
        self._now_ms = float(from_ms)
        self._lock = threading.Lock()

    def __call__(self) -> int:
        with self._lock:
            at_ns = self._elapsed_ns()
            self._now_ms = max(float(self._wall()), self._now_ms + (at_ns - self._at_ns) / 1e6)
            self._at_ns = at_ns
            return int(self._now_ms)


def not_before(clock: Clock, at_ms: int) -> Clock:
    """The clock; where it is behind this moment, one that goes on from there."""
    return clock if clock() >= at_ms else NeverBack(clock, from_ms=at_ms)


# The machine's clock; every server of a process reads this one.
now_ms: Clock = NeverBack()


def as_utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def local(at_ms: int, zone: tzinfo) -> datetime:
    """A moment as the clock time of a zone, without the zone: Plotly draws that whatever the browser's zone is."""
    return as_utc(at_ms).astimezone(zone).replace(tzinfo=None)
