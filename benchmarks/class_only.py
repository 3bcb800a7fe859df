"""What "class only" hides and what it costs: attackers on made-up classes, and how much of a class is still told.

    python -m benchmarks.class_only --json benchmarks/results/class_only.json

The attacker sees everything that is told, knows who was read in which window and who counts together, and that nobody
changes the expression; in "joins" also what everybody else shows. From that the windows are solved as equations, the
best that can be done by adding and subtracting. Three rules are compared: nothing but a smallest number; also skipping
a window that differs from the last told one by fewer than k students; and the groups of ``classroom.class_only``.

A second attacker joins with scripts: see ``class_only_crowd``. How their pictures are told: ``class_only_pictures``.
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks import class_only_crowd, class_only_pictures
from classroom.class_only import GRACE_MS, LEAST_K, LIVE_PICTURES, WINDOW_S, Gathering, Groups, rounded
from classroom.records import Reading
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading
from train.provenance import commit

# Of the readings of a calm lesson, in the order of EMOTIONS.
PRIOR = np.array([0.03, 0.02, 0.04, 0.20, 0.08, 0.10, 0.53])
TRIALS = 2_000
TARGET = 0

# A window that is told: who counts in it, and their shares in percent.
Told = tuple[tuple[int, ...], tuple[int, ...]]
Rule = Callable[[Sequence[frozenset[int]], np.ndarray, int, random.Random], list[Told]]


def by_number(windows: Sequence[frozenset[int]], shown: np.ndarray, k: int, chance: random.Random) -> list[Told]:
    """Every window of at least k students."""
    return [_told(window, shown) for window in windows if len(window) >= k]


def by_last(windows: Sequence[frozenset[int]], shown: np.ndarray, k: int, chance: random.Random) -> list[Told]:
    """As ``by_number``, without those that differ from the last told one by 1 to k - 1 students."""
    told: list[Told] = []
    for window in windows:
        changed = len(window ^ frozenset(told[-1][0])) if told else k
        if len(window) >= k and not 0 < changed < k:
            told.append(_told(window, shown))
    return told


def by_groups(windows: Sequence[frozenset[int]], shown: np.ndarray, k: int, chance: random.Random) -> list[Told]:
    """What ``classroom.class_only`` tells of readings of these students."""
    groups = Groups(k, chance=chance)
    gathering, told = Gathering(1, groups), []
    for number, window in enumerate(windows):
        at_ms = number * WINDOW_S * 1000
        for student in window:
            gathering.add([Reading(1, student, at_ms, face) for face in faces(shown[student], student)])
        for each in gathering.over(at_ms + WINDOW_S * 1000 + GRACE_MS):
            told.append((tuple(groups.counted(window)), each.percents))
    return told


RULES: dict[str, Rule] = {"smallest number": by_number, "last window": by_last, "groups": by_groups}


def faces(emotion: int, camera: int) -> list[FaceReading]:
    """What a camera shows of an expression in one window: no two readings, of no two cameras, have the same digits."""
    sure = [1 - camera * 1e-4 - number * 1e-6 for number in range(LIVE_PICTURES)]
    return [
        FaceReading(probs=tuple(each if index == emotion else 0.0 for index in range(len(EMOTIONS))), faces_seen=1)
        for each in sure
    ]


def joins(n: int) -> list[frozenset[int]]:
    """The target comes into a class that has been there for a while."""
    others = frozenset(range(1, n))
    return [others] * 3 + [others | {TARGET}] * 3


def leaves(n: int) -> list[frozenset[int]]:
    """The target leaves."""
    return joins(n)[::-1]


def leaves_unseen(n: int) -> list[frozenset[int]]:
    """As ``leaves``, but in between the half of the class is not read, as when they write."""
    everybody = frozenset(range(n))
    return [everybody] * 3 + [frozenset(range(n // 2))] * 3 + [everybody - {TARGET}] * 3


SCENARIOS = {"joins": joins, "leaves": leaves, "leaves unseen": leaves_unseen}


def guess(told: Sequence[Told], who: int, n: int, known: dict[int, int]) -> int:
    """The best guess at what somebody shows: the windows solved for everybody, the most common expression else."""
    unknown = [student for student in range(n) if student not in known]
    row_of = {student: row for row, student in enumerate(unknown)}
    members, counts = np.zeros((len(told), len(unknown))), np.zeros((len(told), len(EMOTIONS)))
    for row, (counted, percents) in enumerate(told):
        counts[row] = np.array(percents) / 100 * len(counted)
        for student in counted:
            if student in known:
                counts[row, known[student]] -= 1
            else:
                members[row, row_of[student]] = 1
    solved = np.linalg.lstsq(members, counts, rcond=None)[0] if told else np.zeros((len(unknown), len(EMOTIONS)))
    return int((np.round(solved[row_of[who]], 6) + 1e-3 * PRIOR).argmax())


def attack(rule: Rule, scenario: str, n: int, k: int, trials: int = TRIALS, seed: int = 7) -> tuple[float, float]:
    """How often the guess is right: of the target, and the base rate.

    The base rate is what the same guess achieves without the target's coming or going: in "joins", where all others are
    known, the most common expression; else the guess at somebody who stayed, and counts together with the target.
    """
    drawn, chance = np.random.default_rng(seed), random.Random(seed)
    windows, hits, base = SCENARIOS[scenario](n), 0, 0
    for _ in range(trials):
        shown = drawn.choice(len(EMOTIONS), n, p=PRIOR)
        told = rule(windows, shown, k, chance)
        known = {other: int(shown[other]) for other in range(1, n)} if scenario == "joins" else {}
        hits += guess(told, TARGET, n, known) == shown[TARGET]
        if scenario == "joins":
            base += int(PRIOR.argmax()) == shown[TARGET]
        else:
            stayer = _counts_with_target(told, n)
            base += guess(told, stayer, n, known) == shown[stayer]
    return float(hits / trials), float(base / trials)


def kept_share(n: int, k: int, read: float, windows: int = 2_000, seed: int = 7) -> tuple[float, float]:
    """Of a class of n, each read in a window with this probability: windows told, and students counted of n."""
    drawn, shown = np.random.default_rng(seed), np.zeros(n, int)
    there = [frozenset(range(n)), *(frozenset(np.flatnonzero(drawn.random(n) < read).tolist()) for _ in range(windows))]
    told = by_groups(there, shown, k, random.Random(seed))[1:]
    return len(told) / windows, sum(len(counted) for counted, _ in told) / (windows * n)


def measure() -> dict:
    attacks = {
        f"{scenario}, {name}": dict(zip(("right", "base_rate"), attack(rule, scenario, n=20, k=LEAST_K), strict=True))
        for scenario in SCENARIOS
        for name, rule in RULES.items()
    }
    costs = {}
    for n, k, read in [(n, k, read) for n in (12, 25, 50) for k in (5, 10) for read in (0.9, 0.97)]:
        told, counted = kept_share(n, k, read)
        costs[f"{n} students, k {k}, each read in {read:.0%} of windows"] = {
            "windows_told": round(told, 3),
            "students_counted_of_all": round(counted, 3),
        }
    figures = {"attacks_20_students_k_5": attacks, "costs": costs, "trials": TRIALS}
    return figures | class_only_crowd.measure(faces) | class_only_pictures.measure()


def _counts_with_target(told: Sequence[Told], n: int) -> int:
    """Somebody else who counts in the same windows as the target, where there is somebody; else one who stayed."""
    in_windows = [{row for row, (counted, _) in enumerate(told) if student in counted} for student in range(n)]
    return next((student for student in range(1, n) if in_windows[student] == in_windows[TARGET]), n - 1)


def _told(window: frozenset[int], shown: np.ndarray) -> Told:
    counted = tuple(sorted(window))
    return counted, rounded(np.bincount(shown[list(counted)], minlength=len(EMOTIONS)) / len(counted))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where the figures go")
    args = parser.parse_args()
    figures = measure() | {"commit": commit()}
    text = json.dumps(figures, indent=2) + "\n"
    if args.json:
        args.json.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
