"""Has pictures and the headers of recordings decoded and read in one process of its own, one after the other.

What somebody uploads may hang or crash a decoder. That costs the child, which is started again for the next one, and
never the server. The child is started when there is something to read, and ended when nothing came for a while.
"""

import logging
import threading
from pathlib import Path

import numpy as np

from classroom.child import Child
from classroom.errors import BadInput, ChildEnded, ChildHangs, EngineError
from classroom.picture_faces import PictureFaces
from classroom.recordings import RecordingInfo

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0
# The largest picture takes some three seconds on a slow machine that has nothing else to do.
READ_TIMEOUT_S = 20.0
# Others are served first, each picture for itself; who waits for longer than this is told.
TURN_TIMEOUT_S = 120.0
IDLE_S = 300.0


class AnalysisDesk:
    """Owns the child. Safe to use from many threads; ``close()`` may be called twice."""

    def __init__(
        self,
        models_dir: Path | None = None,
        read_timeout_s: float = READ_TIMEOUT_S,
        module: str = "classroom.recording_process",
    ) -> None:
        """
        Args:
            module: the child; ``classroom.picture_process`` only knows ``frame``.
        """
        self._models_dir = models_dir
        self._module = module
        self._read_timeout_s = read_timeout_s
        self._turn = threading.Lock()  # one request at a time
        self._child: Child | None = None
        self._idle: threading.Timer | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id of the child, ``None`` while there is none."""
        child = self._child
        return child.pid if child else None

    def picture(self, content: bytes) -> PictureFaces:
        """Every face of a picture file.

        Raises:
            BadInput: no picture that can be read, with what to do.
            EngineError: the child cannot start, or ended; with what to do.
        """
        return self._ask(("picture", content), "picture")

    def frame(self, content: bytes) -> np.ndarray:
        """A picture file as the engine takes it: (H, W, 3) uint8 BGR, see ``frame_of``. Raises as ``picture`` does."""
        return self._ask(("frame", content), "picture")

    def recording(self, path: Path) -> RecordingInfo:
        """What the header of a recording says, one frame decoded to be sure. Raises as ``picture`` does."""
        return self._ask(("info", path), "recording")

    def warm_up(self) -> None:
        """Start the child in the background, so that who comes next need not wait for that."""
        if not self._closed and self.pid is None:
            threading.Thread(target=self._try_to_start, name="analysis-warm-up", daemon=True).start()

    def close(self) -> None:
        """End the child; whoever waits gets an error."""
        self._closed = True
        if child := self._child:
            child.kill()
        with self._turn:
            self._end()

    def _ask(self, request: tuple, what: str):
        if not self._turn.acquire(timeout=TURN_TIMEOUT_S):
            raise EngineError("Others are having pictures read at the moment. Try again in a minute.")
        try:
            child = self._running()
            try:
                with child.within(self._read_timeout_s):
                    child.send(request)
                    kind, content = child.receive()
            except ChildEnded as error:
                self._end()
                raise self._why_it_ended(what, error) from error
            if kind == "bad":
                raise BadInput(content)
            return content
        finally:
            self._end_when_idle()
            self._turn.release()

    def _running(self) -> Child:
        """The child, started when there is none. Raises ``EngineError``."""
        if self._idle:
            self._idle.cancel()
        if self.pid is not None:
            return self._child
        self._end()
        self._child = Child(self._module, self._models_dir)
        if self._closed:
            # ``close`` looked for a child to end before there was one.
            self._child.kill()
        try:
            self._child.wait_until_ready(START_TIMEOUT_S)
        except ChildEnded as error:
            self._end()
            raise EngineError(_closed_or(self._closed, "The process that reads pictures does not start.")) from error
        except EngineError:
            self._end()
            raise
        return self._child

    def _why_it_ended(self, what: str, error: ChildEnded) -> BadInput | EngineError:
        if isinstance(error, ChildHangs):
            logger.warning("Reading a %s took longer than %.0f s.", what, self._read_timeout_s)
            return BadInput(
                f"This {what} took longer than {self._read_timeout_s:.0f} s to read. Make it smaller, or save it anew."
            )
        logger.warning("The process that reads pictures ended while it read a %s.", what)
        sentence = f"The process that reads pictures ended with this {what}. Try again, or save it anew before."
        return EngineError(_closed_or(self._closed, sentence))

    def _try_to_start(self) -> None:
        with self._turn:
            try:
                self._running()
            except EngineError as error:
                logger.warning("%s", error)
            self._end_when_idle()

    def _end_when_idle(self) -> None:
        if self._idle:
            self._idle.cancel()
        if self._child and not self._closed:
            self._idle = threading.Timer(IDLE_S, self._end_if_free)
            self._idle.name, self._idle.daemon = "analysis-idle", True
            self._idle.start()

    def _end_if_free(self) -> None:
        if self._turn.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._turn.release()

    def _end(self) -> None:
        """Called with the turn only."""
        if self._idle:
            self._idle.cancel()
        child, self._child = self._child, None
        if child:
            child.end()


def _closed_or(closed: bool, sentence: str) -> str:
    return "Analysis has been shut down." if closed else sentence
