"""A ceiling on the memory of the process that it is called in, for those that decode what somebody uploaded.

Sizes are asked for before anything is decoded. This is for the file that lies about them: what it asks for beyond the
ceiling is refused by the system, the decoder says so or the process ends, and the machine is spared.
"""

import sys
from pathlib import Path


def limit_memory(more_bytes: int) -> None:
    """From now on this process gets so much more memory than it has now. Only on Linux: elsewhere nothing is limited.

    Called when everything is loaded, because what that takes goes with the number of cores. Counted is what can be
    written, ``RLIMIT_DATA``: of the addresses that libraries and thread stacks reserve most are never used.
    """
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[5])
    most = pages * resource.getpagesize() + more_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
