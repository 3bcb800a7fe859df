"""Whose tracks are whose, by the names that were read in their tiles. Pure.

The tracker knows surroundings and places only. In the gallery of a call it goes wrong where the tiles are re-ordered,
and what it knows then is where it may have gone wrong: where a track jumps, breaks off, or looks different at once.
Between two such moments lies a stint, which is one person. Names say which stints are the same person's: those with one
name, in whatever tracks. A stint without a name is that of the stint before it in its track.

A name counts when it was read at least twice in the recording, and for a stint when it was read there twice or in most
of the looks, and more often than any other. Two people who bear one name in one look are two people.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from classroom.naming import clean_text, name_key
from fer_model.tracker import FRESH, LIKE_ANYWHERE, NEAR, SHORT_S

READ_OFTEN = 2
# Samples of two stints at the same moments, as a share of the shorter one: more, and they are of two people.
TOGETHER = 0.1
# Signs that are read for one another.
_ALIKE = str.maketrans({"i": "l", "1": "l", "0": "o", " ": None, ".": None, "’": "'"})


@dataclass(eq=False)
class Stint:
    """What one track showed without a break.

    Attributes:
        track: the number that the tracker gave to its first face.
        box_xyxy, seen_s: the last face.
        look: mean of the last surroundings.
        count: faces.
        readings: (number of the sample, name) wherever labels were read, the name empty where the face had none.
        thumbnail: score and JPEG of the surest face that has one.
    """

    track: int
    box_xyxy: np.ndarray
    look: np.ndarray
    seen_s: float
    count: int = 1
    readings: list[tuple[int, str]] = field(default_factory=list)
    thumbnail: tuple[float, bytes] = (-1.0, b"")

    def goes_on_with(self, box_xyxy: np.ndarray, look: np.ndarray, at_s: float) -> bool:
        """Whether a face of the same track is the next of this stint."""
        middles = [(box[:2] + box[2:]) / 2 for box in (self.box_xyxy, box_xyxy)]
        side = max(float((box[2:] - box[:2]).max()) for box in (self.box_xyxy, box_xyxy))
        is_near = float(np.linalg.norm(middles[0] - middles[1])) < NEAR * max(side, 1.0)
        return is_near and at_s - self.seen_s <= SHORT_S and float(np.abs(self.look - look).mean()) < LIKE_ANYWHERE

    def see(self, box_xyxy: np.ndarray, look: np.ndarray, at_s: float) -> None:
        """The next face."""
        self.box_xyxy, self.seen_s, self.count = box_xyxy, at_s, self.count + 1
        fresh = max(1 / self.count, FRESH)
        self.look = (1 - fresh) * self.look + fresh * look


@dataclass(eq=False)
class Somebody:
    """The stints of one person, and the name; empty where none was read."""

    track: int
    stints: list[int]
    name: str = ""


def alike_key(name: str) -> str:
    """The same for names that differ only in what is often read for one another."""
    return name_key(name).translate(_ALIKE)


def persons(stints: Sequence[Stint], moments: Sequence[np.ndarray], track_of: Callable[[int], int]) -> list[Somebody]:
    """Who is who; every stint is somebody's.

    Args:
        moments: for each stint the numbers of its samples, rising.
        track_of: what a track turned out to be.
    """
    names = _names(stints)
    bearers: dict[str, list[Somebody]] = {}
    owner: dict[int, Somebody] = {}
    seen: dict[Somebody, np.ndarray] = {}

    def give(somebody: Somebody, stint: int) -> None:
        somebody.stints.append(stint)
        seen[somebody] = np.union1d(seen.get(somebody, np.empty(0, np.int64)), moments[stint])
        owner[stint] = somebody

    # Who bears a name for certain goes first: a label that was once taken for the neighbour's makes nobody of its own.
    for stint in sorted(names, key=lambda stint: (-_times(stints[stint], names[stint]), stint)):
        own = bearers.setdefault(names[stint], [])
        track = track_of(stints[stint].track)
        free = [each for each in own if not _together(seen[each], moments[stint])]
        if free:
            give(min(free, key=lambda each: each.track != track), stint)
        elif not own or any(_read_together(stints, each.stints, stint, names[stint]) for each in own):
            own.append(Somebody(track, [], names[stint]))
            give(own[-1], stint)
    tracks: dict[int, list[int]] = {}
    for stint in sorted(range(len(stints)), key=lambda stint: (int(moments[stint][0]), stint)):
        tracks.setdefault(track_of(stints[stint].track), []).append(stint)
    for track, own_stints in tracks.items():
        nobody = Somebody(track, [])
        last = next((owner[stint] for stint in own_stints if stint in owner), nobody)
        for stint in own_stints:
            if stint in owner:
                last = owner[stint]
            elif last is nobody or not _together(seen[last], moments[stint]):
                give(last, stint)
            else:
                give(nobody, stint)
    found = list(dict.fromkeys(owner.values()))
    for somebody in found:
        somebody.stints.sort(key=lambda stint: int(moments[stint][0]))
        somebody.track = min(track_of(stints[stint].track) for stint in somebody.stints)
        if somebody.name:
            somebody.name = _spelling([stints[stint] for stint in somebody.stints], somebody.name)
    return sorted(found, key=lambda somebody: (int(seen[somebody][0]), somebody.track))


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


def _names(stints: Sequence[Stint]) -> dict[int, str]:
    """The key of the name of each stint that has one."""
    readings = [(moment, alike_key(name)) for stint in stints for moment, name in stint.readings]
    often = min(READ_OFTEN, len({moment for moment, _ in readings}))
    counts = Counter(key for _, key in readings if key)
    names = {}
    for number, stint in enumerate(stints):
        own = Counter(key for _, name in stint.readings if counts[key := alike_key(name)] >= often)
        (first, most), (_, second) = [*own.most_common(2), ("", 0), ("", 0)][:2]
        if most > second and (most >= READ_OFTEN or most > len(stint.readings) / 2):
            names[number] = first
    return names


def _times(stint: Stint, key: str) -> int:
    return sum(alike_key(name) == key for _, name in stint.readings)


def _together(ones: np.ndarray, others: np.ndarray) -> bool:
    return len(np.intersect1d(ones, others, assume_unique=True)) > TOGETHER * min(len(ones), len(others))


def _read_together(stints: Sequence[Stint], ones: Sequence[int], other: int, key: str) -> bool:
    """Whether the name was read in one look for two of them."""
    looks = {moment for stint in ones for moment, name in stints[stint].readings if alike_key(name) == key}
    return any(moment in looks for moment, name in stints[other].readings if alike_key(name) == key)


def _spelling(stints: Sequence[Stint], key: str) -> str:
    """As it was read most often."""
    read = Counter(name for stint in stints for _, name in stint.readings if alike_key(name) == key)
    return clean_text(read.most_common(1)[0][0], 60)
