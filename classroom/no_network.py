"""No network for the process that it is called in: for those that decode what somebody uploaded or a camera sent.

A file that takes a decoder over must not be able to tell anybody what it finds. The system refuses every new socket
from then on (seccomp, Linux on x86-64 and ARM64): it needs no privilege, works in a container, holds for every thread
and program that this process has or starts, and cannot be taken back.
"""

import ctypes
import errno
import platform
import socket
import struct
import sys

# By machine: how the kernel names it (AUDIT_ARCH_*), and its numbers of the calls ``socket`` and ``seccomp``.
_MACHINES = {"x86_64": (0xC000003E, 41, 317), "aarch64": (0xC00000B7, 198, 277)}
# Opens sockets, too, past ``socket``; the same number everywhere.
_IO_URING_SETUP = 425
# Calls of x86-64 by other numbers for the same ones (x32) begin here.
_X32 = 0x40000000

_SET_NO_NEW_PRIVS = 38
_SET_FILTER, _ALL_THREADS = 1, 1
# Instructions of a filter: load a word, jump if equal, jump if at least, return.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _MACHINE = 0, 4  # where both stand in what a filter looks at
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES


def without_network() -> str:
    """From now on this process opens no socket of any kind; those that it has stay, such as a pipe to its parent.

    To be called when everything is loaded: models may have to be fetched before.

    Returns:
        Empty when it is so, else why not, in a sentence.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _MACHINES or sys.maxsize < 2**32:
        return f"On this system ({sys.platform}, {machine}) nothing keeps what decodes files from the network."
    try:
        _shut(*_MACHINES[machine])
    except OSError as error:
        return f"The system does not keep what decodes files from the network: {error}."
    return "" if _is_shut() else "The system took the order to keep what decodes files from the network, and does not."


def _shut(audit: int, socket_call: int, seccomp_call: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    # Without it only an administrator may set a filter; with it no program that is started gets more rights.
    if libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise _last_error()
    instructions = _filter(audit, socket_call)
    program = ctypes.create_string_buffer(instructions)
    # struct sock_fprog: how many, and where; eight bytes each.
    what = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", len(instructions) // 8, ctypes.addressof(program)))
    answer = libc.syscall(ctypes.c_long(seccomp_call), ctypes.c_uint(_SET_FILTER), ctypes.c_uint(_ALL_THREADS), what)
    if answer < 0:
        raise _last_error()
    if answer > 0:
        raise OSError(errno.EBUSY, f"thread {answer} has a filter of its own")


def _filter(audit: int, socket_call: int) -> bytes:
    """What the kernel runs at every call: everything is allowed but what opens a socket, and calls by other numbers."""
    steps = [
        (_LOAD, 0, 0, _MACHINE),
        (_IF_EQUAL, 0, 5, audit),  # else to the refusal
        (_LOAD, 0, 0, _NUMBER),
        (_IF_AT_LEAST, 3, 0, _X32),
        (_IF_EQUAL, 2, 0, socket_call),
        (_IF_EQUAL, 1, 0, _IO_URING_SETUP),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("@HBBI", *step) for step in steps)


def _is_shut() -> bool:
    try:
        socket.socket().close()
    except PermissionError:
        return True
    return False


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, errno.errorcode.get(number, "unknown error"))
