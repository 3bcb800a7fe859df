"""A real server in a process of its own: started as a teacher starts it, killed as a machine fails.

For the benchmarks and the browser tests. It listens on loopback only, unless told otherwise, and keeps everything in
the folder it is given.
"""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
# A first start on a bare machine fetches the model files of the face detector once.
START_TIMEOUT_S = 240.0
STOP_TIMEOUT_S = 20.0

_KEY = re.compile(r"one-time setup key:\s+(\S+)")


class ServerFailed(RuntimeError):
    """The server did not come up; the message carries the end of its output."""


class ServerProcess:
    """``streamlit run streamlit_app.py`` with a data folder. After ``kill`` or ``stop`` it may be started again."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = {}, address: str = "localhost") -> None:
        """
        Args:
            folder: for the database and the output; made when it is missing.
            settings: more environment variables, such as ``CLASSPULSE_MAX_STUDENTS``.
            address: to listen on.
        """
        self.folder = folder
        self._address = address
        self.port = free_port()
        self.output = folder / "server.log"
        self._env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self._env |= {"CLASSPULSE_DATA": str(folder), "PYTHONUNBUFFERED": "1"}
        # Said by whoever runs it, so that the engine is warm before the first teacher comes.
        self._env |= {"CLASSPULSE_REGION": "other"} | dict(settings)
        self._process: subprocess.Popen | None = None

    def add_settings(self, settings: Mapping[str, str]) -> None:
        """Environment variables for the next ``start``, such as an address that is made of ``port``."""
        self._env |= settings

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> "ServerProcess":
        """Start it and wait until it says that every part works.

        Raises:
            ServerFailed: it ended, or was not ready in time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(self.port)]
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, "--server.address", self._address],
                cwd=ROOT,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + START_TIMEOUT_S
        while not self.is_well():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise ServerFailed(f"The server did not come up:\n{self.output.read_text(errors='replace')[-3000:]}")
            time.sleep(0.2)
        return self

    def is_well(self) -> bool:
        """Whether ``/healthz`` answers that every part works."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def setup_key(self) -> str:
        """The key that a first start prints for the person at the terminal."""
        found = _KEY.search(self.output.read_text("utf-8", errors="replace"))
        if found is None:
            raise ServerFailed("The server printed no setup key.")
        return found.group(1)

    def engine_pid(self) -> int | None:
        """The child that reads faces; ``None`` while there is none."""
        return self.child_pid("classroom.engine_process")

    def child_pid(self, module: str) -> int | None:
        """A child that runs this module; ``None`` while there is none."""
        for child in psutil.Process(self.pid).children(recursive=True):
            try:
                if module in child.cmdline():
                    return child.pid
            except psutil.NoSuchProcess:
                continue
        return None

    def rows(self, query: str, *values: object) -> list[tuple]:
        """What the database answers; works beside a running server and after its death."""
        with closing(sqlite3.connect(self.folder / "classpulse.db", timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def one(self, query: str, *values: object):
        """The one value that the database answers."""
        return self.rows(query, *values)[0][0]

    def kill(self) -> int:
        """End it at once, as a power cut would.

        Returns:
            The time just before, in milliseconds since 1970.
        """
        at_ms = time.time_ns() // 1_000_000
        os.kill(self.pid, signal.SIGKILL)
        self._process.wait()
        return at_ms

    @property
    def status(self) -> int | None:
        """With what it ended, below zero by a signal; ``None`` while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """End it in order; may be called twice."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
