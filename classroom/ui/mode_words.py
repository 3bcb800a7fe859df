"""What a mode is, in words for the teacher. Every text is escaped."""

from html import escape

from classroom.modes import Mode
from classroom.notices import USUAL, notice
from classroom.records import ClassInfo


def teacher_line(mode: Mode, smallest_group: int | None) -> str:
    """The mode in one line, with the number that "enough students" stands for."""
    enough = "" if mode.shows.by_student else f" That is at least {smallest_group}."
    return mode.shows.to_teacher + enough


def mode_of_class(info: ClassInfo) -> str:
    """The same for a student in the class, in one line."""
    own = notice(USUAL, info, 0)
    return f"This class: {own.mode}. {own.line}"


def mode_html(info: ClassInfo) -> str:
    """The mode of a class, on its board and in its report."""
    line = teacher_line(info.mode, info.smallest_group)
    return f'<div class="mode"><b>{escape(info.mode.title)}</b> {escape(line)}</div>'
