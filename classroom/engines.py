"""The engines of a server: one that names expressions, and one without that network for classes that want none.

None exists before it is known what may be read here. Then the one that most classes need is started, the other with the
first class that needs it; where no face may be read neither ever is, and no model file is opened or fetched.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from classroom.engine import WITH_EXPRESSION, WITHOUT_EXPRESSION, Engine, EngineState, LocalEngine
from classroom.errors import EngineError
from fer_model.reading import FaceReading

NewEngine = Callable[[Path | None, str], Engine]

WAITS = "No face is read before a teacher has confirmed where this server is used."
NEVER = "No face is read on this server."


class NoEngine:
    """In place of an engine: reads nothing, and has no process."""

    state, restarted_lately = EngineState.OFF, False

    def __init__(self, why: str) -> None:
        self.problem = why

    def analyse(self, frames_bgr: Sequence[np.ndarray]) -> list[FaceReading]:
        raise EngineError(self.problem)

    def close(self) -> None: ...


class Engines:
    """Safe to use from several threads. ``close()`` may be called twice.

    Args:
        first: an engine that is there already, for tests and for other machines, in place of the first that is started.
        new_engine: starts one.
    """

    def __init__(
        self, models_dir: Path | None, first: Engine | None = None, new_engine: NewEngine = LocalEngine
    ) -> None:
        self._models_dir = models_dir
        self._first = first
        self._new_engine = new_engine
        self._lock = threading.Lock()
        self._usual = ""  # the module of the one that most classes of this server need
        self._there: dict[str, Engine] = {}
        self._none = NoEngine(WAITS)
        self._closed = False

    def allow(self, faces: bool, expression: bool) -> None:
        """It is known what may be read here; may be called again when that changes.

        Args:
            faces: whether any face may be; ``expression``: whether expressions may be named.
        """
        with self._lock:
            if self._closed:
                return
            usual = (WITH_EXPRESSION if expression else WITHOUT_EXPRESSION) if faces else ""
            for module in [module for module in self._there if not faces or module == WITH_EXPRESSION != usual]:
                self._there.pop(module).close()
            self._usual, self._none = usual, NoEngine(NEVER)
            if usual:
                self._start(usual)  # warm before the first student comes

    @property
    def expression(self) -> bool:
        """Whether the network that names expressions may be loaded."""
        return self._usual == WITH_EXPRESSION

    @property
    def usual(self) -> Engine:
        return self._there.get(self._usual, self._none)

    @property
    def all(self) -> list[Engine]:
        return list(self._there.values())

    def of(self, expression: bool) -> Engine:
        """The engine for a class with expressions or without."""
        # Without where they are off: such as a class that was opened before the setting was changed.
        wanted = WITH_EXPRESSION if expression and self.expression else WITHOUT_EXPRESSION
        with self._lock:
            if self._usual and not self._closed:
                self._start(wanted)
            return self._there.get(wanted, self._none)

    def close(self) -> None:
        with self._lock:
            self._closed = True
        for engine in [*self.all, *([self._first] if self._first else [])]:
            engine.close()

    def _start(self, module: str) -> None:
        if module not in self._there:
            first, self._first = self._first, None
            self._there[module] = first or self._new_engine(self._models_dir, module)
