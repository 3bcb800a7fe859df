"""One line in the log for what strangers can make happen as often as they like, and a count for the rest."""

import logging
import threading
import time
from collections.abc import Callable

EVERY_S = 60.0


class Seldom:
    """Says something the first time, and after that at most once a minute with how often it happened since.

    Safe to use from several threads.
    """

    def __init__(
        self,
        logger: logging.Logger,
        sentence: str,
        every_s: float = EVERY_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            sentence: what happened, without a full stop.
        """
        self._logger, self._sentence = logger, sentence
        self._every_s, self._clock_s = every_s, clock_s
        self._said_s: float | None = None
        self._since = 0
        self._lock = threading.Lock()

    def note(self) -> bool:
        """It has happened once more; gives whether a line was written."""
        with self._lock:
            now_s = self._clock_s()
            self._since += 1
            if self._said_s is not None and now_s - self._said_s < self._every_s:
                return False
            count, self._since, self._said_s = self._since, 0, now_s
        self._logger.warning("%s%s.", self._sentence, f" ({count} times since this was said last)" if count > 1 else "")
        return True
