"""A folder of this server alone, in which recordings lie while they are read; and which other servers live.

Each server locks a file in its folder for as long as its process lives. The system takes the lock away when the process
ends, however it ends. So what a killed server left behind is told from what a live one is at work on, also where two
servers, each with a database of its own, have one data folder. Where the system or the file system has no such locks
(Windows) nothing is known of others.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from classroom.private_files import private_file, private_folder

try:
    import fcntl
except ImportError:  # no POSIX
    fcntl = None

logger = logging.getLogger(__name__)

_FILE = "lock"  # a file


class ServerFolder:
    """Owns the folder and its lock. ``close()`` removes both and may be called twice.

    Args:
        parent: where the folders of all servers are; ``None``: this server has none.
    """

    def __init__(self, parent: Path | None, server_id: str) -> None:
        self._parent = parent
        self.path = parent / server_id if parent else None
        self._lock: IO | None = None
        if parent is None:
            return
        try:
            private_folder(parent)
            with self._one_at_a_time():
                private_folder(self.path)
                private_file(self.path / _FILE)
                self._lock = (self.path / _FILE).open("wb")
                _lock(self._lock)
        except OSError as error:
            # A class needs no folder. Who uploads a recording is told.
            logger.warning("Recordings cannot be kept in %s (%s): none can be read.", parent, error.strerror)

    def is_alive(self, server_id: str) -> bool | None:
        """Whether the server of this id lives; ``None``: not known, as of one on another machine."""
        if self._parent is None or not (self._parent / server_id / _FILE).exists():
            return None
        return _is_locked(self._parent / server_id / _FILE)

    def clear_up(self) -> None:
        """Remove what servers left behind that live no more."""
        if self._parent is None or not self._parent.is_dir():
            return
        with self._one_at_a_time():
            for path in self._parent.iterdir():
                if path != self.path and path.name != _FILE and not _is_locked(path / _FILE):
                    remove(path)

    def close(self) -> None:
        if self._lock is not None:
            remove(self.path)
            self._lock.close()
            self._lock = None

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """While one server makes its folder no other takes it for one that was left behind."""
        private_file(self._parent / _FILE)
        with (self._parent / _FILE).open("wb") as lock:
            _lock(lock, wait=True)
            yield


def _is_locked(path: Path) -> bool | None:
    """By a process that lives; ``None``: not known."""
    try:
        with path.open("rb") as lock:
            return None if (locked := _lock(lock)) is None else not locked
    except OSError:
        return None


def _lock(file: IO, wait: bool = False) -> bool | None:
    """Lock the file until it is closed. Gives whether that worked, ``None`` where there are no locks."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        return True
    except BlockingIOError:
        return False
    except (AttributeError, OSError):
        return None


def remove(path: Path) -> None:
    """A folder with all that is in it, or a file; nothing is said when it is not there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
