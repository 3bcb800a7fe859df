"""Files and folders that only the user who runs the server may read, where the system knows users (POSIX).

What a class leaves behind is about students: on a machine with other accounts nobody else has to see it.
"""

import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)

_OTHERS = 0o077


def private_folder(path: Path) -> None:
    """Make the folder, for this user alone. One that is there stays as it is: it may be somebody's home.

    Raises:
        OSError: it cannot be made.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def private_file(path: Path) -> None:
    """Make the file, empty and for this user alone, or narrow the one that is there.

    Raises:
        OSError: it cannot be made.
    """
    if path.exists():
        narrow(path)
    else:
        path.touch(0o600)


def narrow(path: Path) -> None:
    """Take what is there from everybody else; said in the log where that is not ours to do."""
    mode = path.stat().st_mode
    if os.name != "posix" or not mode & _OTHERS:
        return
    try:
        path.chmod(mode & 0o777 & ~_OTHERS)
    except PermissionError:
        logger.warning("Other users of this machine can read %s: it belongs to another user. Narrow it there.", path)
