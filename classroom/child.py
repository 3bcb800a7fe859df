"""A child process, spoken to over its standard input and output: both ends of that, one pickled message at a time.

``Child`` is the parent's end, ``Parent`` the child's. The child is a module with a ``main`` that is run as ``python -m
module [models_dir]``; what it sends must be defined in other modules, since its own is called ``__main__`` there.
``multiprocessing`` is not used for it: its spawned children import the parent's main module, and Streamlit swaps that
module for the page that happens to run.

When it starts, a child sends ``("progress", sentence)`` as often as it likes, then ``("ready", warning)`` or
``("failed", sentence)``. What is said after that is between the two: a child that is ready has no network
(``no_network``).
"""

import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from classroom.errors import ChildEnded, ChildHangs, EngineError
from classroom.no_network import without_network
from classroom.settings import ROOT

logger = logging.getLogger(__name__)

_warned: set[str] = set()


class Child:
    """Started at once. One thread at a time may speak with it; any may ``kill`` and ``end`` it, and more than once."""

    def __init__(self, module: str, models_dir: Path | None = None) -> None:
        command = [sys.executable, "-m", module, *([str(models_dir)] if models_dir else [])]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @property
    def pid(self) -> int | None:
        """``None`` when it has ended."""
        return self._process.pid if self._process.poll() is None else None

    def wait_until_ready(self, silent_s: float | None = None, tell: Callable[[str], None] = lambda _: None) -> None:
        """Wait for what it sends at its start.

        Args:
            silent_s: kill it when it sends nothing for so long; without it, wait for as long as it takes.
            tell: gets each sentence on how far it is.

        Raises:
            ChildEnded: before it was ready.
            EngineError: it cannot start; with its reason.
        """
        while True:
            with self.within(silent_s) if silent_s else contextlib.nullcontext():
                kind, sentence = self.receive()
            if kind == "failed":
                raise EngineError(sentence)
            if kind == "ready":
                _warn_once(sentence)
                return
            tell(sentence)

    def send(self, message) -> None:
        """Raises ``ChildEnded``."""
        try:
            pickle.dump(message, self._process.stdin, protocol=5)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise ChildEnded("The analysis process has ended.") from error

    def receive(self):
        """Its next message. Raises ``ChildEnded``."""
        try:
            return pickle.load(self._process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise ChildEnded("The analysis process has ended.") from error

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Kill it when what stands in the block takes longer; the block's ``ChildEnded`` becomes ``ChildHangs`` then.

        Sending belongs into the block, too: a child that hangs does not read, and a picture is more than a pipe holds.
        """
        too_slow = threading.Event()

        def kill() -> None:
            too_slow.set()
            self.kill()

        watchdog = threading.Timer(seconds, kill)
        watchdog.name, watchdog.daemon = "child-watchdog", True
        watchdog.start()
        try:
            yield
        except ChildEnded as error:
            if too_slow.is_set():
                raise ChildHangs(f"The analysis process was silent for {seconds:.0f} s.") from error
            raise
        finally:
            watchdog.cancel()

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until it has ended. Raises ``subprocess.TimeoutExpired``."""
        self._process.wait(timeout_s)

    def kill(self) -> None:
        """Who waits for its answer gets ``ChildEnded``."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, and leave nothing of it behind."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # a request may still lie in it that nobody will read
                pipe.close()


def _warn_once(sentence: str) -> None:
    """What a child cannot do here is said when the first one starts, and not with every one after it."""
    if sentence and sentence not in _warned:
        _warned.add(sentence)
        logger.warning("%s", sentence)


class Parent:
    """The process that started this one. To be made once, before anything is printed; iterating gives its requests."""

    def __init__(self) -> None:
        # Libraries print to file descriptor 1; the messages keep it for themselves under another number.
        self._answers = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        # Ctrl-C in a terminal reaches the whole group; the parent ends this process when it is done.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def ready(self) -> None:
        """Everything is loaded. From now on this process has no network, and its requests may come."""
        self.answer(("ready", without_network()))

    def answer(self, message) -> None:
        pickle.dump(message, self._answers, protocol=5)
        self._answers.flush()

    def __iter__(self) -> Iterator:
        """Request after request, until the parent has ended or sends no more."""
        with contextlib.suppress(EOFError):
            while True:
                yield pickle.load(sys.stdin.buffer)


def models_dir_asked_for() -> Path | None:
    """The folder that this child was started with."""
    return Path(sys.argv[1]) if len(sys.argv) > 1 else None
