"""The large numbers and the chart's caption of a board, as the mode of the class has them. Every text is escaped."""

from classroom.attention_windows import SHARES
from classroom.board import Board, State
from classroom.class_only import NOT_ENOUGH, WINDOW_S
from classroom.modes import Mode
from classroom.records import ClassInfo, SignalKind
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
    if not shows.expression:
        return f"One point is {step_s} s. Of a student's first two minutes in view nothing is known but that they are."
    return f"One point is {step_s} s. Shares are of the usable faces in it; the strip shows how many were in view."


def numbers_of_mode_html(info: ClassInfo, board: Board) -> str:
    """The large numbers, each with what it rests on."""
    shows = info.mode.shows
    if shows.mood:
        return numbers_html(board)
    if not shows.by_student:
        return _told_html(board)
    numbers = [number_html("Here", str(board.present_now), f"of {len(board.tiles)} who joined")]
    numbers = [*(_attention(board) if shows.camera else _signals(board)), *numbers]
    return f'<div class="numbers">{"".join(numbers)}</div>'


def _signals(board: Board) -> list[str]:
    kinds = (SignalKind.HAND_UP, SignalKind.LOST, SignalKind.TOO_FAST, SignalKind.TOO_SLOW)
    of = f"of {board.present_now} present"
    return [number_html(kind.value.capitalize(), str(board.count(kind)), of) for kind in kinds]


def _attention(board: Board) -> list[str]:
    live, sums = sum(tile.state is State.LIVE for tile in board.tiles), board.recent.sum()
    numbers = [number_html("In view", f"{live} of {board.present_now}", "of those present")]
    for label, (part, whole) in zip(("Facing the screen", "Eyes open"), SHARES.values(), strict=True):
        known = int(sums.get(whole, 0))
        share = f"{sums[part] / known:.0%}" if known else "not known"
        numbers.append(number_html(label, share, f"of {known:,} readings in 2 min"))
    return numbers


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
