"""The values that travel between the parts of a class."""

from dataclasses import dataclass
from enum import StrEnum

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
    """A lesson with a join code. ``ended_ms`` is ``None`` while it runs; ``teacher_id`` is ``None`` for a demo."""

    id: int
    teacher_id: int | None
    title: str
    code: str
    opened_ms: int
    ended_ms: int | None

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
