"""What may be told of a class of which nothing may be told about anybody. Pure: no database, no thread, no clock.

Conventions
- A window is ``WINDOW_S`` long and begins at a multiple of it since 1970 UTC. A student counts in it once, by the
  expression with the largest mean probability over the own usable readings in it; who has none does not count.
- Students are put into groups of at least ``k``, at random, as they are read for the first time, and stay in them for
  good. A window counts a group when everybody in it was read, and otherwise nobody of it. Told are the shares over all
  groups that count, each rounded to ``ROUND_TO`` percent, and of how many students.
- Why groups: a window must not differ from an earlier one by a few students, or subtracting the one from the other
  gives those few away. Comparing with the last window is not enough (the one before may differ by one student), and
  comparing with each is not (a sum of two may). All windows are sums over the same disjoint groups, so whatever is
  added and subtracted, what comes out is a sum over at least ``k`` students or over nobody.
- What it costs: who joins alone waits for ``k`` in the same state, and a group of which somebody has left counts no
  more. What it cannot do: who knows what all others of a group showed can work out the last one.
- So one person must not be all others. Students who may be one person are one part, and a group has at least ``k``
  parts: those who send the same pictures, and those behind one address. Where more than half of the class are behind
  the same address that is a building, and says nothing: these are put into groups among themselves. Who does not count
  at all (``Known.counts``) is in no group, and neither is who sends a still picture.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from classroom.records import Reading
from fer_model.labels import EMOTIONS

WINDOW_S = 15
LEAST_K, ADVISED_K = 5, 10
ROUND_TO = 5
# Frames of a window may still be read when it is over.
GRACE_MS = 5_000
NOT_ENOUGH = "not enough students sharing"
_STEP_MS = WINDOW_S * 1000
# Readings with the same digits that two students have in one window. No two different faces have even one, but a clip
# that is encoded anew has other digits, too (benchmarks.class_only_pictures).
SAME_PICTURES = 3
# Different readings of a camera in a window, at one every two seconds; a still picture has one.
LIVE_PICTURES = 3


@dataclass(frozen=True)
class Known:
    """What is known of a student and tells a class from a crowd that one person made.

    Attributes:
        counts: whether the student may count at all.
        address: where the page is, as something that is the same for the same address.
    """

    counts: bool = True
    address: str = ""


@dataclass(frozen=True)
class ClassWindow:
    """All that is ever told of one window.

    Attributes:
        students: whose expressions are in it, at least ``k``.
        percents: of them by expression shown, in the order of ``EMOTIONS``, each a multiple of ``ROUND_TO``; rounded
            one by one, so they need not sum to 100.
        joined: students who came into a group with this window, by student id the group's number.
    """

    class_id: int
    window_ms: int
    students: int
    percents: tuple[int, ...]
    joined: tuple[tuple[int, int], ...] = ()


class Groups:
    """Who counts together, for the whole of a class.

    Args:
        k: the smallest group; a number that changes in the middle of a class counts for new groups only.
        sizes: of the groups that there are, by number.
        members: their students that are still there, student id to number: an erased one leaves the group too small
            to count ever again.
        chance: draws who comes into which group.
    """

    def __init__(
        self,
        k: int,
        sizes: Mapping[int, int] | None = None,
        members: Mapping[int, int] | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._k = k
        self._sizes = dict(sizes or {})
        self._number_of = dict(members or {})
        self._chance = chance or random.SystemRandom()

    def take_in(
        self,
        read: Collection[int],
        known: Mapping[int, Known] = {},
        alike: Iterable[tuple[int, int]] = (),
    ) -> tuple[tuple[int, int], ...]:
        """Make groups of those who have none, when they are enough. Gives who came into which.

        Args:
            read: everybody who was read, with a group or without.
            known: of each of them; of whom nothing is in it, nothing speaks against.
            alike: pairs of students who have sent the same pictures.
        """
        address_of = {each: known[each].address if each in known else "" for each in read if _counts(known, each)}
        waiting = sorted(self.without(address_of))
        at_home = [each for each in waiting if address_of[each] == _home(address_of)]
        joined = self._new_groups(_parts(at_home, alike))
        left = set(waiting) - {student_id for student_id, _ in joined}
        return joined + self._new_groups(_parts(sorted(left), [*alike, *_neighbours(left, address_of)]))

    def without(self, read: Collection[int]) -> set[int]:
        """Those who are in no group."""
        return set(read) - set(self._number_of)

    def _new_groups(self, parts: list[list[int]]) -> tuple[tuple[int, int], ...]:
        """Groups of at least ``k`` parts each, at random; none where they are fewer."""
        self._chance.shuffle(parts)
        # All of them, also those beyond a multiple of k: who was left over would wait for a single one to join.
        count, first = len(parts) // self._k, max(self._sizes, default=0) + 1
        if not count:
            return ()
        joined = tuple((each, first + place % count) for place, part in enumerate(parts) for each in part)
        self._number_of.update(joined)
        for _, number in joined:
            self._sizes[number] = self._sizes.get(number, 0) + 1
        return joined

    def counted(self, read: Collection[int]) -> list[int]:
        """Of those who were read the ones whose group was read as a whole."""
        groups: dict[int, list[int]] = defaultdict(list)
        for student_id in read:
            if student_id in self._number_of:
                groups[self._number_of[student_id]].append(student_id)
        whole = [students for number, students in groups.items() if len(students) == self._sizes[number]]
        return sorted(student_id for students in whole for student_id in students)


class Gathering:
    """The windows of one class that are not over yet: the only place where what somebody showed is known, and for
    seconds only. Not thread-safe.

    Args:
        known: what is known of these students (by their ids); asked only when somebody has no group.
    """

    def __init__(
        self,
        class_id: int,
        groups: Groups,
        known: Callable[[Collection[int]], Mapping[int, Known]] = lambda student_ids: {},
    ) -> None:
        self._class_id = class_id
        self._groups = groups
        self._known = known
        # By window and student: probabilities summed, and the different ones.
        self._sums: dict[int, dict[int, np.ndarray]] = defaultdict(dict)
        self._shown: dict[int, dict[int, set[tuple[float, ...]]]] = defaultdict(lambda: defaultdict(set))
        self._alike: set[tuple[int, int]] = set()
        self._told_ms = -1  # begin of the last window that is over

    def add(self, readings: Sequence[Reading]) -> None:
        """Take what was read; what belongs to a window that is over comes too late."""
        for reading in readings:
            window_ms = reading.at_ms // _STEP_MS * _STEP_MS
            if reading.face.usable and window_ms > self._told_ms:
                own, probs = self._sums[window_ms], np.array(reading.face.probs)
                own[reading.student_id] = own.get(reading.student_id, 0.0) + probs
                self._shown[window_ms][reading.student_id].add(tuple(reading.face.probs))

    def take_back(self, student_id: int) -> None:
        """Forget what a student showed in the windows that are not over."""
        for of_window in (*self._sums.values(), *self._shown.values()):
            of_window.pop(student_id, None)

    def over(self, now_ms: int) -> list[ClassWindow]:
        """The windows that are over now and may be told; what was known of them is forgotten, told or not."""
        told = []
        for window_ms in sorted(self._sums):
            if window_ms + _STEP_MS + GRACE_MS > now_ms:
                break
            self._told_ms = window_ms
            if window := self._window(window_ms, self._sums.pop(window_ms), self._shown.pop(window_ms)):
                told.append(window)
        return told

    def _window(
        self, window_ms: int, sums: dict[int, np.ndarray], shown: dict[int, set[tuple[float, ...]]]
    ) -> ClassWindow | None:
        joined: tuple[tuple[int, int], ...] = ()
        if new := self._groups.without(sums):
            self._alike |= same_pictures({student_id: shown[student_id] for student_id in new})
            still = {student_id for student_id in new if len(shown[student_id]) < LIVE_PICTURES}
            joined = self._groups.take_in(set(sums) - still, self._known(sums), self._alike)
        counted = self._groups.counted(sums)
        if not counted:
            return None
        emotions = [int(sums[student_id].argmax()) for student_id in counted]
        shares = np.bincount(emotions, minlength=len(EMOTIONS)) / len(counted)
        return ClassWindow(self._class_id, window_ms, len(counted), rounded(shares), joined)


def same_pictures(shown: Mapping[int, Collection[tuple[float, ...]]]) -> set[tuple[int, int]]:
    """Pairs of students whose readings are the same to the last digit, again and again: one picture, or one clip."""
    pairs = combinations(sorted(shown), 2)
    return {(one, other) for one, other in pairs if len(set(shown[one]) & set(shown[other])) >= SAME_PICTURES}


def _counts(known: Mapping[int, Known], student_id: int) -> bool:
    return student_id not in known or known[student_id].counts


def _home(address_of: Mapping[int, str]) -> str | None:
    """The address of more than half of them."""
    most = Counter(address_of.values()).most_common(1)
    return most[0][0] if most and 2 * most[0][1] > len(address_of) else None


def _neighbours(students: Iterable[int], address_of: Mapping[int, str]) -> list[tuple[int, int]]:
    """Pairs of students behind one address: each with the first one there."""
    first: dict[str, int] = {}
    return [(first.setdefault(address_of[each], each), each) for each in sorted(students)]


def _parts(students: Sequence[int], same: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The students, together who may be one person."""
    part_of = {student_id: [student_id] for student_id in students}
    for one, other in same:
        if one in part_of and other in part_of and part_of[one] is not part_of[other]:
            part_of[one] += part_of[other]
            part_of |= dict.fromkeys(part_of[other], part_of[one])
    return [part for student_id, part in part_of.items() if part[0] == student_id]


def rounded(shares: Sequence[float]) -> tuple[int, ...]:
    """Shares from 0 to 1 in percent, to the next multiple of ``ROUND_TO``, halves upwards."""
    return tuple(int(np.floor(share * 100 / ROUND_TO + 0.5)) * ROUND_TO for share in shares)
