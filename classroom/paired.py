"""A change between two times, measured on the same students: with an interval that admits when nothing can be said.

The students are the sample, not the readings. Neighbouring readings of one face are nearly the same, so a thousand of
them from three students know no more than three students do. So each student has one mean before and one after, and the
interval is the paired t interval of the differences (Student 1908): mean ± t(n − 1, 97.5 %) · s / √n.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import NormalDist

import numpy as np

# Of fewer students the spread between students is a guess.
MIN_STUDENTS = 5


class Verdict(StrEnum):
    NOTHING = "nothing can be said"
    UNCLEAR = "no clear change"
    HIGHER = "higher afterwards"
    LOWER = "lower afterwards"


@dataclass(frozen=True)
class Change:
    """Means over ``students``, each of whom counts once; ``difference`` is after less before.

    Everything is NaN without a student, and ``low`` and ``high`` with a single one.
    """

    before: float
    after: float
    difference: float
    low: float
    high: float
    students: int

    @property
    def verdict(self) -> Verdict:
        if self.students < MIN_STUDENTS:
            return Verdict.NOTHING
        if self.low <= 0 <= self.high:
            return Verdict.UNCLEAR
        return Verdict.HIGHER if self.difference > 0 else Verdict.LOWER


def paired_change(before: np.ndarray, after: np.ndarray) -> Change:
    """The change with its 95 % interval.

    Args:
        before, after: (n,) the mean of each student, the same students in the same order.
    """
    n = len(before)
    if not n:
        return Change(*[float("nan")] * 5, students=0)
    differences = np.asarray(after, float) - np.asarray(before, float)
    mean = float(differences.mean())
    half = t_quantile(n - 1) * float(differences.std(ddof=1)) / sqrt(n) if n > 1 else float("nan")
    return Change(float(np.mean(before)), float(np.mean(after)), mean, mean - half, mean + half, n)


def t_quantile(df: int, p: float = 0.975) -> float:
    """The quantile of Student's t from that of the normal distribution (Abramowitz and Stegun 1964, 26.7.5).

    Off by less than 0.001 from 4 degrees of freedom on; below that an interval is shown and nothing said.
    """
    z = NormalDist().inv_cdf(p)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return sum(term / df**power for power, term in enumerate(terms))
