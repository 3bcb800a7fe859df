"""A log that nobody can fill: of what is said at one place so many lines a minute, each of a length that can be read.

Whoever can open a page can make this server, and the libraries under it, say something as often as they like, with as
many letters of their own as they like, and often with a traceback. The first ones are what somebody who mends things
needs; the rest are counted.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable

A_MINUTE = 10
MOST_CHARACTERS = 2_000
MOST_PLACES = 2_000
_MINUTE_S = 60.0


class LogFlood(logging.Filter):
    """For handlers. Counts by the place in the code that says something. Safe to use from several threads."""

    def __init__(self, a_minute: int = A_MINUTE, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._a_minute, self._clock_s = a_minute, clock_s
        self._places: dict[tuple[str, int], tuple[float, int, int]] = {}  # since when, how many, and how many unsaid
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        # One record may come to several handlers, and is one.
        if not hasattr(record, "is_said"):
            record.is_said = self._is_said(record)
        return record.is_said

    def _is_said(self, record: logging.LogRecord) -> bool:
        now_s, place = self._clock_s(), (record.pathname, record.lineno)
        with self._lock:
            since_s, count, unsaid = self._places.get(place, (now_s, 0, 0))
            if now_s - since_s >= _MINUTE_S:
                since_s, count = now_s, 0
            is_said = count < self._a_minute
            self._places[place] = since_s, count + 1, 0 if is_said else unsaid + 1
            if len(self._places) > MOST_PLACES:
                self._places.clear()
        if is_said:
            _shorten(record, f" ({unsaid:,} more of these were not written.)" if unsaid else "")
        return is_said


def _shorten(record: logging.LogRecord, more: str) -> None:
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # logging itself says what is wrong with it
        return
    if len(message) > MOST_CHARACTERS:
        more = f"… ({len(message):,} characters){more}"
    if more:
        record.msg, record.args = message[:MOST_CHARACTERS] + more, None


def install(flood: LogFlood) -> None:
    """Put it in front of all handlers that there are now."""
    for handler in _handlers():
        if flood not in handler.filters:
            handler.addFilter(flood)


def _handlers() -> Iterable[logging.Handler]:
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    found = {handler for logger in loggers for handler in getattr(logger, "handlers", [])}
    return found | ({logging.lastResort} if logging.lastResort else set())
