"""The rules by which somebody may need a hand: one table, which a teacher can edit.

A rule looks at the last ``for_s`` seconds. It speaks when its value has reached the threshold, and is silent again when
the value has fallen below ``clears`` times the threshold: what lies around the threshold does not flicker. The
thresholds were chosen on seeded classes (``benchmarks.alerts``) with other seeds than those that are reported.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from classroom.errors import BadInput


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Attributes:
        name: kept with every alert, so it stays as it is.
        title: what the teacher reads.
        of_class: about the whole class, not about one student.
        threshold: of the value, see ``what``. ``least``, ``most``: what a teacher may set.
        for_s: seconds that the rule looks back.
        what: the evidence; ``{value}``, ``{n}`` and ``{span}`` are filled in.
        clears: share of the threshold below which it is over.
        is_on: whether it speaks at all.
    """

    name: str
    title: str
    of_class: bool
    threshold: float
    for_s: float
    what: str
    least: float = 0.05
    most: float = 1.0
    clears: float = 0.7
    is_on: bool = True


_LOOKS = "in {value} of {n} readings in {span}"
_PRESSED = "{value} of {n} present students pressed"

RULES: tuple[Rule, ...] = (
    Rule("hand", "Hand up for long", False, 1.0, 60, "nobody has lowered the hand", least=1.0),
    Rule("lost", "Lost", False, 1.0, 0, "pressed “I'm lost”", least=1.0),
    Rule("unpleasant", "Unpleasant expression for long", False, 0.85, 90, f"unpleasant expression shown {_LOOKS}"),
    Rule("away", "Facing away for long", False, 0.85, 90, f"facing away {_LOOKS}"),
    Rule("eyes", "Eyes lowered for long", False, 0.7, 30, f"eyes shut or looking down {_LOOKS}"),
    Rule("no face", "No face for long", False, 0.9, 90, f"no face {_LOOKS}"),
    Rule("class lost", "Many are lost", True, 0.2, 0, f"{_PRESSED} “I'm lost”"),
    Rule("too fast", "Many say too fast", True, 0.2, 0, f"{_PRESSED} “too fast”"),
    Rule("too slow", "Many say too slow", True, 0.2, 0, f"{_PRESSED} “too slow”"),
    Rule(
        *("confusion", "Unpleasant expressions rising", True, 0.2, 120),
        "the share of unpleasant expressions rose by {value} of all readings, mean of {n} students, in {span}",
    ),
    Rule(
        *("energy", "Energy falling", True, 0.06, 180),
        "the arousal of the expressions fell by {value} of its range, mean of {n} students, in {span}",
    ),
)

BY_NAME = {rule.name: rule for rule in RULES}
SPAN_S = (0.0, 900.0)

Changes = Mapping[str, tuple[bool, float, float]]


def changed_rules(changes: Changes) -> tuple[Rule, ...]:
    """The table as a teacher has changed it: rule name to (is on, threshold, seconds).

    Raises:
        BadInput: a number out of its range, with the range.
    """
    rules = []
    for rule in RULES:
        is_on, threshold, for_s = changes.get(rule.name, (rule.is_on, rule.threshold, rule.for_s))
        if not rule.least <= threshold <= rule.most:
            raise BadInput(f"“{rule.title}” takes a threshold from {rule.least:.0%} to {rule.most:.0%}.")
        if not SPAN_S[0] <= for_s <= SPAN_S[1]:
            raise BadInput(f"“{rule.title}” looks back {SPAN_S[0]:.0f} to {SPAN_S[1]:.0f} seconds.")
        rules.append(replace(rule, is_on=bool(is_on), threshold=float(threshold), for_s=float(for_s)))
    return tuple(rules)
