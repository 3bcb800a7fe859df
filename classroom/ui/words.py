"""What the board says, in words and small pictures. HTML is made here and nowhere else, and every text is escaped."""

from base64 import b64encode
from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from classroom.board import RECENT_MS, Board, State, Tile
from classroom.colours import COLOURS, UNKNOWN
from classroom.model_results import Head, Headline
from classroom.model_words import best_and_worst, of_100
from classroom.modes import Mode
from classroom.percent import percent
from classroom.records import ClassInfo
from classroom.ui.signal_words import tile_signals_html
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading, Reason

_STATE_SENTENCES = {
    State.LIVE: "The class receives your picture. This is what your teacher sees.",
    State.NOT_CLEAR: "The class receives your picture, but your face cannot be read in it.",
    State.NO_FACE: "The class receives your picture, but finds no face in it.",
    State.CAMERA_OFF: "A black picture arrives from your camera.",
    State.STALE: "Your picture has stopped for a moment.",
    State.JOINING: "Connecting your camera to the class …",
    State.PAUSED: "Paused. No picture leaves your machine.",
    State.NO_CAMERA: "No picture arrives from you.",
    State.GONE: "The class does not hear from you at the moment.",
}
_REASON_HINTS = {
    "too small": "come closer to the camera",
    "too dark": "turn a light on, or away from the window",
    "blurred": "hold still or wipe the lens",
    "not clear": "the expression is not clear enough to name",
}
_NO_READING = {
    Reason.CAMERA_OFF: "This picture is black. Choose another one.",
    Reason.NO_FACE: "No face was found in this picture. Choose one with a face that is large and seen from the front.",
    Reason.NOT_COMPUTED: "A face was found, but no expression is computed here.",
}


def expression_html(tile: Tile) -> str:
    """The expression shown, its colour and its word; or that it is not known."""
    if tile.emotion is None:
        return f'<span class="dot" style="background:{UNKNOWN}"></span>{escape(_unknown(tile))}'
    return f'{_dot(tile.emotion)}{tile.emotion} <span style="opacity:.7">{percent(tile.confidence)}</span>'


def state_sentence(tile: Tile) -> str:
    """What a student reads about the own picture."""
    sentence = _STATE_SENTENCES[tile.state]
    if tile.by_pictures:
        sentence += " Your network lets no video through, so one picture every two seconds takes its place."
    if tile.reason:
        sentence += f" It is {tile.reason}: {_REASON_HINTS.get(tile.reason, '')}."
    if tile.two_faces:
        sentence += " There is more than one face in front of your camera; the largest one is read."
    if tile.held:
        sentence += f" Your teacher also reads: {tile.held}."
    return sentence


def counted_sentence(tile: Tile, arrives: bool, counts: bool) -> str:
    """What a student reads in a class of which only windows are told.

    Args:
        arrives: whether a picture has come.
        counts: whether the student may count.
    """
    if tile.state in (State.PAUSED, State.NO_CAMERA, State.STALE, State.GONE) or not arrives:
        return _STATE_SENTENCES[tile.state]
    if not counts:
        return (
            "The class receives your picture, and it is not counted: the class has a list that you are not on, or a"
            " teacher is signed in in this browser."
        )
    return "The class receives your picture. It counts in the shares of the whole class; nobody sees what you show."


def tiles_html(tiles: list[Tile]) -> str:
    """All tiles in one grid, so that a refresh changes one element."""
    return f'<div class="tiles">{"".join(_tile(tile) for tile in tiles)}</div>'


def state_html(info: ClassInfo, board: Board, shown_code: str) -> str:
    """The line of state: title, code, minutes, how many are in view."""
    until_ms = info.ended_ms or board.at_ms
    minutes = (until_ms - info.opened_ms) // 60_000
    mark = '<span class="demo">DEMO</span>' if info.is_demo else f'<span class="code">{escape(shown_code)}</span>'
    return (
        f'<div class="state"><span class="title">{escape(info.title)}</span>{mark}'
        f"<span>{minutes} min</span><span>{coverage_words(info.mode, board)}</span></div>"
    )


def coverage_words(mode: Mode, board: Board) -> str:
    if not mode.shows.camera or not mode.shows.by_student:
        return f"<b>{board.present_now}</b> {'student' if board.present_now == 1 else 'students'} here"
    face = "with a usable face" if mode.shows.expression else "in view"
    return f"<b>{board.usable_now} of {board.present_now}</b> students {face}"


def numbers_html(board: Board) -> str:
    """The large numbers, each with what it rests on."""
    common = max(EMOTIONS, key=lambda emotion: board.counts_now[emotion]) if board.usable_now else None
    count = board.counts_now[common] if common else 0
    faces = f"n = {board.usable_now} of {board.present_now}"
    valence = "not known" if board.valence_now is None else f"{board.valence_now:+.2f}"
    return f"""<div class="numbers">
    {number_html("Most shown now", common or "not known", f"{count} of {board.usable_now} faces" if common else faces)}
    {number_html("Valence now (−1 to 1)", valence, f"{_trend(board)}; {faces}")}
    {number_html("In view", f"{board.usable_now} of {board.present_now}", "with a usable face, of those present")}
    {number_html("Here", str(board.present_now), f"of {len(board.tiles)} who joined")}</div>"""


def counts_html(counts: Mapping[str, int], of_what: str) -> str:
    """How many show what, in the order of ``EMOTIONS``, and of how many."""
    chips = "".join(f'<span class="chip">{_dot(e)}{e} <b>{counts[e]}</b></span>' for e in EMOTIONS)
    return f'<div class="counts">{chips}<span class="chip" style="opacity:.7">{escape(of_what)}</span></div>'


def shares_html(shares: Mapping[str, str], of_what: str) -> str:
    """The shares of a class, in the order of ``EMOTIONS``, and of what."""
    chips = "".join(f'<span class="chip">{_dot(e)}{e} <b>{shares[e]}</b></span>' for e in EMOTIONS)
    return f'<div class="counts">{chips}<span class="chip" style="opacity:.7">{escape(of_what)}</span></div>'


def model_numbers_html(headline: Headline, head: Head | None) -> str:
    """The large numbers of how good the network is, each with its n and its interval."""
    read = headline.read
    numbers = [
        ("Right, when it reads", of_100(read.value), f"{read.low:.0%} to {read.high:.0%}, n = {read.n:,}"),
        ("Leaves unread", of_100(1 - headline.share_read), "it is not sure enough"),
    ]
    if head and (ends := best_and_worst(head)):
        for what, (label, recall) in zip(("Finds best", "Finds worst"), ends, strict=True):
            numbers.append((f"{what}: {label}", of_100(recall.value), f"{recall.hits} of {recall.n:,} faces"))
    return f'<div class="numbers">{"".join(number_html(*number) for number in numbers)}</div>'


def reading_html(reading: FaceReading) -> str:
    """The expression shown in a picture with its confidence."""
    return (
        f'<div class="mine">{_dot(reading.emotion)}{reading.emotion}'
        f' <span style="opacity:.7">{percent(reading.confidence)}</span></div>'
    )


def reason_sentence(reading: FaceReading) -> str:
    """Why a picture gives no expression, and what to do."""
    if reading.reason in _NO_READING:
        return _NO_READING[reading.reason]
    hint = _REASON_HINTS[reading.reason]
    if reading.reason is Reason.LOW_CONFIDENCE:
        return f"A face was found, and {hint}. In a class this face counts for nothing."
    if not reading.box_xyxy:
        return f"No face was found, and the picture is {reading.reason}: {hint}."
    return f"A face was found, but it is {reading.reason} to be read: {hint}."


def picture_html(jpeg: bytes, reading: FaceReading, width: int, height: int) -> str:
    """A picture with the frame of its face.

    Args:
        width, height: of the frame that was read, in whose pixels the box is.
    """
    box = ""
    if reading.box_xyxy:
        # A detector's box may reach out of the picture.
        left, right = (min(max(x / width, 0), 1) for x in reading.box_xyxy[::2])
        top, bottom = (min(max(y / height, 0), 1) for y in reading.box_xyxy[1::2])
        place = f"left:{left:.2%};top:{top:.2%};width:{right - left:.2%};height:{bottom - top:.2%}"
        box = f'<div class="face" style="{place};--mood:{COLOURS.get(reading.emotion, UNKNOWN)}"></div>'
    # Inside the page, not behind an address of its own that somebody else could open.
    source = f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"
    return f'<div class="looked-at"><img alt="Your picture" src="{source}">{box}</div>'


def _trend(board: Board) -> str:
    """The last minute against the one before, in words; nothing is said before both are known."""
    valence = board.recent["valence"].dropna()
    is_last = valence.index > board.at_ms - RECENT_MS // 2
    before, last = valence[~is_last], valence[is_last]
    if not len(before) or not len(last):
        return "no trend yet"
    change = last.mean() - before.mean()
    word = "steady" if abs(change) < 0.05 else "rising" if change > 0 else "falling"
    return f"{word} over 2 min"


def _tile(tile: Tile) -> str:
    colour = COLOURS[tile.emotion] if tile.emotion else UNKNOWN
    kind = "gone" if tile.state is State.GONE else "" if tile.emotion else "dim"
    seen = "" if tile.coverage is None else f"seen {tile.coverage:.0%} of {tile.analyses}"
    # One thing is enough on a tile: of two faces it is not said how one is held, and who is held somehow is live.
    state = f"{tile.state.value} · 2 faces" if tile.two_faces else tile.held or tile.state.value
    if tile.state in (State.STALE, State.GONE) and tile.age_s is not None:
        state += f" · {_age(tile.age_s)}"
    if tile.by_pictures and tile.state is not State.GONE:
        state += " · pictures"
    now = expression_html(tile) if tile.emotion else escape(_unknown(tile))
    said = tile_signals_html(tile.signals) if tile.signals else spark(tile.recent_valence)
    return (
        f'<div class="tile {kind}" style="--mood:{colour}" data-state="{tile.state.value}">'
        f'<div class="name" title="{escape(tile.name)}">{escape(tile.name)}</div><div class="now">{now}</div>'
        f'{said}<div class="small"><span>{state}</span><span>{seen}</span></div></div>'
    )


def spark(values: tuple[float | None, ...], width: int = 120, height: int = 22) -> str:
    """A small line of valence around its middle; holes stay holes."""
    step = width / max(len(values) - 1, 1)
    parts, pen = [], "M"
    for index, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{index * step:.0f} {height / 2 - value * (height / 2 - 2):.1f}")
        pen = "L"
    path = " ".join(parts)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path d="M0 {height / 2}H{width}" stroke="#8A94A3" stroke-opacity=".35"/>'
        f'<path d="{path}" fill="none" stroke="#6B7785" stroke-width="1.8" stroke-linecap="round"/></svg>'
    )
    # As a picture: Streamlit's sanitiser takes SVG elements out of HTML.
    return f'<img class="spark" alt="" src="data:image/svg+xml,{quote(svg)}">'


def _unknown(tile: Tile) -> str:
    if tile.state is State.NOT_CLEAR and tile.reason:
        return f"not known: {tile.reason}"
    return {State.LIVE: "in view", State.NO_CAMERA: "no camera, present"}.get(tile.state, tile.state.value)


def _age(age_s: float) -> str:
    return f"{age_s:.0f} s ago" if age_s < 90 else f"{age_s / 60:.0f} min ago"


def number_html(label: str, value: str, under: str) -> str:
    """One large number with what it rests on."""
    return (
        f'<div class="number"><div class="label">{label}</div><div class="value">{value}</div>'
        f'<div class="under">{under}</div></div>'
    )


def _dot(emotion: str) -> str:
    return f'<span class="dot" style="background:{COLOURS[emotion]}"></span>'
