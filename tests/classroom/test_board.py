import threading
from dataclasses import replace

import pandas as pd
import pytest

from classroom.board import SORTINGS, LiveBoard, State, Tile, make_tiles, sort_tiles, student_state
from classroom.errors import StoreError
from classroom.mood import class_windows, shown_now, student_windows, without_breaks
from classroom.presence import GONE_MS, STALE_MS
from classroom.records import MarkerKind, Reading, Sharing, SignalKind, Student
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading, Geometry, Reason
from tests.fakes import MONDAY_MS, NO_FACE, add_teacher, face, readings_frame, seed_class

NOW = MONDAY_MS
LONG_AGO = NOW - 3_600_000
ON, PAUSED, OFF = Sharing.CAMERA, Sharing.PAUSED, Sharing.NOTHING


@pytest.mark.parametrize(
    ("sharing", "joined", "seen", "frame", "reason", "read", "state", "why"),
    [
        (ON, NOW, None, None, None, False, State.GONE, "never heard of since the server started"),
        (ON, NOW, NOW, None, None, False, State.JOINING, "just here, no frame yet"),
        (ON, LONG_AGO, NOW, None, None, False, State.NO_CAMERA, "here for long and never a frame"),
        (ON, LONG_AGO, NOW, NOW, None, False, State.JOINING, "frames, and none was read yet"),
        (ON, LONG_AGO, NOW, NOW, None, True, State.LIVE, "a face that is read"),
        (ON, LONG_AGO, NOW, NOW, Reason.NO_FACE, True, State.NO_FACE, "an empty chair"),
        (ON, LONG_AGO, NOW, NOW, "no face", True, State.NO_FACE, "the same as the store writes it"),
        (ON, LONG_AGO, NOW, NOW, Reason.CAMERA_OFF, True, State.CAMERA_OFF, "black pictures"),
        (ON, LONG_AGO, NOW, NOW, Reason.TOO_DARK, True, State.NOT_CLEAR, "too dark"),
        (ON, LONG_AGO, NOW, NOW, Reason.LOW_CONFIDENCE, True, State.NOT_CLEAR, "not sure enough"),
        (ON, LONG_AGO, NOW, NOW - STALE_MS, None, True, State.LIVE, "a frame just young enough"),
        (ON, LONG_AGO, NOW, NOW - STALE_MS - 1, None, True, State.STALE, "and one just too old: its label is old too"),
        (ON, LONG_AGO, NOW, NOW - GONE_MS - 1, None, True, State.NO_CAMERA, "the page is here, its camera is not"),
        (ON, LONG_AGO, NOW - GONE_MS, NOW - GONE_MS, None, True, State.STALE, "not yet gone"),
        (ON, LONG_AGO, NOW - GONE_MS - 1, NOW - GONE_MS - 1, None, True, State.GONE, "gone"),
        (PAUSED, LONG_AGO, NOW, None, None, False, State.PAUSED, "paused"),
        (PAUSED, LONG_AGO, NOW, NOW, None, True, State.PAUSED, "paused a moment ago: the last label is not shown"),
        (PAUSED, LONG_AGO, NOW - GONE_MS - 1, None, None, False, State.GONE, "paused, and gone since"),
        (OFF, LONG_AGO, NOW, None, None, False, State.NO_CAMERA, "without camera"),
        (OFF, NOW, NOW, None, None, False, State.JOINING, "it begins as it does for who shares one that does not work"),
        (OFF, LONG_AGO, NOW, NOW, None, True, State.NO_CAMERA, "a frame that was on its way is not shown"),
        (OFF, LONG_AGO, NOW - GONE_MS - 1, None, None, False, State.GONE, "without camera, and gone since"),
    ],
)
def test_the_state_of_a_student(sharing, joined, seen, frame, reason, read, state, why):
    assert student_state(sharing, joined, NOW, seen, frame, reason, read) is state


def test_the_table_above_reaches_every_state():
    table = test_the_state_of_a_student.pytestmark[0].args[1]
    assert {row[6] for row in table} == set(State)


def tile(number: int, state=State.LIVE, coverage=1.0, valence: float | None = 0.0, name: str = "") -> Tile:
    known = state is State.LIVE
    return Tile(
        student_id=number,
        name=name or f"Student {number}",
        state=state,
        emotion="neutral" if known else None,
        confidence=0.9 if known else None,
        valence=valence if known else None,
        reason=None,
        coverage=coverage,
        analyses=10,
        recent_valence=(),
        age_s=0.0,
        two_faces=False,
    )


@pytest.mark.parametrize(
    ("tiles", "by", "order", "why"),
    [
        ([], SORTINGS[0], [], "nobody"),
        ([tile(1, coverage=0.9), tile(2, coverage=0.2)], SORTINGS[0], [2, 1], "lowest coverage first"),
        ([tile(1, valence=0.5), tile(2, valence=-0.5)], SORTINGS[0], [2, 1], "then the most negative"),
        (
            [tile(1, coverage=0.91, valence=0.5), tile(2, coverage=0.94, valence=-0.5)],
            SORTINGS[0],
            [2, 1],
            "a hundredth of coverage changes no places",
        ),
        ([tile(1), tile(2, State.NO_FACE)], SORTINGS[0], [2, 1], "who is not known needs a look"),
        ([tile(1, State.NO_CAMERA, None), tile(2)], SORTINGS[0], [2, 1], "who chose no camera comes after the others"),
        ([tile(1, State.PAUSED, 0.0), tile(2)], SORTINGS[0], [2, 1], "and so does who paused"),
        ([tile(1, coverage=None), tile(2, coverage=0.1)], SORTINGS[0], [1, 2], "never read counts as no coverage"),
        ([tile(2, name="b"), tile(1, name="C"), tile(3, name="a")], "Name", [3, 2, 1], "names whatever their case"),
        ([tile(3), tile(1), tile(2)], "Joined", [1, 2, 3], "as they came"),
    ],
)
def test_the_order_of_the_tiles(tiles, by, order, why):
    assert [one.student_id for one in sort_tiles(tiles, by)] == order


@pytest.mark.parametrize("by", SORTINGS)
def test_who_has_gone_comes_last_in_every_order(by):
    gone = tile(1, State.GONE, coverage=0.0, name="Aaron")
    assert [one.student_id for one in sort_tiles([gone, tile(2, name="Zoë"), tile(3)], by)][-1] == 1


def tiles_of(rows, sharing=ON, now_ms=NOW, frame_ms: int | None = NOW) -> list[Tile]:
    readings = readings_frame(rows)
    student = Student(1, 1, "Ann", sharing, LONG_AGO)
    shown, windows = shown_now(readings, now_ms), student_windows(readings, 10)
    return make_tiles([student], shown, windows, 10, now_ms, {1: now_ms}, {1: frame_ms})


def test_a_class_without_students_has_no_tiles():
    nothing = readings_frame([])
    assert make_tiles([], shown_now(nothing, NOW), student_windows(nothing, 10), 10, NOW, {}, {}) == []


def test_a_student_before_the_first_reading_is_not_known():
    (ann,) = tiles_of([])
    assert (ann.state, ann.emotion, ann.confidence, ann.valence) == (State.JOINING, None, None, None)
    assert (ann.coverage, ann.analyses, set(ann.recent_valence)) == (None, 0, {None})


def test_a_tile_by_hand():
    rows = [(NOW - 10_000, 1, NO_FACE), (NOW - 2_000, 1, face("happy", 1.0)), (NOW - 1_000, 1, face("happy", 1.0))]
    (ann,) = tiles_of([(NOW - 40_000, 1, face("sad", 1.0)), *rows])
    assert (ann.state, ann.emotion, ann.confidence) == (State.LIVE, "happy", 1.0)
    assert (ann.coverage, ann.analyses) == (3 / 4, 4)
    # The running window, the one with the happy pictures, two without a reading, and the sad one.
    assert ann.recent_valence[-5:] == pytest.approx((-0.63, None, None, 0.81, None))
    assert len(ann.recent_valence) == 12


def test_a_stale_or_paused_label_is_not_shown():
    rows = [(NOW - 1_000, 1, face("happy"))]
    assert tiles_of(rows, frame_ms=NOW - STALE_MS - 1)[0].emotion is None
    assert tiles_of(rows, sharing=PAUSED)[0].emotion is None


def test_why_a_face_cannot_be_read_is_said_and_why_there_is_none_is_its_state():
    (dark,) = tiles_of([(NOW, 1, FaceReading(reason=Reason.TOO_DARK, faces_seen=1))])
    assert (dark.state, dark.reason) == (State.NOT_CLEAR, "too dark")
    (empty,) = tiles_of([(NOW, 1, NO_FACE)])
    assert (empty.state, empty.reason) == (State.NO_FACE, None)


@pytest.mark.parametrize(("faces", "two"), [(1, False), (2, True), (3, True)])
def test_two_faces_before_one_camera_are_said(faces, two):
    assert tiles_of([(NOW, 1, face("happy", faces_seen=faces))])[0].two_faces is two


class TestLiveBoard:
    @pytest.fixture
    def seeded(self, store):
        return seed_class(store, add_teacher(store))

    @pytest.fixture
    def live(self, store, seeded, clock):
        clock.now_ms = MONDAY_MS + 119_000
        return LiveBoard(seeded.info, store, clock, 10, lambda _: clock(), lambda _: clock())

    def test_an_empty_class_is_an_empty_board(self, store, clock):
        info = store.classes.open(add_teacher(store), "Empty", (), clock())
        board = LiveBoard(info, store, clock, 10, lambda _: None, lambda _: None).look()
        assert (board.tiles, board.usable_now, board.present_now, board.valence_now) == ((), 0, 0, None)
        assert (len(board.drawn), len(board.recent)) == (0, 0)
        assert set(board.counts_now.values()) == {0}

    def test_the_counts_now_are_the_live_tiles(self, live):
        board = live.look()
        assert [tile.state for tile in board.tiles] == [State.LIVE, State.LIVE, State.NO_CAMERA]
        assert {emotion: count for emotion, count in board.counts_now.items() if count} == {"happy": 1, "sad": 1}
        assert list(board.counts_now) == list(EMOTIONS)
        assert (board.usable_now, board.present_now) == (2, 3)
        assert board.valence_now == pytest.approx(sum(tile.valence for tile in board.tiles[:2]) / 2)

    def test_what_it_adds_up_look_by_look_is_what_the_store_has(self, live, store, seeded, clock):
        ann = seeded.students[0]
        live.look()
        for number in range(12):
            at_ms = clock.advance(2)
            new = [Reading(seeded.info.id, ann.id, at_ms, NO_FACE if number % 3 else face("fear"))]
            store.readings.write(new * (number % 4), {}, at_ms)
            board = live.look()
        readings = store.readings.of_class(seeded.info.id)
        wanted = class_windows(student_windows(readings, 10), store.readings.visits(seeded.info.id), 10)
        pd.testing.assert_frame_equal(board.drawn, wanted)
        assert board.drawn["analyses"].sum() == len(readings)

    def test_twenty_watchers_cost_no_more_than_one(self, live, store, clock, monkeypatch):
        asked = []
        original = store.readings.of_class
        monkeypatch.setattr(store.readings, "of_class", lambda *a, **k: asked.append(1) or original(*a, **k))
        boards = {id(live.look()) for _ in range(20)}
        assert (len(asked), len(boards)) == (1, 1)
        clock.advance(2)
        live.look()
        assert len(asked) == 2

    def test_who_looks_while_somebody_else_does_gets_the_board_before(self, live, store, clock, monkeypatch):
        before = live.look()
        clock.advance(2)
        given = []

        def look_at_the_same_time(*_):
            looking = threading.Thread(target=lambda: given.append(live.look()))
            looking.start()
            looking.join(timeout=10)
            return []

        monkeypatch.setattr(store.markers, "of_class", look_at_the_same_time)
        assert live.look() is not before
        assert given == [before]

    def test_but_not_one_that_is_older_than_now(self, live, store, clock, monkeypatch):
        before = live.look()
        clock.advance(60)
        given, looking = [], threading.Thread(target=lambda: given.append(live.look()))

        def begin_a_look_that_waits(*_):
            looking.start()
            looking.join(timeout=0.2)
            return []

        with monkeypatch.context() as patch:
            patch.setattr(store.markers, "of_class", begin_a_look_that_waits)
            now = live.look()
        looking.join(timeout=10)
        assert now is not before
        assert given == [now]

    def test_a_look_that_failed_counts_nothing_twice_afterwards(self, live, store, seeded, clock, monkeypatch):
        live.look()
        new = [Reading(seeded.info.id, seeded.students[0].id, clock.advance(2), face("happy"))] * 5
        store.readings.write(new, {}, clock())
        with monkeypatch.context() as away:
            away.setattr(store.readings, "visits", _raise_store_error)
            with pytest.raises(StoreError):
                live.look()
        assert live.look().drawn["analyses"].sum() == seeded.analyses + 5


def _raise_store_error(*_):
    raise StoreError("away")


class TestHowFacesAreHeld:
    """Two minutes as usual, then fifteen seconds of something."""

    @pytest.fixture
    def live(self, store, clock):
        seeded = seed_class(store, add_teacher(store))
        live = LiveBoard(seeded.info, store, clock, 10, lambda _: clock(), lambda _: clock())
        self.write = lambda *faces: store.readings.write(
            [Reading(seeded.info.id, seeded.students[0].id, clock.advance(1), each) for each in faces], {}, clock()
        )
        self.mark_break = lambda: store.markers.add(seeded.info.id, MarkerKind.BREAK, clock() - 60_000)
        return live

    def held(self, yaw_deg: float) -> FaceReading:
        return replace(face("neutral"), geometry=Geometry(yaw_deg, 0.0, 0.0, 0.3, 0.0))

    def test_a_tile_says_facing_away_while_it_lasts(self, live):
        said = []
        for faces in ([self.held(0)] * 130, [self.held(60)] * 16, [self.held(0)] * 16):
            for each in faces:
                self.write(each)
            said.append(live.look(0).tiles[0].held)
        assert said == [None, "facing away", None]

    def test_it_says_nothing_of_a_face_that_is_not_in_view(self, live):
        self.write(*[self.held(0)] * 130, *[self.held(60)] * 10, *[NO_FACE] * 5)
        tile = live.look(0).tiles[0]
        assert (tile.state, tile.held) == (State.NO_FACE, None)

    def test_a_new_break_does_not_forget_how_it_is_usually_held(self, live):
        self.write(*[self.held(25)] * 130)
        live.look(0)
        self.write(*[self.held(-20)] * 16)
        self.mark_break()
        live.look_again()
        assert live.look(0).tiles[0].held == "facing away"


class TestBreaksOnTheBoard:
    @pytest.fixture
    def seeded(self, store):
        return seed_class(store, add_teacher(store))

    @pytest.fixture
    def live(self, seeded, store, clock):
        clock.advance(120)
        return LiveBoard(seeded.info, store, clock, 10, lambda _: clock(), lambda _: clock())

    def wanted(self, store, seeded, breaks):
        readings = without_breaks(store.readings.of_class(seeded.info.id), breaks)
        return class_windows(student_windows(readings, 10), store.readings.visits(seeded.info.id), 10, breaks)

    def test_a_break_leaves_the_sums_when_it_begins_ends_and_is_taken_back(self, live, store, seeded, clock):
        ann = seeded.students[0]
        before = live.look().drawn

        def read(seconds):
            for _ in range(seconds):
                store.readings.write([Reading(seeded.info.id, ann.id, clock.advance(1), face("happy"))], {}, clock())

        began = clock()
        store.markers.add(seeded.info.id, MarkerKind.BREAK, began)
        read(30)
        pd.testing.assert_frame_equal(live.look().drawn, self.wanted(store, seeded, [(began, None)]))
        assert live.look().drawn["analyses"].sum() == before["analyses"].sum()
        assert live.look().in_break
        store.markers.end_break(seeded.info.id, clock())
        ended = clock()
        read(20)
        board = live.look()
        pd.testing.assert_frame_equal(board.drawn, self.wanted(store, seeded, [(began, ended)]))
        assert board.drawn["analyses"].sum() == before["analyses"].sum() + 21, "the one at the end counts"
        store.markers.remove(seeded.info.id, board.markers[0].id)
        live.look_again()
        assert live.look().drawn["analyses"].sum() == before["analyses"].sum() + 50

    def test_the_lane_has_the_windows_of_the_mood(self, live, store, seeded):
        store.signals.add(seeded.info.id, seeded.students[2].id, SignalKind.LOST, MONDAY_MS + 15_000)
        board = live.look()
        assert board.lane.index.tolist() == board.drawn.index.tolist()
        assert board.lane["lost"].tolist()[:3] == [0, 1, 1]
        assert board.signals[0].student_id == seeded.students[2].id
