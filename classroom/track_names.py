"""The names of tracks, by the labels that were read in their tiles. Pure.

The labels of a track vote. A name counts when it was read at least twice in the recording, and for a track when it was
read there twice or in most of the looks, and more often than any other. Tracks of one name that were never together are
one person. Names part no track: the tracker's own mistakes are rarer than labels that are read wrong.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from classroom.naming import MAX_NAME, clean_text, name_key

READ_OFTEN = 2
# Samples of two tracks at the same moments, as a share of the shorter one: more, and they are of two people.
TOGETHER = 0.1
# Signs that are read for one another.
_ALIKE = str.maketrans({"i": "l", "1": "l", "0": "o", " ": None, ".": None, "’": "'"})

# Of each look at the labels: the number of the sample and the name, empty where the face had none.
Labels = Sequence[tuple[int, str]]


def track_names(labels_of: Mapping[int, Labels]) -> dict[int, str]:
    """The names of those tracks that have one, spelt as they were read most often."""
    looks = {moment for labels in labels_of.values() for moment, _ in labels}
    spellings: dict[str, Counter[str]] = {}
    for labels in labels_of.values():
        for _, name in labels:
            spellings.setdefault(_alike_key(name), Counter())[name] += 1
    fewest = min(READ_OFTEN, len(looks))
    names = {}
    for track, labels in labels_of.items():
        own = Counter(key for _, name in labels if (key := _alike_key(name)) and spellings[key].total() >= fewest)
        (key, most), (_, second) = [*own.most_common(2), ("", 0), ("", 0)][:2]
        if most > second and (most >= READ_OFTEN or most > len(labels) / 2):
            names[track] = clean_text(spellings[key].most_common(1)[0][0], MAX_NAME)
    return names


def same_people(names: Mapping[int, str], moments_of: Mapping[int, np.ndarray]) -> dict[int, int]:
    """By track the one whose person it is too: an earlier track of the same name that it was never together with.

    Args:
        names: of tracks.
        moments_of: numbers of the samples of each of these tracks, rising.
    """
    same_as: dict[int, int] = {}
    moments = dict(moments_of)
    for track in sorted(names):
        for first in sorted(names):
            if first >= track:
                break
            if first in same_as or names[first] != names[track]:
                continue
            if not _together(moments[first], moments[track]):
                same_as[track] = first
                moments[first] = np.union1d(moments[first], moments[track])
                break
    return same_as


def told_apart(names: Sequence[str]) -> list[str]:
    """The names with “(2)” behind the second one of the same name, and so on."""
    given: list[str] = []
    taken: set[str] = set()
    for name in names:
        number, own = 1, name
        while name_key(own) in taken:
            number += 1
            own = f"{name} ({number})"
        taken.add(name_key(own))
        given.append(own)
    return given


def _alike_key(name: str) -> str:
    """The same for names that differ only in what is often read for one another."""
    return name_key(name).translate(_ALIKE)


def _together(ones: np.ndarray, others: np.ndarray) -> bool:
    return len(np.intersect1d(ones, others, assume_unique=True)) > TOGETHER * min(len(ones), len(others))
