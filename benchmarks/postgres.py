"""A PostgreSQL of its own: a fresh cluster in a temporary folder, for the store's tests and for what goes wrong."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """The folder with the newest server's programs, ``None`` where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


class Postgres:
    """A private server on a free port of this machine. PostgreSQL refuses to run as root, so root lends it a user."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._data = folder / "data"
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(folder, "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder = folder
        self._run("initdb", "-D", self._data, "-U", "teacher", "--auth=trust", "--no-sync", "--encoding=UTF8")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://teacher@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k {self._folder} -c fsync=off -c max_connections=50"
        self._run("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def empty(self) -> str:
        """The address of a database with nothing in it. Emptying the one there is takes a tenth of making another."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.url

    def _run(self, program: str, *arguments) -> None:
        command = [*self._as_user, str(self._programs / program), *map(str, arguments)]
        # To a file, not a pipe: the server that pg_ctl starts would hold the pipe open.
        with open(os.devnull, "w") as nowhere:
            subprocess.run(command, check=True, timeout=60, cwd="/", stdout=nowhere, stderr=nowhere)
