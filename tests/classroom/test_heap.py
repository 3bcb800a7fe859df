import subprocess
import sys

import pytest

from classroom import heap

# Each in a process of its own, since there is no way back. The C library tells its heaps in XML, one <heap> each.
BEGIN = """
import ctypes, os, re, sys, tempfile, threading
from classroom import heap
assert sys.argv[1] == "as it is" or heap.keep_together()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
def told():
    with tempfile.TemporaryFile() as file:
        stream = ctypes.c_void_p(libc.fdopen(os.dup(file.fileno()), b"w"))
        libc.malloc_info(0, stream)
        libc.fclose(stream)
        file.seek(0)
        return file.read().decode()
"""
# Twenty threads that hold memory at the same time.
HEAPS = """
together = threading.Barrier(20)
def hold():
    libc.malloc(5000)
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(20)]
[each.start() for each in threads], [each.join() for each in threads]
print(told().count("<heap "))
"""
# A freed block of 16 MB, after which one of 8 MB counts as small.
LARGE = """
count = lambda: int(re.search(r'type="mmap" count="([0-9]+)"', told())[1])
libc.free(libc.malloc(16 << 20))
before = count()
libc.malloc(8 << 20)
print(count() - before)
"""
# Blocks of three pages, of which every second one is freed. Prints pages.
HOLES = """
pages = lambda: int(open("/proc/self/statm").read().split()[1])
blocks = [libc.malloc(12_000) for _ in range(2_000)]
[ctypes.memset(each, 1, 12_000) for each in blocks], [libc.free(each) for each in blocks[::2]]
before = pages()
heap.give_back()
print(before - pages())
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only the GNU C library has these ways")


def run(script: str, how: str = "kept together") -> int:
    command = [sys.executable, "-c", BEGIN + script, how]
    return int(subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout)


def test_many_threads_share_two_heaps():
    assert run(HEAPS, "as it is") > heap.ARENAS
    assert run(HEAPS) <= heap.ARENAS


def test_a_large_block_is_no_part_of_a_heap_whatever_was_freed_before():
    assert run(LARGE, "as it is") == 0
    assert run(LARGE) == 1


def test_holes_go_back_to_the_machine():
    assert run(HOLES) > 1_000


@pytest.mark.parametrize("library", [lambda _: object(), lambda _: (_ for _ in ()).throw(OSError())])
def test_another_c_library_is_left_as_it_is(monkeypatch, library):
    monkeypatch.setattr(heap.ctypes, "CDLL", library)
    assert heap.keep_together() is False
    heap.give_back()  # does nothing, and does not fail
