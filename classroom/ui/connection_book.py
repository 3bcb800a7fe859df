"""Who holds the connections of this server: so many in all and of one address, and whoever asks nothing goes first."""

from collections import Counter
from typing import Protocol

from classroom.tries import address_group

# For videos, the database, and the children that read faces.
KEPT_FREE = 1_000
MOST = 8_000
# What one address may hold of them. A school behind one address whose classes load their pages at once needs hundreds.
SHARE_OF_ADDRESS = 4


class Connection(Protocol):
    address: str

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for an answer on it: nothing was asked yet, or not to the end."""


class ConnectionBook:
    """Not locked: it belongs to the event loop."""

    def __init__(self, files: int, is_proxy=lambda address: False) -> None:
        """
        Args:
            files: that this process may have open.
            is_proxy: whether an address is a proxy's, behind which everybody may be.
        """
        self.most = max(min(files - min(KEPT_FREE, files // 2), MOST), 1)
        self.most_of_address = max(self.most // SHARE_OF_ADDRESS, 1)
        self._is_proxy = is_proxy
        self._open: dict[Connection, str] = {}  # the oldest first, each with what counts as its address
        self._of: Counter[str] = Counter()

    def enter(self, new: Connection) -> Connection | None:
        """A new one; gives the one that has to go for it, which is the new one where everybody else is busy.

        Who has to go has left with that: many may come before its connection is closed.
        """
        group = address_group(new.address)
        is_over = not self._is_proxy(new.address) and group != "here" and self._of[group] >= self.most_of_address
        goes = None
        if is_over:
            goes = self._idle(group) or new
        elif len(self._open) >= self.most:
            goes = self._idle() or new
        if goes is not new:
            self.leave(goes)
            self._open[new] = group
            self._of[group] += 1
        return goes

    def leave(self, gone: Connection | None) -> None:
        """It is closed, or will be; may be called twice."""
        group = self._open.pop(gone, None)
        if group is not None:
            self._of[group] -= 1
            if not self._of[group]:
                del self._of[group]

    def __len__(self) -> int:
        return len(self._open)

    def _idle(self, group: str | None = None) -> Connection | None:
        """The oldest one that is idle, of an address or of all."""
        return next((each for each, own in self._open.items() if each.is_idle and group in (None, own)), None)
