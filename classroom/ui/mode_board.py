"""The large numbers and the chart's caption of a board, as the mode of the class has them. Every text is escaped."""

from classroom.board import Board, State
from classroom.class_only import NOT_ENOUGH, WINDOW_S
from classroom.modes import Mode
from classroom.records import ClassInfo
from classroom.ui.words import number_html, numbers_html, shares_html
from fer_model.labels import EMOTIONS

# Older than this a told window is no longer "now".
_NOW_MS = 60_000


def chart_caption(mode: Mode, step_s: int) -> str:
    """What a point of the chart is."""
    shows = mode.shows
    if not shows.camera:
        return f"One point is {step_s} s."
    if not shows.by_student:
        return f"One point is {step_s} s. Shares are of the students counted, rounded to 5 %; a gap: {NOT_ENOUGH}."
    of = "usable faces" if shows.expression else "readings"
    return f"One point is {step_s} s. Shares are of the {of} in it; the strip shows how many were in view."


def numbers_of_mode_html(info: ClassInfo, board: Board) -> str:
    """The large numbers, each with what it rests on."""
    shows = info.mode.shows
    if shows.mood:
        return numbers_html(board)
    if not shows.by_student:
        return _told_html(board)
    numbers = [number_html("Here", str(board.present_now), f"of {len(board.tiles)} who joined")]
    if shows.camera:
        numbers = [*_attention(board), *numbers]
    return f'<div class="numbers">{"".join(numbers)}</div>'


def _attention(board: Board) -> list[str]:
    live = [tile for tile in board.tiles if tile.state is State.LIVE]
    away, lowered = (sum(tile.held == held for tile in live) for held in ("facing away", "eyes lowered"))
    of = f"of {len(live)} in view, last 15 s"
    return [
        number_html("In view", f"{len(live)} of {board.present_now}", "of those present"),
        number_html("Facing away", str(away), of),
        number_html("Eyes lowered", str(lowered), of),
    ]


def _told_html(board: Board) -> str:
    """The last window that was told, while it is young; never anything between two windows."""
    here = number_html("Here", str(board.present_now), f"of {len(board.tiles)} who joined")
    told = board.drawn[board.drawn["students_usable"] > 0]
    age_ms = board.at_ms - (int(told.index[-1]) + WINDOW_S * 1000) if len(told) else _NOW_MS
    if age_ms >= _NOW_MS:
        return f'<div class="numbers">{number_html("Most shown", "not told", NOT_ENOUGH)}{here}</div>'
    last = told.iloc[-1]
    students, present = int(last["students_usable"]), int(last["students_present"])
    shares = {emotion: f"{last[f'share_{emotion}']:.0%}" for emotion in EMOTIONS}
    most = max(EMOTIONS, key=lambda emotion: last[f"share_{emotion}"])
    under = f"of {students} students, {WINDOW_S} s that ended {age_ms / 1000:.0f} s ago"
    numbers = [
        number_html("Most shown", f"{most} {shares[most]}", under),
        number_html("Counted", f"{students} of {present}", "of those present then"),
        here,
    ]
    return f'<div class="numbers">{"".join(numbers)}</div>{shares_html(shares, f"of {students} students counted")}'
