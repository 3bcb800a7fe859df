"""From a typed join code to its class, with limits for who guesses.

Only *different* wrong codes count: a whole school behind one address may type the code of last week's class, and it is
one try. With 2,000 of them in ten minutes, all day for a year, the chance to hit one given class is 1 in 8,000.
"""

from collections.abc import Callable

from classroom.clock import Clock
from classroom.codes import parse_code
from classroom.errors import CodeError
from classroom.records import ClassInfo
from classroom.tries import Tries, address_group

TRIES_MS = 10 * 60 * 1000
WRONG_OF_ADDRESS, WRONG_OF_ALL = 200, 2_000
# Who guesses from many addresses must not keep those out where students have joined lately.
KNOWN_MS = 24 * 3600 * 1000

_ALL = "all"


class Door:
    def __init__(self, clock: Clock, class_of_code: Callable[[str], ClassInfo]) -> None:
        """
        Args:
            class_of_code: raises ``CodeError`` when no open class has the code.
        """
        self._class_of_code = class_of_code
        self._wrong = Tries(clock, WRONG_OF_ADDRESS, TRIES_MS)
        self._wrong_of_all = Tries(clock, WRONG_OF_ALL, TRIES_MS)
        self._known = Tries(clock, 1, KNOWN_MS)

    def find(self, typed: str, source: str = "") -> ClassInfo:
        """The open class of a typed code.

        Args:
            source: the address of who typed it.

        Raises:
            CodeError: no open class has it, or too many different wrong codes came; with what to do.
        """
        code, address = parse_code(typed), address_group(source)
        is_known = self._known.is_spent(address)
        # A code that is right is refused as well, or the limit would be none.
        if self._wrong.is_spent(address) or (self._wrong_of_all.is_spent(_ALL) and not is_known):
            raise CodeError("Too many wrong codes were tried. Wait ten minutes, or ask your teacher.")
        try:
            info = self._class_of_code(code)
        except CodeError:
            self._wrong.count(address, code)
            self._wrong_of_all.count(_ALL, code)
            raise
        self._known.count(address)
        return info
