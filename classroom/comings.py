"""Who joined, left and came back, as events in words."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from classroom.presence import GONE_MS


@dataclass(frozen=True)
class Coming:
    at_ms: int
    name: str
    what: str  # "joined", "came back" or "left"


def comings(visits: pd.DataFrame, names: Mapping[int, str], now_ms: int) -> list[Coming]:
    """Events of a class, the newest first. A visit that was extended within ``GONE_MS`` has no end yet.

    Args:
        visits: ``student_id, began_ms, seen_ms`` in the order in which they began.
    """
    events: list[Coming] = []
    been: set[int] = set()
    for student_id, began_ms, seen_ms in visits[["student_id", "began_ms", "seen_ms"]].itertuples(index=False):
        name = names.get(student_id, "")
        events.append(Coming(began_ms, name, "came back" if student_id in been else "joined"))
        been.add(student_id)
        if now_ms - seen_ms > GONE_MS:
            events.append(Coming(seen_ms, name, "left"))
    # Reversed first: of a visit of one moment the end is the newer event.
    return sorted(reversed(events), key=lambda event: -event.at_ms)
