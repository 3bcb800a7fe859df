"""How long a class is kept, and the thread that deletes what has been kept for long enough.

A class is due so many days after it was last heard of: its end, the last sight of a student, the last reading that was
stored. So a class whose end was forgotten goes as well, one that runs never does, and an old recording that was saved
as a class today is as old as today.
"""

import logging
import threading
from collections.abc import Callable

from classroom.clock import Clock
from classroom.errors import StoreError
from classroom.records import ClassInfo
from classroom.store import Store

logger = logging.getLogger(__name__)

DAY_MS = 24 * 3_600_000
# Daily would do; a machine that was asleep, or whose clock was set, is not a day late by this.
LOOK_EVERY_S = 3_600.0
# Between two looks, however often something is erased: while the file is written anew nobody else can write.
REST_S = 10.0
# While a file is written anew nobody else can write: a larger one than this waits until nobody is in a class.
SMALL_BYTES = 64_000_000
COPIES_KEPT_MS = 7 * DAY_MS
# What a teacher can choose.
CHOICES_DAYS = (1, 7, 30, 90, 180, 365)


def kept_days(chosen: int | None, days: int) -> int:
    """For how many days a class is kept; 0: until somebody deletes it.

    Args:
        chosen: for this class, ``None``: as long as the server keeps it.
        days: that the server keeps a class at most, 0 without a limit.
    """
    return min(chosen, days) if chosen and days else chosen or days


def choices(days: int) -> list[int | None]:
    """What can be chosen for a class: as long as the server keeps it, or one of the shorter times."""
    return [None, *(each for each in CHOICES_DAYS if not days or each < days)]


def deletion_ms(info: ClassInfo, heard_ms: int, days: int) -> int | None:
    """When a class is deleted if nobody is heard of in it any more, ``None``: never by itself.

    Args:
        heard_ms: when it was last heard of.
    """
    kept = kept_days(info.keep_days, days)
    return heard_ms + kept * DAY_MS if kept else None


class Retention:
    """Owns the thread. ``close()`` may be called twice.

    Args:
        days: that this server keeps a class at most; 0: until somebody deletes it.
        erase_class: delete a class wherever something of it is.
        is_quiet: whether nobody is in a class.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        days: int,
        erase_class: Callable[[ClassInfo], None],
        is_quiet: Callable[[], bool],
    ) -> None:
        self._store, self._clock, self.days = store, clock, days
        self._erase_class, self._is_quiet = erase_class, is_quiet
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
        self._thread.start()

    def look_soon(self) -> None:
        """Something was erased, whose bytes are to go, too."""
        self._wake.set()

    def look(self) -> bool:
        """Delete what is due, and leave no bytes of what was deleted. Gives whether nothing is left to do."""
        for info, heard_ms in self._store.classes.last_heard():
            due_ms = deletion_ms(info, heard_ms, self.days)
            if due_ms is not None and due_ms <= self._clock():
                self._erase_class(info)
                logger.info("A class was deleted because it had been kept for as long as it may be.")
        self._store.drop_copies(self._clock() - COPIES_KEPT_MS)
        if not self._store.needs_scrub:
            return True
        return (self._store.size_bytes <= SMALL_BYTES or self._is_quiet()) and self._store.scrub()

    def close(self) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            done = False
            try:
                done = self.look()
            except StoreError:
                pass  # the recorder says so
            except Exception:
                logger.exception("Deleting what was kept for long enough failed in an unforeseen way.")
            self._stop.wait(REST_S)
            if done:
                self._wake.wait(LOOK_EVERY_S)
            self._wake.clear()
