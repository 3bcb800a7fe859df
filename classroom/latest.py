"""What is remembered of students who may be gone, in bounded memory: somebody can join and leave all day long."""

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# Students, and far more than can be in all classes of a server at once.
MOST = 10_000


class Latest(Generic[Key, Value]):
    """Keeps what was set last; beyond ``most`` what was set least recently is forgotten. Safe to use from several
    threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: dict[Key, Value] = {}
        self._lock = threading.Lock()

    def get(self, key: Key, default: Value | None = None) -> Value | None:
        return self._kept.get(key, default)

    def set(self, key: Key, value: Value) -> None:
        with self._lock:
            self._kept.pop(key, None)  # to the end: the first in a dict is what was set least recently
            self._kept[key] = value
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]

    def __contains__(self, key: Key) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)
