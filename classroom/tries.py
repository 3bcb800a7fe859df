"""How often something was tried lately, and how long the next try has to wait: rate limits in bounded memory.

Who is over a limit is slowed down. One that refused would be a weapon: whoever reaches it on purpose, with the name of
somebody else or from the same address, would keep that one out.
"""

import ipaddress
import threading
from collections.abc import Hashable

from classroom.clock import Clock

# More are kept by no limit of ours; who tries with ever new names or addresses pushes the oldest ones out.
MAX_KEYS = 10_000


class Tries:
    """Counts tries a key over the last ``window_ms``. Safe to use from several threads.

    Of each key the newest ``most`` are kept, so who goes on stays over the limit.
    """

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

    def has(self, key: Hashable, what: Hashable) -> bool:
        """Whether this was tried within the window."""
        with self._lock:
            return what in self._recent(key)

    def count(self, key: Hashable, what: Hashable = None) -> bool:
        """Count a try; the same ``what`` again is no further try.

        Returns:
            Whether the try is within the limit.
        """
        with self._lock:
            recent = self._recent(key)
            what = object() if what is None else what
            is_within = what in recent or len(recent) < self._most
            recent.pop(what, None)  # to the end, as below: the first in a dict is what was tried least recently
            recent[what] = self._clock()
            if len(recent) > self._most:
                del recent[next(iter(recent))]
            self._tried.pop(key, None)
            self._tried[key] = recent
            while len(self._tried) > self._max_keys:
                del self._tried[next(iter(self._tried))]
            return is_within

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


class Turnstile:
    """Lets one try a key through every ``gap_ms``, and says how long to wait. Safe to use from several threads."""

    def __init__(self, clock: Clock, gap_ms: int, longest_ms: int, max_keys: int = MAX_KEYS) -> None:
        """
        Args:
            longest_ms: nobody waits longer, so no more than ``1 + longest_ms / gap_ms`` a key wait at once.
        """
        self._clock = clock
        self._gap_ms = gap_ms
        self._longest_ms = longest_ms
        self._max_keys = max_keys
        self._last_ms: dict[Hashable, int] = {}  # when the last one goes through that has a turn
        self._lock = threading.Lock()

    def turn_ms(self, key: Hashable) -> int | None:
        """Milliseconds until this one's turn; ``None``, and no turn, where that is longer than anybody waits."""
        with self._lock:
            now_ms = self._clock()
            turn_ms = max(now_ms, self._last_ms.get(key, now_ms - self._gap_ms) + self._gap_ms)
            if turn_ms - now_ms > self._longest_ms:
                return None
            self._last_ms.pop(key, None)
            self._last_ms[key] = turn_ms
            while len(self._last_ms) > self._max_keys:
                del self._last_ms[next(iter(self._last_ms))]
            return turn_ms - now_ms


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
