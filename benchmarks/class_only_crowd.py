"""Nine scripted accounts and one student make a group of ten, and the tenth is arithmetic: how often that comes about.

Counted with what ``classroom.class_only`` knows of students (the list, addresses, pictures) and without. And what that
costs an honest class: how many of it come into groups. A part of ``python -m benchmarks.class_only``.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from classroom.class_only import ADVISED_K, GRACE_MS, WINDOW_S, ClassWindow, Gathering, Groups, Known
from classroom.records import Reading
from fer_model.reading import FaceReading

TRIALS = 200
CLASS = 20  # students that are there before the scripts, each with a camera and a home of their own
SCRIPTS = range(1000, 1000 + ADVISED_K - 1)
# What a camera of this number shows in one window, of an expression.
Faces = Callable[[int, int], list[FaceReading]]


@dataclass(frozen=True)
class Crowd:
    """How the scripts come.

    Attributes:
        addresses: of the scripts.
        clips: that they send.
        building: the class is behind one address, and the scripts with it.
        listed: the class has a list, and the scripts are not on it.
        first: the scripts are there before the class, which comes one by one; else they wait for one who comes late.
    """

    addresses: int = 1
    clips: int = len(SCRIPTS)
    building: bool = False
    listed: bool = False
    first: bool = False

    def known(self) -> dict[int, Known]:
        """What a server knows of everybody who may come."""
        students = {
            number: Known(address="school" if self.building else f"home {number}") for number in range(2 * CLASS)
        }
        places = ["school"] if self.building else [f"script {number}" for number in range(self.addresses)]
        scripts = {each: Known(not self.listed, places[number % len(places)]) for number, each in enumerate(SCRIPTS)}
        return students | scripts


CROWDS = {
    "at home; scripts at one address": Crowd(),
    "at home; scripts at one address, before the class": Crowd(first=True),
    "at home; scripts at three addresses": Crowd(addresses=3),
    "at home; scripts at nine addresses with one clip": Crowd(addresses=9, clips=1),
    "in one building; scripts there, with one clip": Crowd(building=True, clips=1),
    "at home, with a list; scripts at nine addresses with nine clips": Crowd(addresses=9, listed=True),
    "in one building, with a list; scripts there, with nine clips": Crowd(building=True, listed=True),
    "at home; scripts at nine addresses with nine clips": Crowd(addresses=9),
    "in one building; scripts there, with nine clips": Crowd(building=True),
}
# How many of a class of 25 are at each address.
PLACES = {
    "everybody at home": [1] * 25,
    "at home, five households of two": [2] * 5 + [1] * 15,
    "in one building": [25],
    "15 in one building, 10 at home": [15] + [1] * 10,
    "17 in one building, 8 at home": [17] + [1] * 8,
    "behind 12 addresses of carriers": [3] + [2] * 11,
    "behind 8 addresses of carriers": [4] + [3] * 7,
}


def caught(crowd: Crowd, faces: Faces, is_known: bool, trials: int = TRIALS, seed: int = 7) -> float:
    """The share of attacks that end with one student alone among scripts in a group."""
    chance, hits = random.Random(seed), 0
    for _ in range(trials):
        gathering = _gathering(chance, crowd.known() if is_known else {})
        groups: dict[int, set[int]] = defaultdict(set)
        for number in range(CLASS + 4):
            here = range(number) if crowd.first else [*range(CLASS), *([CLASS] if number > 2 else [])]
            attack = SCRIPTS if crowd.first or number > 1 else ()
            cameras = {each: each for each in here}
            # Pictures are compared as well since addresses are; without the one, without the other.
            cameras |= {each: SCRIPTS[each % crowd.clips] if is_known else each for each in attack}
            for window in _told_of(gathering, number, cameras, faces):
                for student, group in window.joined:
                    groups[group].add(student)
        hits += any(len(group - set(SCRIPTS)) == 1 < len(group) for group in groups.values())
    return hits / trials


def in_groups(places: Sequence[int], faces: Faces) -> float:
    """The share of an honest class that comes into groups of ten, at these addresses."""
    address_of = [f"address {number}" for number, students in enumerate(places) for _ in range(students)]
    known = {student: Known(address=address) for student, address in enumerate(address_of)}
    windows = _told_of(_gathering(random.Random(7), known), 0, {student: student for student in known}, faces)
    return sum(len(window.joined) for window in windows) / len(known)


def measure(faces: Faces) -> dict:
    return {
        "one_student_alone_with_9_scripts_k_10": {
            name: {"before": caught(crowd, faces, is_known=False), "now": caught(crowd, faces, is_known=True)}
            for name, crowd in CROWDS.items()
        },
        "of_25_students_in_groups_k_10": {name: round(in_groups(places, faces), 3) for name, places in PLACES.items()},
        "crowd_trials": TRIALS,
    }


def _gathering(chance: random.Random, known: Mapping[int, Known]) -> Gathering:
    return Gathering(1, Groups(ADVISED_K, chance=chance), lambda student_ids: known)


def _told_of(gathering: Gathering, number: int, cameras: Mapping[int, int], faces: Faces) -> list[ClassWindow]:
    """What is told of one window in which these students were read, each through a camera of this number."""
    at_ms = number * WINDOW_S * 1000
    for student, camera in cameras.items():
        gathering.add([Reading(1, student, at_ms, face) for face in faces(0, camera)])
    return gathering.over(at_ms + WINDOW_S * 1000 + GRACE_MS)
