"""What a class shows of its students: five modes, of which the teacher chooses one when the class is opened.

Everything that differs between the modes stands in one table and is asked for by what it means, so that no other module
lists modes. A class keeps its mode for good: what students were told is true to its end.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from classroom.errors import BadInput


class Mode(StrEnum):
    """Every value is stored, so they stay as they are; people read ``title`` and ``word``."""

    NAMES = "names"
    PSEUDONYMS = "pseudonyms"
    CLASS_ONLY = "class only"
    SIGNALS_ONLY = "signals only"
    IN_VIEW = "attention only"  # as databases have it that are older than its name

    @property
    def shows(self) -> "Shows":
        return SHOWS[self]

    @property
    def word(self) -> str:
        """The mode in settings, files and notices."""
        return "in view" if self is Mode.IN_VIEW else self.value

    @property
    def title(self) -> str:
        return self.word.capitalize()


@dataclass(frozen=True)
class Shows:
    """One row of the table.

    Attributes:
        camera: students may share one.
        expression: the expression shown is computed.
        pose: facing, eyes and mouth are kept.
        by_student: what is read of a face is shown, kept and exported student by student.
        typed_names: students are called what they type; else they get a name of our list.
        to_teacher, to_student: the mode in one line.
    """

    camera: bool
    expression: bool
    pose: bool
    by_student: bool
    typed_names: bool
    to_teacher: str

    @property
    def mood(self) -> bool:
        """Readings with an expression of each student are there: mood, valence, heat map, markers compared."""
        return self.expression and self.by_student

    @property
    def room(self) -> bool:
        """One camera of the room may be shared: its seats are students whose expression is read, and nothing else."""
        return self.mood

    @property
    def alerts(self) -> bool:
        """Somebody may need a hand. Where no row may be about a face, no rule speaks of anybody."""
        return self.by_student or not self.camera


SHOWS: dict[Mode, Shows] = {
    Mode.NAMES: Shows(
        *(True, True, True, True, True),
        "A row for each student under the name they join with: expression, facing the screen, signals.",
    ),
    Mode.PSEUDONYMS: Shows(
        *(True, True, True, True, False),
        "The same rows under made-up names, new in every class. Real names are not asked for and not kept.",
    ),
    Mode.CLASS_ONLY: Shows(
        *(True, True, False, False, True),
        "Nothing about anybody's face: shares of the whole class every 15 s, when enough students share.",
    ),
    Mode.SIGNALS_ONLY: Shows(
        *(False, False, False, True, True),
        "No camera at all: hand up, “I'm lost”, too fast and too slow, by name.",
    ),
    Mode.IN_VIEW: Shows(
        *(True, False, True, True, True),
        "In view, facing the screen, eyes open, of each student. No expression is computed.",
    ),
}


def allowed_modes(forbidden: Collection[Mode] = (), expression: bool = True) -> tuple[Mode, ...]:
    """The modes that a deployment offers, in the order of the table.

    Args:
        expression: ``False`` leaves out every mode that computes expressions.

    Raises:
        BadInput: none is left.
    """
    left = tuple(mode for mode in Mode if mode not in forbidden and (expression or not mode.shows.expression))
    if not left:
        raise BadInput("The settings forbid every mode, so no class could be opened. Allow one of them.")
    return left


def modes_named(text: str, setting: str) -> tuple[Mode, ...]:
    """Modes in a setting, separated by commas. Stored values are understood as well: an earlier name goes on working.

    Raises:
        BadInput: a word that is no mode, with all that are.
    """
    known = {mode.value: mode for mode in Mode} | {mode.word: mode for mode in Mode}
    words = [" ".join(word.split()).lower() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in known:
            raise BadInput(f"{setting} has {word[:20]!r} in it; the modes are: {listed(Mode)}.")
    return tuple(known[word] for word in words)


def listed(modes: Iterable[Mode]) -> str:
    return ", ".join(mode.word for mode in modes)
