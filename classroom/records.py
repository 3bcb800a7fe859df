"""The values that travel between the parts of a class."""

from dataclasses import dataclass
from enum import StrEnum

from classroom.modes import Mode
from fer_model.reading import FaceReading


class Sharing(StrEnum):
    """What a student has chosen to share."""

    CAMERA = "camera"
    PAUSED = "paused"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Teacher:
    id: int
    name: str


@dataclass(frozen=True)
class ClassInfo:
    """A lesson with a join code. ``ended_ms`` is ``None`` while it runs; ``teacher_id`` is ``None`` for a demo.

    ``keep_days`` is what its teacher has chosen, ``None``: as long as the server keeps a class. ``smallest_group``
    is the number of students below which nothing is told, ``None`` in modes that tell of each.
    """

    id: int
    teacher_id: int | None
    title: str
    code: str
    opened_ms: int
    ended_ms: int | None
    keep_days: int | None = None
    mode: Mode = Mode.NAMES
    smallest_group: int | None = None

    @property
    def is_open(self) -> bool:
        return self.ended_ms is None

    @property
    def is_demo(self) -> bool:
        return self.teacher_id is None


@dataclass(frozen=True)
class Student:
    id: int
    class_id: int
    name: str
    sharing: Sharing
    joined_ms: int


@dataclass(frozen=True)
class Reading:
    """One analysis of one student's frame. ``at_ms`` is when the frame arrived at the server."""

    class_id: int
    student_id: int
    at_ms: int
    face: FaceReading


class SignalKind(StrEnum):
    """What a student can say with one tap. Every value is stored, so names stay as they are."""

    GOT_IT = "got it"
    LOST = "lost"
    TOO_FAST = "too fast"
    TOO_SLOW = "too slow"
    HAND_UP = "hand up"


@dataclass(frozen=True)
class Signal:
    """One tap of one student. ``until_ms`` is when it was taken back or answered, ``None`` while it stands."""

    id: int
    class_id: int
    student_id: int
    kind: SignalKind
    at_ms: int
    until_ms: int | None = None


class MarkerKind(StrEnum):
    """What a teacher can note with one tap. Every value is stored, so names stay as they are."""

    QUESTION = "question"
    TOPIC = "new topic"
    EXERCISE = "exercise"
    BREAK = "break"
    JOKE = "joke"
    NOTE = "note"


@dataclass(frozen=True)
class Marker:
    """What the teacher noted. ``until_ms`` is the end of a break, ``None`` while it lasts and for every other kind."""

    id: int
    class_id: int
    kind: MarkerKind
    text: str
    at_ms: int
    until_ms: int | None = None


@dataclass(frozen=True)
class Alert:
    """Somebody may need a hand, or the class does (``student_id`` is ``None``).

    Attributes:
        rule: name of the rule in ``alerts.RULES``.
        began_ms: since when it was seen; ``raised_ms``: when that had lasted long enough.
        ended_ms: when it was seen no more, ``None`` while it lasts.
        evidence: what was seen, in words with its n.
        useful: the teacher's verdict, ``None`` without one.
    """

    id: int
    class_id: int
    student_id: int | None
    rule: str
    began_ms: int
    raised_ms: int
    ended_ms: int | None
    evidence: str
    useful: bool | None = None


@dataclass(frozen=True)
class LawfulBasis:
    """What a teacher confirmed before the first class, for the whole server.

    Attributes:
        teacher_id: who did; ``None`` when that account is gone.
        version: of the text that was confirmed.
        basis: the basis that was chosen; ``note``: what was added to it.
        expression: whether this server computed expressions then.
        region: a value of ``regions.Region``; ``None`` where an earlier version did not ask for it.
    """

    teacher_id: int | None
    version: str
    basis: str
    note: str
    expression: bool
    confirmed_ms: int
    region: str | None = None
