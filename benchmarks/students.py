"""The other end of ``benchmarks.students_process``."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.server import ROOT

STOP_TIMEOUT_S = 60.0


class Students:
    """A process of students who are about to join a class. Started at once; ``stop()`` may be called twice."""

    def __init__(self, url: str, code: str, count: int, within_s: float, clip: Path) -> None:
        """Waits until the clip is encoded; nobody joins before ``begin``."""
        command = [sys.executable, "-m", "benchmarks.students_process", url, code, "--students", str(count)]
        self._process = subprocess.Popen(
            [*command, "--within", str(within_s), "--clip", str(clip)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    @property
    def pid(self) -> int:
        return self._process.pid

    def begin(self) -> dict:
        """All join, one after the other; returns when the last one has set out."""
        return self._ask("begin")

    def change(self) -> dict:
        """One leaves, one joins."""
        return self._ask("change")

    def figures(self) -> dict:
        """``sent`` pictures, ``connections``, ``problems``, and ``students`` with when they set out."""
        return self._ask("figures")

    def stop(self) -> None:
        """All leave."""
        if self._process.poll() is not None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _ask(self, word: str) -> dict:
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The students' process has ended; what it printed above says why.")
        return json.loads(line)
