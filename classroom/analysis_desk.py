"""Has pictures and the headers of recordings read in one process of its own, one after the other.

What somebody uploads may hang or crash a decoder. That costs the child, which is started again for the next one, and
never the server. The child is started when there is something to read, and ended when nothing came for a while.
"""

import logging
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn

from classroom.errors import BadInput, EngineError
from classroom.picture_faces import PictureFaces
from classroom.recordings import RecordingInfo
from classroom.settings import ROOT

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0
# The largest picture takes some three seconds on a slow machine that has nothing else to do.
READ_TIMEOUT_S = 20.0
# Others are served first, each picture for itself; who waits for longer than this is told.
TURN_TIMEOUT_S = 120.0
IDLE_S = 300.0


class AnalysisDesk:
    """Owns the child. Safe to use from many threads; ``close()`` may be called twice."""

    def __init__(self, models_dir: Path | None = None, read_timeout_s: float = READ_TIMEOUT_S) -> None:
        self._models_dir = models_dir
        self._read_timeout_s = read_timeout_s
        self._turn = threading.Lock()  # one request at a time
        self._process: subprocess.Popen | None = None
        self._idle: threading.Timer | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Process id of the child, ``None`` while there is none."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def picture(self, content: bytes) -> PictureFaces:
        """Every face of a picture file.

        Raises:
            BadInput: no picture that can be read, with what to do.
            EngineError: the child cannot start, or ended; with what to do.
        """
        return self._ask(("picture", content), "picture")

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
        if process := self._process:
            process.kill()
        with self._turn:
            self._end()

    def _ask(self, request: tuple, what: str):
        if not self._turn.acquire(timeout=TURN_TIMEOUT_S):
            raise EngineError("Others are having pictures read at the moment. Try again in a minute.")
        try:
            process = self._running()
            too_slow = threading.Event()
            watchdog = _kill_after(self._read_timeout_s, process, too_slow)
            try:
                pickle.dump(request, process.stdin, protocol=5)
                process.stdin.flush()
                kind, content = pickle.load(process.stdout)
            except (EOFError, OSError, pickle.UnpicklingError) as error:
                self._say_why_it_ended(what, too_slow.is_set(), error)
            finally:
                watchdog.cancel()
            if kind == "bad":
                raise BadInput(content)
            return content
        finally:
            self._end_when_idle()
            self._turn.release()

    def _running(self) -> subprocess.Popen:
        """The child, started when there is none. Raises ``EngineError``."""
        if self._idle:
            self._idle.cancel()
        if self._process and self._process.poll() is None:
            return self._process
        self._end()
        command = [sys.executable, "-m", "classroom.recording_process"]
        command += [str(self._models_dir)] if self._models_dir else []
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self._closed:
            # ``close`` looked for a child to end before there was one.
            self._process.kill()
        watchdog = _kill_after(START_TIMEOUT_S, self._process, threading.Event())
        try:
            kind, sentence = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self._end()
            raise EngineError(_closed_or(self._closed, "The process that reads pictures does not start.")) from error
        finally:
            watchdog.cancel()
        if kind != "ready":
            self._end()
            raise EngineError(sentence)
        return self._process

    def _say_why_it_ended(self, what: str, was_slow: bool, error: Exception) -> NoReturn:
        self._end()
        if was_slow:
            logger.warning("Reading a %s took longer than %.0f s.", what, self._read_timeout_s)
            raise BadInput(
                f"This {what} took longer than {self._read_timeout_s:.0f} s to read. Make it smaller, or save it anew."
            ) from error
        logger.warning("The process that reads pictures ended while it read a %s.", what)
        sentence = f"The process that reads pictures ended with this {what}. Try again, or save it anew before."
        raise EngineError(_closed_or(self._closed, sentence)) from error

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
        if self._process and not self._closed:
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
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            process.stdout.close()
            try:
                process.stdin.close()
            except OSError:
                pass  # what was on its way to a child that has ended


def _kill_after(seconds: float, process: subprocess.Popen, killed: threading.Event) -> threading.Timer:
    """A child that hangs does not read either, and a picture is more than a pipe holds: writing would wait for ever."""

    def kill() -> None:
        killed.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    return timer


def _closed_or(closed: bool, sentence: str) -> str:
    return "Analysis has been shut down." if closed else sentence
