"""What students signal and teachers note, in words. Every text is escaped."""

from collections.abc import Collection, Sequence
from html import escape

from classroom.board import Board
from classroom.lesson_marks import LANE
from classroom.records import SignalKind
from classroom.report import ClassReport

# As a student says it; a teacher reads the kinds themselves.
LABELS = {
    SignalKind.GOT_IT: "Got it",
    SignalKind.LOST: "I'm lost",
    SignalKind.TOO_FAST: "Too fast",
    SignalKind.TOO_SLOW: "Too slow",
    SignalKind.HAND_UP: "Hand up",
}
MOST_NAMES = 4
_LONGEST_NAME = 18


def said_html(said: Collection[SignalKind], refusal: str) -> str:
    """The line under a student's buttons: always there, so that nothing jumps, and read aloud when it changes."""
    if refusal:
        words = escape(refusal)
    elif said:
        now = ", ".join(f"<b>{escape(LABELS[kind])}</b>" for kind in LABELS if kind in said)
        words = f"Your teacher sees: {now}. Press again to take it back."
    else:
        words = "One tap tells your teacher. No other student sees it."
    return f'<div class="said-line" role="status" aria-live="polite">{words}</div>'


def signals_html(board: Board) -> str:
    """The line of signals on the board: how many say what now, whose hands are up, and of how many."""
    counts = [f"<span>{_count(board, kind)}</span>" for kind in LANE if board.count(kind)]
    pause = '<span class="pause">Break: not in the statistics</span>' if board.in_break else ""
    words = " · ".join(counts) or "No signals now"
    return f'<div class="signals-now" role="status">{pause}{words} <span>of {board.present_now} present</span></div>'


def hands_up(board: Board) -> list[tuple[int, str]]:
    """Student id and name of everybody whose hand is up, the longest first."""
    names = {tile.student_id: tile.name for tile in board.tiles}
    return [(each.student_id, names[each.student_id]) for each in board.signals if each.kind is SignalKind.HAND_UP]


def said_in_class(report: ClassReport) -> str:
    """How often each signal was given, and by how many students."""
    words = [
        f"{kind.value} {taps} {'time' if taps == 1 else 'times'}"
        f" by {students} {'student' if students == 1 else 'students'}"
        for kind, (taps, students) in report.said.items()
    ]
    return ", ".join(words)


def short_name(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def tile_signals_html(signals: Sequence[SignalKind]) -> str:
    """What a student says now, on the own tile."""
    return f'<div class="said">{escape(" · ".join(kind.value for kind in signals))}</div>'


def _count(board: Board, kind: SignalKind) -> str:
    count = board.count(kind)
    if kind is not SignalKind.HAND_UP:
        return f"<b>{count} {kind.value}</b>"
    names = [escape(short_name(name)) for _, name in hands_up(board)]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"<b>{count} {'hand' if count == 1 else 'hands'} up</b> ({', '.join(names[:MOST_NAMES])}{more})"
