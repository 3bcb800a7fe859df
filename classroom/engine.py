"""Reads faces in a process of its own: a crash or a hang there never takes a page down."""

import logging
import math
import threading
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np

from classroom.child import Child
from classroom.errors import ChildEnded, EngineError
from fer_model.reading import FaceReading

logger = logging.getLogger(__name__)

# Silence while starting. It takes one to three seconds; a first start fetches the model files and says how far it is.
START_TIMEOUT_S = 60.0
# A batch takes some 20 ms. A process that is silent for this long hangs.
BATCH_TIMEOUT_S = 5.0
RESTART_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
# A restart takes about as long as a board needs to look again, so a board could miss it: it stays said this long.
TOLD_FOR_S = 10.0
WITH_EXPRESSION, WITHOUT_EXPRESSION = "classroom.engine_process", "classroom.attention_process"


class EngineState(StrEnum):
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    CLOSED = "closed"
    OFF = "off"  # there is none, because no face may be read


class Engine(Protocol):
    """What the ticker needs: a local process today, a pool or a cluster later."""

    state: EngineState
    problem: str  # why it is not ready, in a sentence; else empty
    restarted_lately: bool  # ready again, for less than ``TOLD_FOR_S``

    def analyse(self, frames_bgr: Sequence[np.ndarray]) -> list[FaceReading]:
        """One reading a frame, in their order. Raises ``EngineError`` when it cannot."""

    def close(self) -> None:
        """End it; may be called twice."""


class LocalEngine:
    """One child process, started at once in the background and again whenever it dies."""

    def __init__(self, models_dir: Path | None = None, module: str = WITH_EXPRESSION) -> None:
        """
        Args:
            module: the child to run, ``WITH_EXPRESSION`` or ``WITHOUT_EXPRESSION``.
        """
        self.state = EngineState.STARTING
        self.restarts = 0
        self.problem = ""  # why it is not ready, in a sentence
        self._back_s = -math.inf  # when it was ready again after a restart, monotonic
        self._models_dir = models_dir
        self._module = module
        self._child: Child | None = None
        self._lock = threading.Lock()  # one message at a time
        self._closing = threading.Event()
        self._keeper = threading.Thread(target=self._keep_running, name="engine-keeper", daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int | None:
        """Process id of the child, for the health page and the benchmark; ``None`` when there is none."""
        child = self._child
        return child.pid if child else None

    @property
    def restarted_lately(self) -> bool:
        """Whether it is ready again after a restart, for less than ``TOLD_FOR_S``."""
        return self.state is EngineState.READY and time.monotonic() - self._back_s < TOLD_FOR_S

    def analyse(self, frames_bgr: Sequence[np.ndarray]) -> list[FaceReading]:
        """Read one face in each (H, W, 3) uint8 BGR frame.

        Raises:
            EngineError: not ready, died, or silent for ``BATCH_TIMEOUT_S``; it restarts by itself.
        """
        if self.state is not EngineState.READY:
            raise EngineError(self.problem or "Analysis is starting.")
        with self._lock:
            try:
                with self._child.within(BATCH_TIMEOUT_S):
                    self._child.send(list(frames_bgr))
                    return self._child.receive()
            except ChildEnded as error:
                self._end_process()
                raise EngineError(f"{error} It is being restarted.") from error

    def close(self) -> None:
        """End the child. May be called twice; ``analyse`` raises afterwards."""
        self.state, self.problem = EngineState.CLOSED, "Analysis has been shut down."
        self._closing.set()
        self._end_process()
        self._keeper.join(timeout=5)

    def _keep_running(self) -> None:
        """Start the child, wait for its end, start it again."""
        pause_s = RESTART_PAUSE_S
        while not self._closing.is_set():
            try:
                with self._lock:
                    self._start()
                pause_s = RESTART_PAUSE_S
                self._child.wait()
            except EngineError as error:
                if self._closing.is_set():
                    return
                # Such as no network and no model files: that does not mend within a second.
                self.problem, pause_s = str(error), min(pause_s * 2, LONGEST_PAUSE_S)
                logger.error("%s", error)
            self._end_process()
            if self._closing.wait(pause_s):
                return
            self.restarts += 1
            logger.warning("The analysis process has ended; starting it again.")

    def _start(self) -> None:
        self._child = Child(self._module, self._models_dir)
        if self._closing.is_set():
            # ``close`` looked for a child to end before there was one.
            self._end_process()
            raise EngineError(self.problem)
        try:
            self._child.wait_until_ready(START_TIMEOUT_S, self._tell)
        except ChildEnded as error:
            raise EngineError(f"{error} It is being restarted.") from error
        if not self._closing.is_set():
            self.state, self.problem = EngineState.READY, ""
            if self.restarts:
                self._back_s = time.monotonic()

    def _tell(self, sentence: str) -> None:
        self.problem = sentence

    def _end_process(self) -> None:
        if self.state is EngineState.READY:
            self.state, self.problem = EngineState.RESTARTING, "Analysis stopped and is being restarted."
        if self._child:
            self._child.end()


def wait_until_ready(engine: LocalEngine, timeout_s: float) -> bool:
    """Wait for a warm engine; for commands and tests, never for a page."""
    until = time.monotonic() + timeout_s
    while engine.state is not EngineState.READY and time.monotonic() < until:
        time.sleep(0.05)
    return engine.state is EngineState.READY
