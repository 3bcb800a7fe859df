"""Looks once a second in the store which classes have ended and which students were erased, whoever did it.

What is here of a class (cameras, pages, sums) must not outlive it: not where it was ended by another process, nor where
rows went by hand. Pages and frames ask nobody; they go by what the last look found. While the database is away that
stands.
"""

import logging
import threading
from collections.abc import Callable, Collection

from classroom.errors import OtherServer, StoreError
from classroom.store import Store

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


class ClassWatch:
    """Owns the thread that looks. ``close()`` may be called twice.

    Args:
        here: the classes of which something is here, by their ids.
        ended: called with the id of a class that has ended or was erased.
        erased: called with the id of a class and those of students who are in it no more.
    """

    def __init__(
        self,
        store: Store,
        here: Callable[[], set[int]],
        ended: Callable[[int], None],
        erased: Callable[[int, Collection[int]], None],
    ) -> None:
        self._store, self._here, self._ended, self._erased = store, here, ended, erased
        self._students: dict[int, frozenset[int]] = {}  # by class, as the last look found them
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="class-watch", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """One question, however many classes are here. Where another server has the database all of them go on there,
        and have ended here.

        Raises:
            StoreError: the database does not answer; what was known stands.
        """
        here = self._here()
        if not here:
            return
        try:
            found = self._store.classes.running(here)
        except OtherServer:
            found = {}
        for class_id in here:
            students = found.get(class_id)
            if students is None:
                self._ended(class_id)
            else:
                if gone := self._students.get(class_id, students) - students:
                    self._erased(class_id, gone)
                self._students[class_id] = students

    def forget(self, class_id: int) -> None:
        """The class has ended."""
        self._students.pop(class_id, None)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except StoreError:
                pass  # the recorder says so
            except Exception:
                logger.exception("Looking after the classes failed in an unforeseen way.")
