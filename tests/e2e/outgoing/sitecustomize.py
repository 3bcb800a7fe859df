"""Notes where a server and its child processes send to: Python loads this file at its start when the folder is on its path.

Every connection, datagram and question for a name whose other end is not this machine becomes a line of the file named in
``OUTGOING_LOG``. What a library sends without Python's sockets is not seen; of what serves a class that is uvloop alone,
which is left out here: the server takes Python's own event loop then.
"""

import ipaddress
import os
import sys

_LOG = os.environ.get("OUTGOING_LOG", "")
_EVENTS = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0}
_OWN = set(os.environ.get("OUTGOING_OWN", "").split())


def _is_here(host: object) -> bool:
    if not host or not isinstance(host, str) or host in _OWN or host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _note(event: str, arguments: tuple) -> None:
    if event not in _EVENTS:
        return
    address = arguments[_EVENTS[event]]
    host = address[0] if isinstance(address, tuple) else address if event == "socket.getaddrinfo" else None
    if not _is_here(host.decode() if isinstance(host, bytes) else host):
        with open(_LOG, "a", encoding="utf-8") as log:
            log.write(f"{event} {address}\n")


if _LOG:
    sys.modules["uvloop"] = None
    sys.addaudithook(_note)
