"""How often something was tried lately, in bounded memory: the limits of sign-ins and of wrong join codes."""

import ipaddress
import threading
from collections.abc import Hashable

from classroom.clock import Clock

# More are kept by no limit of ours; who tries with ever new names or addresses pushes the oldest ones out.
MAX_KEYS = 10_000


class Tries:
    """Counts tries a key over the last ``window_ms``. Safe to use from several threads."""

    def __init__(self, clock: Clock, most: int, window_ms: int, max_keys: int = MAX_KEYS) -> None:
        self._clock = clock
        self._most = most
        self._window_ms = window_ms
        self._max_keys = max_keys
        self._tried: dict[Hashable, dict[Hashable, int]] = {}
        self._lock = threading.Lock()

    def is_spent(self, key: Hashable) -> bool:
        """Whether there were ``most`` tries within the window."""
        with self._lock:
            return len(self._recent(key)) >= self._most

    def count(self, key: Hashable, what: Hashable = None) -> bool:
        """Count a try, unless the limit is reached; the same ``what`` again is no further try.

        Returns:
            Whether the try is within the limit.
        """
        with self._lock:
            recent = self._recent(key)
            what = object() if what is None else what
            if len(recent) >= self._most and what not in recent:
                return False
            self._tried.pop(key, None)  # to the end: the first in the dict is who tried least recently
            self._tried[key] = recent | {what: self._clock()}
            while len(self._tried) > self._max_keys:
                del self._tried[next(iter(self._tried))]
            return True

    def take_back(self, key: Hashable, what: Hashable) -> None:
        """This try worked, so it does not count."""
        with self._lock:
            self._tried.get(key, {}).pop(what, None)

    def forget(self, key: Hashable) -> None:
        """It worked: the tries before do not count either."""
        with self._lock:
            self._tried.pop(key, None)

    def _recent(self, key: Hashable) -> dict[Hashable, int]:
        since_ms = self._clock() - self._window_ms
        return {what: at_ms for what, at_ms in self._tried.get(key, {}).items() if at_ms > since_ms}


def address_group(source: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 one, which one household has whole.

    The own machine is always the same, under whatever name; text that is no address stays as it is.
    """
    try:
        address = ipaddress.ip_address(source.partition("%")[0])
    except ValueError:
        return source or "here"
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return "here"
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
