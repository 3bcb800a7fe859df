import subprocess
import sys

import pytest

from classroom import few_arenas

# Twenty threads that hold memory at the same time; the C library tells its heaps in XML, one <heap> each.
HEAPS = """
import ctypes, os, sys, tempfile, threading
if sys.argv[1] == "few":
    from classroom.few_arenas import few_arenas
    assert few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(20)
def hold():
    libc.malloc(5000)
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(20)]
[each.start() for each in threads], [each.join() for each in threads]
with tempfile.TemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(os.dup(file.fileno()), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    file.seek(0)
    print(file.read().count(b"<heap "))
"""


def heaps(how: str) -> int:
    ran = subprocess.run([sys.executable, "-c", HEAPS, how], capture_output=True, text=True, timeout=60, check=True)
    return int(ran.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the GNU C library tells its heaps on Linux")
def test_many_threads_share_two_heaps():
    assert heaps("as it is") > few_arenas.ARENAS
    assert heaps("few") <= few_arenas.ARENAS


@pytest.mark.parametrize("library", [lambda _: object(), lambda _: (_ for _ in ()).throw(OSError())])
def test_another_c_library_is_left_as_it_is(monkeypatch, library):
    monkeypatch.setattr(few_arenas.ctypes, "CDLL", library)
    assert few_arenas.few_arenas() is False
