"""How fast passwords may be tried: after some failures one after the other, with a wait between them.

A browser in which a teacher has signed in before has a cookie that says so, and a limit of its own for that teacher:
what others try with the name, or from the same address, does not slow it down (the *device cookies* of OWASP's "Slow
Down Online Guessing Attacks"). Everybody else shares the limits of name and address.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from classroom.clock import Clock
from classroom.errors import NotAllowed
from classroom.tries import Tries, Turnstile

TRIES_MS = 10 * 60 * 1000
# Failures within that time, before there is a wait: of a name in one browser that is known or from one address; of all
# names from one address, behind which may be a school; of a name from all addresses together.
MAX_TRIES, MAX_TRIES_OF_ADDRESS, MAX_TRIES_OF_NAME = 8, 60, 60
# Then one try in so long: 8,640 guesses a day at a name, from however many addresses. Different names from one address
# may all be of a school on a Monday morning.
GAP_MS, GAP_OF_ADDRESS_MS = 10_000, 1_000
# Nobody waits longer; a browser gives up after some time, and waiting costs memory.
LONGEST_MS = 10_000
# An address from which a teacher has signed in is spared the limits that others share for so long.
KNOWN_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True)
class _Lane:
    """One limit: who reaches it goes through the turnstile."""

    tries: Tries
    turnstile: Turnstile


@dataclass(frozen=True)
class Turn:
    """One try's place.

    Attributes:
        wait_ms: to be waited before the password is looked at.
        is_known: whether it comes from a browser that is known for this name.
        worked: to be called when the password was right: this try, and the failures before it, count no more.
    """

    wait_ms: int
    is_known: bool
    worked: Callable[[], None]


class SignInPace:
    """Safe to use from several threads. Kept in memory: a restart forgets failures and addresses, but no cookie."""

    def __init__(self, clock: Clock) -> None:
        self._own = _lane(clock, MAX_TRIES, GAP_MS)  # by name and browser, or name and address
        self._addresses = _lane(clock, MAX_TRIES_OF_ADDRESS, GAP_OF_ADDRESS_MS)
        self._names = _lane(clock, MAX_TRIES_OF_NAME, GAP_MS)
        self._known = Tries(clock, 1, KNOWN_MS)
        self._lock = threading.Lock()

    def turn(self, name: str, address: str, browser: str | None) -> Turn:
        """The place of a try, which counts as failed until it has worked.

        Args:
            name: as ``name_key`` gives it; ``address``: as ``address_group`` does.
            browser: what this browser is known by for this name, ``None`` for one that is not.

        Raises:
            NotAllowed: too many wait already; this try does not count.
        """
        this, own = object(), (name, browser or address, browser is None)
        lanes = [(self._own, own)]
        if browser is None and not self._known.is_spent((name, address)):
            lanes += [(self._addresses, address), (self._names, name)]
        with self._lock:  # many at once must not all find room before any of them is counted
            waits_ms = [lane.turnstile.turn_ms(key) for lane, key in lanes if lane.tries.is_spent(key)]
            if None in waits_ms:
                raise NotAllowed("Too many tries. Wait a few seconds, then try again.")
            for lane, key in lanes:
                lane.tries.count(key, this)

        def worked() -> None:
            self._own.tries.forget(own)
            for lane, key in lanes:
                lane.tries.take_back(key, this)
            self._known.count((name, address))

        return Turn(max(waits_ms, default=0), browser is not None, worked)


def _lane(clock: Clock, most: int, gap_ms: int) -> _Lane:
    return _Lane(Tries(clock, most, TRIES_MS), Turnstile(clock, gap_ms, LONGEST_MS))
