"""What the teacher sees of a running class, as numbers and words. Pure but for ``LiveBoard``, which keeps the sums."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from classroom.attention import NOW_MS, Attention, seen_now
from classroom.attention_windows import attention_of_class, attention_windows
from classroom.class_only import GRACE_MS, WINDOW_S
from classroom.clock import Clock
from classroom.markers import breaks_of, lasting_break
from classroom.mood import (
    SHOWN_MS,
    Breaks,
    ClassWindows,
    add_windows,
    class_windows,
    drawable,
    shown_now,
    student_windows,
    without_breaks,
)
from classroom.presence import GONE_MS, STALE_MS
from classroom.records import ClassInfo, Marker, Sharing, SignalKind, Student
from classroom.signals import Standing, lane, no_signals, standing
from classroom.store import Store
from classroom.told_windows import told_timeline
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason

RECENT_MS = 120_000
RECENT_WINDOWS = 8  # as long, in windows of a class of which only those are told


class State(StrEnum):
    """What a tile says of a student. The order is the order of concern."""

    LIVE = "live"
    NOT_CLEAR = "not clear"  # a face that cannot be read; the tile says why
    NO_FACE = "no face"
    CAMERA_OFF = "camera off"  # black pictures
    STALE = "stale"
    JOINING = "joining"
    PAUSED = "paused"
    NO_CAMERA = "without camera"  # none is shared, or none works: which of both is not known here
    GONE = "gone"


@dataclass(frozen=True)
class Tile:
    """One student on the board.

    Attributes:
        emotion: expression shown now, with ``confidence`` in [0, 1]; ``None`` when not known.
        coverage: usable over all analyses of this student in the class, ``None`` before the first.
        recent_valence: mean valence of the last windows, oldest first, ``None`` where not known.
        age_s: seconds since the student was last heard of, ``None`` when never since the server started.
        two_faces: more than one face was in the last picture; the largest is read.
        signals: what the student says now.
        held: how the face has been held for the last seconds, where that is worth a word: "facing away".
        by_pictures: no video gets through; a picture every two seconds takes its place.
    """

    student_id: int
    name: str
    state: State
    emotion: str | None
    confidence: float | None
    valence: float | None
    reason: str | None
    coverage: float | None
    analyses: int
    recent_valence: tuple[float | None, ...]
    age_s: float | None
    two_faces: bool
    signals: tuple[SignalKind, ...] = ()
    held: str | None = None
    by_pictures: bool = False


@dataclass(frozen=True)
class Board:
    """One look at a class.

    Attributes:
        drawn: ``mood.class_windows`` of the whole class, coarse enough to draw, each ``drawn_s`` long.
        recent: the same of the last two minutes, each as long as the class's windows.
        counts_now: students by expression shown now.
        usable_now: students with a usable face now, of ``present_now`` who are here.
        valence_now: mean over the usable students, ``None`` when there is none.
        visits: who came and went: ``student_id, began_ms, seen_ms``.
        signals: what those who are here say now, in the order of their taps.
        lane: students by signal in the windows of ``drawn``, see ``signals.lane``.
        markers: what the teacher noted, in the order of time.
    """

    at_ms: int
    tiles: tuple[Tile, ...]
    drawn: pd.DataFrame
    drawn_s: int
    recent: pd.DataFrame
    counts_now: Mapping[str, int]
    usable_now: int
    present_now: int
    valence_now: float | None
    visits: pd.DataFrame
    signals: tuple[Standing, ...]
    lane: pd.DataFrame
    markers: tuple[Marker, ...]

    @property
    def in_break(self) -> bool:
        return lasting_break(self.markers) is not None

    def count(self, kind: SignalKind) -> int:
        """How many of those who are here say this now."""
        return sum(each.kind is kind for each in self.signals)


class LiveBoard:
    """Reads only what is new in the store and adds it to what it has. One a class, shared by all who look."""

    def __init__(
        self,
        info: ClassInfo,
        store: Store,
        clock: Clock,
        window_s: int,
        last_seen_ms: Callable[[int], int | None],
        last_frame_ms: Callable[[int], int | None],
        by_pictures: Callable[[int], bool] = lambda student_id: False,
    ) -> None:
        self.info = info
        self._store = store
        self._clock = clock
        self._window_s = window_s
        self._last_seen_ms = last_seen_ms
        self._last_frame_ms = last_frame_ms
        self._by_pictures = by_pictures
        self._lock = threading.Lock()
        self._after_id = 0
        self._attention = Attention()
        self._breaks: Breaks = ()
        self._windows: pd.DataFrame | None = None
        self._recent: pd.DataFrame | None = None
        self._board: Board | None = None
        self.looked_ms = 0  # when somebody last asked for it

    def look(self, max_age_ms: int = 900) -> Board:
        """The board, at most ``max_age_ms`` old: twenty watchers cost no more than one.

        While somebody else's look is under way the board before it is given, unless that is older than what counts as
        now: on a busy machine the pages of a whole class would wait for one another.

        Raises:
            StoreError: the database does not answer.
        """
        self.looked_ms = self._clock()
        before = self._board
        is_current = before is not None and self._clock() - before.at_ms <= STALE_MS
        if not self._lock.acquire(blocking=not is_current):
            return before
        try:
            now_ms = self._clock()
            if self._board is None or now_ms - self._board.at_ms > max_age_ms:
                self._board = self._look(now_ms)
            return self._board
        finally:
            self._lock.release()

    def look_again(self) -> None:
        """The teacher has changed something: the next look reads the store, however young this one is."""
        with self._lock:
            self._board = None

    def read_anew(self) -> None:
        """Readings were taken back, so what was added up is wrong: the next look reads the class from its beginning."""
        with self._lock:
            self._board = None
            self._begin_anew()

    def leave_out(self, student_id: int) -> None:
        """The student has been erased: out of all that was added up, without reading the class again."""
        with self._lock:
            self._board = None
            if self._windows is not None:
                self._windows = self._windows.drop(index=student_id, level="student_id", errors="ignore")
                self._recent = self._recent[self._recent["student_id"] != student_id]
            self._attention.forget(student_id)

    def _begin_anew(self) -> None:
        self._windows, self._after_id, self._attention = None, 0, Attention()

    def _look(self, now_ms: int) -> Board:
        markers = tuple(self._store.markers.of_class(self.info.id))
        if breaks_of(markers) != self._breaks:
            # What was added up may lie inside a break now, or no longer: add up anew. A lesson has few breaks.
            self._breaks = breaks_of(markers)
            self._begin_anew()
        new = self._attention.mark(self._store.readings.of_class(self.info.id, after_id=self._after_id))
        count = student_windows if self.info.mode.shows.expression else attention_windows
        counted = count(without_breaks(new, self._breaks), self._window_s)
        if self._windows is None:
            self._windows, self._recent = counted, new
        elif len(new):
            self._windows = add_windows(self._windows, counted)
            self._recent = pd.concat([self._recent, new])
        if len(new):
            self._after_id = int(new["id"].iloc[-1])
        self._recent = self._recent[self._recent["at_ms"] > now_ms - max(SHOWN_MS, NOW_MS)]
        students = self._store.classes.students(self.info.id)
        visits = self._store.readings.visits(self.info.id)
        tiles = make_tiles(
            students,
            shown_now(self._recent, now_ms),
            self._windows,
            self._window_s,
            now_ms,
            {student.id: self._last_seen_ms(student.id) for student in students},
            {student.id: self._last_frame_ms(student.id) for student in students},
        )
        held = seen_now(self._recent, now_ms)
        tiles = [replace(_with_held(tile, held), by_pictures=self._by_pictures(tile.student_id)) for tile in tiles]
        signals = self._store.signals.of_class(self.info.id)
        of_class = class_windows if self.info.mode.shows.expression else attention_of_class
        board = make_board(now_ms, tiles, self._windows, visits, self._window_s, signals, markers, of_class)
        return board if self.info.mode.shows.by_student else self._told(board, signals)

    def _told(self, board: Board, signals: pd.DataFrame) -> Board:
        """The board of a class of which only windows are told: those, and nothing of anybody's face."""
        told = self._store.class_windows.of_class(self.info.id)
        drawn = told_timeline(told, board.visits, board.at_ms - GRACE_MS, self._breaks)
        said = lane(signals, board.visits, drawn.index.to_numpy(np.int64), WINDOW_S * 1000)
        return replace(board, drawn=drawn, drawn_s=WINDOW_S, recent=drawn.iloc[-RECENT_WINDOWS:], lane=said)


def make_board(
    at_ms: int,
    tiles: Sequence[Tile],
    windows: pd.DataFrame,
    visits: pd.DataFrame,
    window_s: int,
    signals: pd.DataFrame | None = None,
    markers: Sequence[Marker] = (),
    of_class: ClassWindows = class_windows,
) -> Board:
    """Sum up the tiles of this moment and the student windows so far.

    Args:
        windows: ``mood.student_windows`` of the readings outside of breaks.
        signals: as the store gives them.
        of_class: what makes windows of the class of them.
    """
    live = [tile for tile in tiles if tile.state is State.LIVE]
    valences = [tile.valence for tile in live if tile.valence is not None]
    breaks = breaks_of(markers)
    signals = no_signals() if signals is None else signals
    said = standing(signals, at_ms, {tile.student_id for tile in tiles if tile.state is not State.GONE})
    drawn, drawn_s = drawable(windows, visits, window_s, breaks, of_class)
    since_ms = at_ms - RECENT_MS
    last = windows[windows.index.get_level_values("window_ms") > since_ms]
    present = visits[visits["seen_ms"] > since_ms]
    present = present.assign(began_ms=present["began_ms"].clip(lower=since_ms))
    return Board(
        at_ms=at_ms,
        tiles=tuple(_with_signals(tile, said) for tile in tiles),
        drawn=drawn,
        drawn_s=drawn_s,
        recent=of_class(last, present, window_s, breaks),
        counts_now={emotion: sum(tile.emotion == emotion for tile in live) for emotion in EMOTIONS},
        usable_now=len(live),
        present_now=sum(tile.state is not State.GONE for tile in tiles),
        valence_now=float(np.mean(valences)) if valences else None,
        visits=visits,
        signals=said,
        lane=lane(signals, visits, drawn.index.to_numpy(np.int64), drawn_s * 1000),
        markers=tuple(markers),
    )


def _with_held(tile: Tile, held: Mapping[int, str]) -> Tile:
    """The word is about a face that is in view now."""
    return replace(tile, held=held.get(tile.student_id)) if tile.state in (State.LIVE, State.NOT_CLEAR) else tile


def _with_signals(tile: Tile, said: Sequence[Standing]) -> Tile:
    own = tuple(each.kind for each in said if each.student_id == tile.student_id)
    return replace(tile, signals=own) if own else tile


def student_state(
    sharing: Sharing,
    joined_ms: int,
    now_ms: int,
    last_seen_ms: int | None,
    last_frame_ms: int | None,
    reason: Reason | str | None,
    has_reading: bool,
) -> State:
    """The state of a student.

    Args:
        last_seen_ms: last frame or run of the page; ``None``: never since the server started.
        last_frame_ms: arrival of the newest frame, ``None``: none yet.
        reason: why the newest reading has no expression, ``None`` when it has one.
        has_reading: whether there is a recent reading at all.
    """
    if last_seen_ms is None or now_ms - last_seen_ms > GONE_MS:
        return State.GONE
    if sharing is Sharing.PAUSED:
        return State.PAUSED
    if last_frame_ms is None or sharing is Sharing.NOTHING or now_ms - last_frame_ms > GONE_MS:
        # One state, with the same beginning, for who shares no camera and for whom none works: nobody can be asked why.
        return State.JOINING if now_ms - joined_ms <= GONE_MS else State.NO_CAMERA
    if now_ms - last_frame_ms > STALE_MS:
        return State.STALE
    if not has_reading:
        return State.JOINING
    if reason == Reason.CAMERA_OFF:
        return State.CAMERA_OFF
    if reason == Reason.NO_FACE:
        return State.NO_FACE
    if reason == Reason.NOT_COMPUTED:
        return State.LIVE  # all that is asked of the face is known
    return State.NOT_CLEAR if reason else State.LIVE


def make_tiles(
    students: Sequence[Student],
    shown: pd.DataFrame,
    windows: pd.DataFrame,
    window_s: int,
    now_ms: int,
    last_seen_ms: Mapping[int, int | None],
    last_frame_ms: Mapping[int, int | None],
    recent: int = 12,
) -> list[Tile]:
    """One tile a student, in the order of ``students``.

    Args:
        shown: ``mood.shown_now``.
        windows: ``mood.student_windows``, ``window_s`` long.
        recent: windows in the small line.
    """
    step = window_s * 1000
    times = [now_ms // step * step - step * back for back in range(recent - 1, -1, -1)]
    totals = windows.groupby(level="student_id")[["analyses", "usable"]].sum()
    # Plain values: to look a student up in pandas takes longer than all that is made of it.
    counted = {who: (analyses, usable) for who, analyses, usable in totals.itertuples()}
    rows = shown.to_dict("index")
    latest = {}
    if "valence_sum" in windows:
        last = windows[windows.index.get_level_values("window_ms") >= times[0]]
        latest = (last["valence_sum"] / last["usable"].where(last["usable"] > 0)).dropna().to_dict()
    tiles = []
    for student in students:
        row = rows.get(student.id)
        reason = row["reason"] if row is not None and isinstance(row["reason"], str) else None
        seen_ms = last_seen_ms.get(student.id)
        state = student_state(
            student.sharing, student.joined_ms, now_ms, seen_ms, last_frame_ms.get(student.id), reason, row is not None
        )
        known = state is State.LIVE and row["emotion"] is not None
        analyses, usable = counted.get(student.id, (0, 0))
        tiles.append(
            Tile(
                student_id=student.id,
                name=student.name,
                state=state,
                emotion=row["emotion"] if known else None,
                confidence=float(row["confidence"]) if known else None,
                valence=float(row["valence"]) if known else None,
                reason=reason if state is State.NOT_CLEAR else None,
                coverage=float(usable / analyses) if analyses else None,
                analyses=int(analyses),
                recent_valence=tuple(latest.get((at_ms, student.id)) for at_ms in times),
                age_s=(now_ms - seen_ms) / 1000 if seen_ms is not None else None,
                two_faces=state is State.LIVE and int(row["faces_seen"]) > 1,
            )
        )
    return tiles


SORTINGS = ("Needs a look first", "Name", "Joined")


def sort_tiles(tiles: Sequence[Tile], by: str) -> list[Tile]:
    """Tiles in the order a teacher asked for; those who have gone always come last.

    "Needs a look first": lowest coverage, then most negative valence; who shares a camera but is not known counts as
    lowest. Who joined without a camera, or paused it, has chosen so and comes after the others.
    """

    def key(tile: Tile):
        if by == "Name":
            return tile.name.casefold()
        if by == "Joined":
            return tile.student_id
        # Coverage in steps of a tenth: a hundredth more or less must not make tiles change places.
        coverage = round(tile.coverage or 0.0, 1)
        valence = tile.valence if tile.valence is not None else -1.0
        return tile.state in (State.NO_CAMERA, State.PAUSED), coverage, valence, tile.name.casefold()

    return sorted(tiles, key=lambda tile: (tile.state is State.GONE, key(tile)))
