"""Keeps what native code writes to stderr out of a server's log."""

import contextlib
import logging
import os
import tempfile
import threading
from collections.abc import Iterator

_log = logging.getLogger(__name__)
_stderr_lock = threading.Lock()


@contextlib.contextmanager
def native_log_as_debug() -> Iterator[None]:
    """Sends what native code writes to stderr meanwhile to our debug log.

    LiteRT prints some lines for each network, and neither an environment variable nor an exported function of the
    library lowers their level. The file descriptor belongs to the whole process, hence the lock and the short use:
    around opening, not around every picture.
    """
    with _stderr_lock, contextlib.ExitStack() as stack:
        try:
            said = stack.enter_context(tempfile.TemporaryFile())
            stderr = os.dup(2)
        except OSError:  # no stderr (a service, pythonw) or no room: let it print where it may
            yield
            return
        try:
            os.dup2(said.fileno(), 2)
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            said.seek(0)
            if text := said.read().decode(errors="replace").strip():
                _log.debug("%s", text)
