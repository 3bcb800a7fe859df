"""How many files this process may have open. Every connection is one, and so is every port of a video."""

import contextlib
import logging

try:
    import resource
except ImportError:  # Windows, where nobody sets a limit
    resource = None

logger = logging.getLogger(__name__)

# A browser that loads a page has up to seven connections, and a student's video some ports: enough for a few classes.
WANTED = 65_536
ENOUGH = 4_096


def raise_limit() -> int:
    """Take as many as the system gives this process; gives how many that are, and warns of too few."""
    if resource is None:
        return WANTED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(OSError, ValueError):  # macOS gives less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    files = WANTED if soft == resource.RLIM_INFINITY else soft
    if files < ENOUGH:
        logger.warning(
            "The system lets this server have %s files open, and every visitor needs several: allow %s or more"
            " (LimitNOFILE in the unit, ulimit -n in a shell).",
            f"{files:,}",
            f"{ENOUGH:,}",
        )
    return files
