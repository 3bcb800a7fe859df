"""Keeps the memory of a process that runs for days together. Only GNU's C library can be told to.

Pages and cameras come and go all day, each with a thread. That library gives threads heaps of their own, up to eight a
core, and memory that one of them has freed serves no other. And a block that is freed in the middle of a heap stays
with the process: with every block that outlives its neighbours there are more such holes.
"""

import ctypes
import sys

ARENAS = 2
# Larger blocks, such as a frame or a column of a long class, are no part of a heap and go back at once. By itself the
# library raises this limit to the largest block that it has seen freed.
LARGE_BYTES = 128 * 1024
# Numbers from malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8


def keep_together() -> bool:
    """From now on no more heaps than ``ARENAS``, and no large blocks in them; gives whether that was possible."""
    wanted = ((_M_ARENA_MAX, ARENAS), (_M_MMAP_THRESHOLD, LARGE_BYTES), (_M_TRIM_THRESHOLD, LARGE_BYTES))
    library = _library()
    return library is not None and all(library.mallopt(what, value) == 1 for what, value in wanted)


def give_back() -> None:
    """Give the holes in the heaps back to the machine, where that is possible; takes some milliseconds."""
    if library := _library():
        library.malloc_trim(0)


def _library() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL(None)
        return library if library.mallopt and library.malloc_trim else None
    except (OSError, AttributeError):  # another C library
        return None
