"""The engines of a server: one that names expressions, and one without that network for classes that want none.

Each is started when the first class needs it; where no expression may be computed the first one never exists.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from classroom.engine import WITH_EXPRESSION, WITHOUT_EXPRESSION, Engine, LocalEngine

NewEngine = Callable[[Path | None, str], Engine]


class Engines:
    """Safe to use from several threads. ``close()`` may be called twice.

    Args:
        expression: whether this server computes expressions at all.
        first: an engine that is there already, for tests and for other machines; else one is started.
        new_engine: starts one.
    """

    def __init__(
        self,
        models_dir: Path | None,
        expression: bool,
        first: Engine | None = None,
        new_engine: NewEngine = LocalEngine,
    ) -> None:
        self._models_dir = models_dir
        self._new_engine = new_engine
        self._lock = threading.Lock()
        # Warm before the first student comes: the one that most classes of this server need.
        self._usual = WITH_EXPRESSION if expression else WITHOUT_EXPRESSION
        self._there: dict[str, Engine] = {self._usual: first or new_engine(models_dir, self._usual)}

    @property
    def usual(self) -> Engine:
        return self._there[self._usual]

    @property
    def all(self) -> list[Engine]:
        return list(self._there.values())

    def of(self, expression: bool) -> Engine:
        """The engine for a class with expressions or without."""
        wanted = WITH_EXPRESSION if expression else WITHOUT_EXPRESSION
        if expression and self._usual is WITHOUT_EXPRESSION:
            # Such as a class that was opened before the setting was changed: it is read without them.
            wanted = WITHOUT_EXPRESSION
        with self._lock:
            if wanted not in self._there:
                self._there[wanted] = self._new_engine(self._models_dir, wanted)
            return self._there[wanted]

    def close(self) -> None:
        for engine in self.all:
            engine.close()
