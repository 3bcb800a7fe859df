"""From a typed join code to its class, and how fast codes may be guessed and a class be filled.

Nobody is kept out: a right code of a running class always opens, only later where many wrong ones came from. Only
*different* wrong codes count, because a whole school behind one address may type the code of last week's class. Who
guesses waits before every code, so what there is to win goes with the pages that are open at once: with a hundred of
them, two seconds a code, day and night for a year, the chance to hit one given class is 1 in 540.

The Join page gives a ticket for the code that it has found. Who posts one has guessed nothing, and is never slowed down
for what others guess.
"""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256

from classroom.clock import Clock
from classroom.codes import parse_code
from classroom.errors import BadInput, CodeError
from classroom.records import ClassInfo
from classroom.tries import Tries, Turnstile, address_group

TRIES_MS = 10 * 60 * 1000
# Different wrong codes in that time, of one address; of all together that never had a right one.
WRONG_OF_ADDRESS, WRONG_OF_ALL = 200, 2_000
# An address where somebody had a right code is not counted among the others, and waits less, for a day.
KNOWN_MS = 24 * 3600 * 1000
# How long a code waits then.
SLOW_MS, SLOWER_MS = 2_000, 5_000
# Codes that are posted past the page, one after the other, when they have to wait.
LONGEST_MS = 10_000
# As many join in that time from one address as a class may have: one of fifty, all behind one address, joins within ten
# seconds. Then one in so long.
JOINS_MS, JOIN_GAP_MS = 60_000, 1_000

_ALL = "all"


class Door:
    """Safe to use from several threads. Kept in memory: a restart forgets what was tried, and the tickets."""

    def __init__(self, clock: Clock, class_of_code: Callable[[str], ClassInfo], joins: int) -> None:
        """
        Args:
            class_of_code: raises ``CodeError`` when no open class has the code.
            joins: that one class takes from one address in a minute without a wait.
        """
        self._class_of_code = class_of_code
        self._wrong = Tries(clock, WRONG_OF_ADDRESS, TRIES_MS)
        self._wrong_of_strangers = Tries(clock, WRONG_OF_ALL, TRIES_MS)
        self._known = Tries(clock, 1, KNOWN_MS)
        self._posted = Turnstile(clock, SLOW_MS, LONGEST_MS)
        self._joins, self._queue = Tries(clock, joins, JOINS_MS), Turnstile(clock, JOIN_GAP_MS, LONGEST_MS)
        self._secret = secrets.token_bytes(32)

    def wait_ms(self, source: str = "") -> int:
        """For how long a code that is typed on a page has to wait before ``find``: 0 until many wrong ones came.

        Args:
            source: the address of who typed it.
        """
        address = address_group(source)
        if self._wrong_of_strangers.is_spent(_ALL) and not self._known.is_spent(address):
            return SLOWER_MS
        return SLOW_MS if self._wrong.is_spent(address) else 0

    def find(self, typed: str, source: str = "") -> ClassInfo:
        """The open class of a typed code.

        Raises:
            CodeError: no open class has it; with what to do.
        """
        code, address = parse_code(typed), address_group(source)
        try:
            info = self._class_of_code(code)
        except CodeError:
            self._wrong.count(address, code)
            if not self._known.is_spent(address):
                self._wrong_of_strangers.count(_ALL, code)
            raise
        self._known.count(address)
        return info

    def ticket(self, info: ClassInfo) -> str:
        """What shows that the code of this class was found on a page, until a restart."""
        return self._ticket(info.code)

    def join_wait_ms(self, typed: str, ticket: str, source: str = "") -> int:
        """For how long who posts a code, in order to join, has to wait.

        Args:
            ticket: as the page gave it; without the right one this is a guess, and waits as one.

        Raises:
            CodeError, BadInput: too many wait already; with what to do.
        """
        code, address = parse_code(typed), address_group(source)
        guess_ms: int | None = 0
        # Whether there is such a class is not looked up before the wait: the time of the answer would tell.
        if not hmac.compare_digest(ticket.encode(), self._ticket(code).encode()) and self.wait_ms(source):
            guess_ms = self._posted.turn_ms(address)
        if guess_ms is None:
            raise CodeError("Many wrong codes came from your network. Type the code on this page, please.")
        queue_ms = 0 if self._joins.count((code, address)) else self._queue.turn_ms((code, address))
        if queue_ms is None:
            raise BadInput("Many join from your network at this moment. Press the button again in a few seconds.")
        return max(guess_ms, queue_ms)

    def _ticket(self, code: str) -> str:
        return hmac.new(self._secret, code.encode(), sha256).hexdigest()
