"""Keeps the memory of a process with many threads together.

Every camera has a thread that decodes its video. The C library gives threads heaps of their own, up to eight a core,
and memory that one of them has freed serves no other: with cameras that come and go all day each heap slowly grows to
what its threads ever needed at once.
"""

import ctypes
import sys

ARENAS = 2
_M_ARENA_MAX = -8  # malloc.h of the GNU C library


def few_arenas() -> bool:
    """From now on no more heaps than ``ARENAS``; gives whether that was possible, which is so with GNU's C library."""
    if sys.platform != "linux":
        return False
    try:
        return ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS) == 1
    except (OSError, AttributeError):  # another C library
        return False
