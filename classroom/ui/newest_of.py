"""The newest few of each: whoever makes one too many loses the oldest, and nobody else loses anything."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class NewestOf(Generic[Kept]):
    """Keeps at most ``most`` a key, the oldest first. Not locked: it belongs to one thread, as the event loop's."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: dict[Hashable, list[Kept]] = {}

    def add(self, key: Hashable, new: Kept) -> Kept | None:
        """Keep a new one; gives the one that has to go for it, if one has to."""
        own = self._of.setdefault(key, [])
        own.append(new)
        return own.pop(0) if len(own) > self._most else None

    def remove(self, key: Hashable, gone: Kept) -> None:
        """It is over; may be called twice."""
        left = [each for each in self._of.get(key, []) if each is not gone]
        if left:
            self._of[key] = left
        else:
            self._of.pop(key, None)

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))
