"""Time in one form: whole milliseconds since 1970-01-01 UTC. Logic takes a clock as an argument: tests own the time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

Clock = Callable[[], int]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def as_utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)


def local(at_ms: int, zone: tzinfo) -> datetime:
    """A moment as the clock time of a zone, without the zone: Plotly draws that whatever the browser's zone is."""
    return as_utc(at_ms).astimezone(zone).replace(tzinfo=None)
