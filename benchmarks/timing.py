"""Times calls, alone or side by side, and makes flat figures of them."""

import time
from collections.abc import Callable

import numpy as np

WARM_UP = 10
ROUND_CALLS = 10  # enough that a call finds in the cache what its own last call left there


def times_ms(work: Callable[[], object], count: int, clock_s: Callable[[], float] = time.perf_counter) -> np.ndarray:
    """(count,) milliseconds of each call, after some that do not count."""
    return side_by_side_ms({"work": work}, count, clock_s)["work"]


def side_by_side_ms(
    works: dict[str, Callable[[], object]], count: int, clock_s: Callable[[], float] = time.perf_counter
) -> dict[str, np.ndarray]:
    """(count,) milliseconds of the calls of each work, taken in turns of ``ROUND_CALLS``.

    Whatever else the machine does meets all of them alike, so their ratios hold where the figures themselves do not.
    """
    for work in works.values():
        for _ in range(WARM_UP):
            work()
    taken = {name: np.empty(count) for name in works}
    for start in range(0, count, ROUND_CALLS):
        for name, work in works.items():
            for number in range(start, min(start + ROUND_CALLS, count)):
                began_s = clock_s()
                work()
                taken[name][number] = (clock_s() - began_s) * 1000
    return taken


def summary(name: str, taken_ms: np.ndarray, faces: int = 1) -> dict[str, float | int]:
    """Flat figures of one step, per face."""
    per_face = taken_ms / faces
    return {
        f"{name}_median_ms": round(float(np.median(per_face)), 3),
        f"{name}_p95_ms": round(float(np.percentile(per_face, 95)), 3),
        f"{name}_n": len(per_face),
    }
