"""Who of the class list was here: names on the list matched to the names under which people joined.

In steps, each only among those who are left: the same name; the same words in any order (case, accents and punctuation
do not matter); all words of one name are in the other ("Ann" for "Ann Smith"); a small typo. What fits several names
equally well is matched to none of them: a wrong match would call somebody absent who was here.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from classroom.attendance import Attendance
from classroom.look_alikes import look_alike
from classroom.naming import name_key
from classroom.records import ClassInfo

LATE_MIN = 5.0
EARLY_MIN = 5.0
# One typo for every so many letters: "Jon" and "Jan" are two people, "Katarina" and "Katharina" may be one.
LETTERS_A_TYPO = 5


@dataclass(frozen=True)
class Listed:
    """One name of the class list.

    Attributes:
        attendance: of the student with this name, ``None``: absent.
        late_min: minutes between the class's opening and the student's coming, 0 within the time allowed.
        early_min: minutes between the student's leaving and the class's end, 0 within the time allowed, or ``None``
            while the class runs.
    """

    name: str
    attendance: Attendance | None
    late_min: float = 0.0
    early_min: float | None = 0.0


@dataclass(frozen=True)
class RosterCheck:
    """The class list beside the class: its names in their order, and who was here without being on it."""

    listed: tuple[Listed, ...]
    unlisted: tuple[Attendance, ...]

    @property
    def absent(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.listed if each.attendance is None)


def match_names(listed: Sequence[str], joined: Sequence[str]) -> dict[int, int]:
    """Index in ``listed`` to index in ``joined``, nobody twice."""
    at = {name_key(name): j for j, name in enumerate(joined)}
    matches = {i: at[name_key(name)] for i, name in enumerate(listed) if name_key(name) in at}
    left, right = [_words(name) for name in listed], [_words(name) for name in joined]
    for fits in (lambda one, other: one == other, _is_part, _is_typo):
        rows = [i for i in range(len(left)) if i not in matches]
        columns = [j for j in range(len(right)) if j not in matches.values()]
        matches |= _only_pairs(left, right, rows, columns, fits)
    return matches


def listed_name(typed: str, listed: Sequence[str]) -> str | None:
    """The one name of the list that this is: the same words in whatever order, case and accents, or a look-alike.

    Stricter than ``match_names``: who only guesses must not become somebody who is on the list.
    """
    for is_it in (
        lambda name: name_key(name) == name_key(typed),
        lambda name: _words(name) == _words(typed),
        lambda name: look_alike(name, typed),
    ):
        found = [name for name in listed if is_it(name)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def misspelt_name(typed: str, listed: Sequence[str]) -> str | None:
    """The one name of the list from which this differs by a small typo."""
    words = _words(typed)
    found = [name for name in listed if _is_typo(_words(name), words)]
    return found[0] if len(found) == 1 else None


def check_roster(
    info: ClassInfo,
    roster: Sequence[str],
    rows: Sequence[Attendance],
    late_min: float = LATE_MIN,
    early_min: float = EARLY_MIN,
) -> RosterCheck:
    """The class list with who came, who was late and who left early.

    Args:
        late_min, early_min: minutes after the opening and before the end that are still in time.
    """
    row_of = match_names(roster, [row.student.name for row in rows])
    listed = []
    for index, name in enumerate(roster):
        if index not in row_of:
            listed.append(Listed(name, None))
            continue
        row = rows[row_of[index]]
        late = (row.joined_ms - info.opened_ms) / 60_000
        early = None if info.ended_ms is None else (info.ended_ms - row.left_ms) / 60_000
        listed.append(Listed(name, row, _beyond(late, late_min), None if early is None else _beyond(early, early_min)))
    return RosterCheck(tuple(listed), tuple(row for i, row in enumerate(rows) if i not in row_of.values()))


def _beyond(minutes: float, allowed: float) -> float:
    return minutes if minutes > allowed else 0.0


def _words(name: str) -> tuple[str, ...]:
    """The words of a name, sorted, without case, accents and punctuation."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return tuple(sorted("".join(sign if sign.isalnum() else " " for sign in plain).split()))


def _only_pairs(
    left: Sequence[tuple[str, ...]],
    right: Sequence[tuple[str, ...]],
    rows: Sequence[int],
    columns: Sequence[int],
    fits: Callable[[tuple[str, ...], tuple[str, ...]], bool],
) -> dict[int, int]:
    """Pairs that fit each other and nobody else."""
    found = {i: [j for j in columns if left[i] and right[j] and fits(left[i], right[j])] for i in rows}
    wanted = [j for candidates in found.values() for j in candidates]
    return {i: own[0] for i, own in found.items() if len(own) == 1 and wanted.count(own[0]) == 1}


def _is_part(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return set(one) <= set(other) or set(other) <= set(one)


def _is_typo(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Few letters wrong, missing, too many or swapped (Damerau 1964), counted over the whole name."""
    first, second = " ".join(one), " ".join(other)
    most = max(len(first), len(second)) // LETTERS_A_TYPO
    return bool(most) and DamerauLevenshtein.distance(first, second, score_cutoff=most) <= most
