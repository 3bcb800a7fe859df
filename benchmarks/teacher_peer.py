"""A teacher who watches the board without a browser, and when each reading was on it."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.server import ServerProcess
from benchmarks.streamlit_page import Refresh, StreamlitPage
from classroom.accounts import Accounts
from classroom.clock import now_ms
from classroom.lawful import LawfulBases
from classroom.regions import Region
from classroom.settings import Settings
from classroom.store import Store
from classroom.ui.addresses import LIVE
from classroom.ui.cookies import TEACHER

# What a tile says of how many readings it rests on, and what only the board has: other parts refresh themselves, too.
_TILE = re.compile(r"seen \d+% of (\d+)")
_BOARD = '<div class="state">'


@dataclass(frozen=True)
class Shown:
    """A refresh of the board: when it came in milliseconds since 1970, how long it took, and the readings in it."""

    at_ms: int
    took_ms: float
    readings: int


class TeacherPeer:
    """Keeps every refresh of one board. Open it on a running event loop."""

    def __init__(self, page: StreamlitPage) -> None:
        self.shown: list[Shown] = []
        self._page = page
        page.on_refresh = self._keep

    @classmethod
    async def watch(cls, server: ServerProcess, token: str) -> "TeacherPeer":
        return cls(await StreamlitPage.open(server.url, LIVE, {TEACHER: token}))

    async def close(self) -> None:
        await self._page.close()

    def _keep(self, refresh: Refresh) -> None:
        if not any(_BOARD in text for text in refresh.html):
            return
        readings = sum(int(count) for text in refresh.html for count in _TILE.findall(text))
        took_ms = (refresh.shown_s - refresh.asked_s) * 1000
        self.shown.append(Shown(time.time_ns() // 1_000_000, took_ms, readings))


def open_class(server: ServerProcess) -> tuple[str, str]:
    """A teacher's first account and a class of theirs. Gives the token that signs in, and the join code."""
    store = Store(f"sqlite:///{server.folder / 'classpulse.db'}")
    try:
        accounts = Accounts(store, now_ms)
        signed_in = accounts.create(accounts.new_key(), "Teacher", "benchmark only")
        LawfulBases(store, now_ms, Settings()).confirm(signed_in.teacher, Region.OTHER, "consent", "", agreed=True)
        return signed_in.token, store.classes.open(signed_in.teacher.id, "Benchmark", (), now_ms()).code
    finally:
        store.close()


def frame_to_board_ms(at_ms: Sequence[int], shown: Sequence[Shown]) -> np.ndarray:
    """Milliseconds from each frame's arrival to the first refresh that had its reading in it.

    Args:
        at_ms: when the frames of all readings of the class arrived, in the order in which they were stored.
        shown: of this class, in the order of time. A board reads the store in its order, so one that rests on n
            readings shows the first n. Readings that no refresh showed are left out.
    """
    waits: list[int] = []
    for refresh in shown:
        waits += [refresh.at_ms - each for each in at_ms[len(waits) : refresh.readings]]
    return np.array(waits, np.int64)
