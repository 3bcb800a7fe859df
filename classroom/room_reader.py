"""Has the pictures of one room camera read in a process of its own, which is started again when it dies or hangs."""

import logging
import threading
from pathlib import Path
from typing import Protocol

import numpy as np

from classroom.child import Child
from classroom.errors import ChildEnded, EngineError
from classroom.sampled_faces import SampledFaces

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0
# The first look searches tiles of every size: a second of computing, and half a minute where the machine does other
# things first. A process that is silent for much longer hangs.
READ_TIMEOUT_S = 90.0


class RoomReader(Protocol):
    """What a room camera needs: a process today, another machine later."""

    def read(self, at_s: float, frame_bgr: np.ndarray) -> SampledFaces | None:
        """Every face of the next picture, ``None`` when it is black. Raises ``EngineError``."""

    def rest(self) -> None:
        """Give back what reading takes; the next ``read`` takes it again."""

    def close(self) -> None:
        """For good; whoever waits for an answer gets ``EngineError``. May be called twice, from any thread."""


class ChildRoomReader:
    """One child, started by the first picture. One thread reads; ``close`` may come from another."""

    def __init__(self, models_dir: Path | None = None, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._models_dir = models_dir
        self._read_timeout_s = read_timeout_s
        self._child: Child | None = None
        self._closed = threading.Event()

    @property
    def pid(self) -> int | None:
        """Process id of the child, ``None`` while there is none."""
        child = self._child
        return child.pid if child else None

    def read(self, at_s: float, frame_bgr: np.ndarray) -> SampledFaces | None:
        """Every face of the next (H, W, 3) uint8 picture, ``None`` when it is black.

        Args:
            at_s: seconds from whenever; never earlier than the picture before.

        Raises:
            EngineError: it cannot start, died or hangs; the next call starts it again.
        """
        child = self._running()
        try:
            with child.within(self._read_timeout_s):
                child.send((at_s, frame_bgr))
                return child.receive()
        except ChildEnded as error:
            self.rest()
            if not self._closed.is_set():
                logger.warning("The process that reads a room's picture: %s", error)
            raise EngineError("Reading the room's picture stopped and is being started again.") from error

    def rest(self) -> None:
        child, self._child = self._child, None
        if child:
            child.end()

    def close(self) -> None:
        self._closed.set()
        if child := self._child:
            child.end()

    def _running(self) -> Child:
        if self.pid is not None:
            return self._child
        self.rest()
        if self._closed.is_set():
            raise EngineError("Reading the room's picture has been shut down.")
        child = self._child = Child("classroom.room_process", self._models_dir)
        if self._closed.is_set():
            child.kill()  # ``close`` looked for a child to end before there was one
        try:
            child.wait_until_ready(START_TIMEOUT_S)
        except ChildEnded as error:
            self.rest()
            raise EngineError("The process that reads the room's picture does not start.") from error
        except EngineError:
            self.rest()
            raise
        return child
