"""One camera for a class: what its pictures leave in the store and on the board, and what stops it."""

from dataclasses import replace

import pytest

from classroom.attendance import attendance
from classroom.board import State
from classroom.codes import token_hash
from classroom.comings import comings
from classroom.errors import BadInput, EngineError, StoreError
from classroom.room import EVERY_S
from classroom.seats import AWAY_MS, FIRST_LOOKS
from tests.fakes import FakeRoomReader, camera_frame, sampled, sign_up

STOPPED = EngineError("Reading the room's picture stopped and is being started again.")


class Room:
    """A class whose teacher shares a camera, second by second."""

    def __init__(self, server, clock) -> None:
        self.server, self.clock = server, clock
        self.ada = sign_up(server.accounts).teacher
        self.info = server.open_class(self.ada, "Optics")
        self.reader = FakeRoomReader(sampled(0, 2))
        server.rooms._new_reader = lambda: self.reader
        self.sharer = server.share_room(self.info)
        self._now_s = 0.0

    @property
    def camera(self):
        return self.server.rooms._cameras[self.info.id]

    def seconds(self, count: int) -> None:
        """Time passes with a picture a second, read and written."""
        for _ in range(count):
            self.clock.advance(1)
            self._now_s += EVERY_S
            self.server.rooms.frame_arrived(self.info.id, self.sharer, camera_frame(1280, 720))
            self.camera.serve(self._now_s)
            self.server.recorder.flush()

    def states(self) -> dict[str, State]:
        return {tile.name: tile.state for tile in self.server.board(self.info).look(max_age_ms=-1).tiles}

    def readings(self):
        return self.server.store.readings.of_class(self.info.id)

    @property
    def view(self):
        return self.server.rooms.view(self.info.id)


@pytest.fixture
def room(server, clock, monkeypatch) -> Room:
    monkeypatch.setattr("classroom.room.RoomCamera._run", lambda self: None)
    return Room(server, clock)


def test_a_class_without_a_room_camera_has_an_empty_view(server):
    assert (server.rooms.view(1).sharer, server.rooms.view(1).look, server.rooms.seen()) == (None, None, {})


def test_faces_fill_the_board_with_anonymous_seats(room):
    room.seconds(FIRST_LOOKS)
    assert room.states() == {"Person 1": State.LIVE, "Person 2": State.LIVE}
    assert (room.view.look.faces, room.view.seats, room.view.size_px) == (2, 2, (1280, 720))
    assert len(room.readings()) == 2


def test_nobody_can_come_back_as_a_seat(room):
    room.seconds(FIRST_LOOKS)
    assert room.server.student_of("") is None
    assert room.server.store.classes.student_of_token(token_hash("")) is None


def test_a_name_that_is_taken_is_skipped(room):
    room.server.join(room.info.code, "person 1", False)
    room.seconds(FIRST_LOOKS)
    assert set(room.states()) == {"person 1", "Person 2", "Person 3"}


def test_a_seat_without_its_face_counts_as_no_face(room):
    room.seconds(FIRST_LOOKS)
    room.reader.answers = [sampled(0, 1)]
    room.seconds(10)
    assert room.states() == {"Person 1": State.LIVE, "Person 2": State.NO_FACE}
    assert room.readings()["reason"].value_counts().to_dict() == {"no face": 10}


def test_a_black_picture_is_camera_off(room):
    room.seconds(FIRST_LOOKS)
    room.reader.answers = [None]
    room.seconds(2)
    assert set(room.states().values()) == {State.CAMERA_OFF}


def test_a_stopped_camera_leaves_no_readings_and_everybody_gone(room):
    room.seconds(FIRST_LOOKS)
    room.server.rooms.unshare(room.info.id, room.sharer)
    room.seconds(5)
    assert len(room.readings()) == 2
    assert room.states() == {"Person 1": State.GONE, "Person 2": State.GONE}
    assert (room.view.sharer, room.view.look, room.view.seats) == (None, None, 2)


def test_what_is_being_read_when_the_camera_stops_is_not_recorded(room, monkeypatch):
    room.seconds(FIRST_LOOKS)
    read = room.reader.read

    def stop_and_read(at_s, frame_bgr):
        room.server.rooms.unshare(room.info.id, room.sharer)
        return read(at_s, frame_bgr)

    monkeypatch.setattr(room.reader, "read", stop_and_read)
    room.seconds(1)
    assert len(room.readings()) == 2


def test_a_page_that_vanished_is_stale_then_gone(room, clock):
    room.seconds(FIRST_LOOKS)
    clock.advance(6)
    assert set(room.states().values()) == {State.STALE}
    clock.advance(3)
    assert set(room.states().values()) == {State.GONE}
    assert room.server.rooms.seen() == {}


def test_sharing_again_goes_on_with_the_same_seats(room, clock):
    room.seconds(FIRST_LOOKS)
    room.server.rooms.unshare(room.info.id, room.sharer)
    clock.advance(600)
    room.sharer = room.server.share_room(room.info)
    assert set(room.states().values()) == {State.GONE}, "nobody has been found again yet"
    room.seconds(1)
    assert room.states() == {"Person 1": State.LIVE, "Person 2": State.LIVE}


def test_only_the_page_that_shared_last_is_read(room):
    room.seconds(FIRST_LOOKS)
    first, room.sharer = room.sharer, room.server.share_room(room.info)
    room.server.rooms.frame_arrived(room.info.id, first, camera_frame())
    assert room.view.frame_ms is None
    room.server.rooms.unshare(room.info.id, first)
    assert room.view.sharer == room.sharer, "the first page stops only itself"


def test_attendance_and_comings_of_seats(room, clock):
    """Here from when they were seated until the face had been away for two minutes; back is a second visit."""
    began_ms = clock.now_ms + FIRST_LOOKS * 1000
    room.seconds(60)
    last_ms = clock.now_ms
    room.reader.answers = [sampled(0, 1)]
    room.seconds(AWAY_MS // 1000 + 30)
    room.reader.answers = [sampled(0, 2)]
    room.seconds(10)
    students = room.server.store.classes.students(room.info.id)
    visits = room.server.store.readings.visits(room.info.id)
    one, two = attendance(students, room.readings(), visits)
    assert (one.joined_ms, one.left_ms, one.visits) == (began_ms, clock.now_ms, 1)
    assert (two.joined_ms, two.left_ms, two.visits) == (began_ms, clock.now_ms, 2)
    assert two.present_ms == last_ms - began_ms + AWAY_MS + 9000
    names = {student.id: student.name for student in students}
    events = [event.what for event in comings(visits, names, clock.now_ms) if event.name == "Person 2"]
    assert events == ["came back", "left", "joined"]


def test_the_end_of_the_class_is_the_end_of_the_camera(room):
    room.seconds(FIRST_LOOKS)
    camera, reader = room.camera, room.reader
    room.server.end_class(room.info)
    assert reader.closed
    camera.frame_arrived(room.sharer, camera_frame())
    assert not camera.serve(1e9)
    assert len(room.readings()) == 2
    assert room.server.rooms.seen() == {}
    with pytest.raises(BadInput, match="has ended"):
        room.server.share_room(room.info)
    assert room.info.id not in room.server.rooms._cameras


def test_more_faces_than_the_class_may_have_students(room):
    room.reader.answers = [sampled(0, 7)]
    room.seconds(FIRST_LOOKS + 1)
    assert len(room.states()) == 4, "the limit of the class"
    assert (room.view.seats, room.view.look.without_seat) == (4, 3)


def test_a_reader_that_fails_is_said_and_what_comes_after_is_read(room):
    room.seconds(FIRST_LOOKS)
    room.reader.answers = [STOPPED, sampled(0, 2)]
    room.seconds(1)
    assert room.view.problem == str(STOPPED)
    assert room.view.look.faces == 2, "what was seen before stays"
    room.seconds(1)
    assert (room.view.problem, len(room.readings())) == ("", 4)


def test_a_store_that_is_away_costs_no_seat(room, monkeypatch):
    def away(*_):
        raise StoreError("The class database does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(room.server.store.classes, "students", away)
        for _ in range(FIRST_LOOKS + 1):
            room._now_s += EVERY_S
            room.server.rooms.frame_arrived(room.info.id, room.sharer, camera_frame())
            room.camera.serve(room._now_s)
        assert room.view.look.without_seat == 2
    room.seconds(1)
    assert set(room.states()) == {"Person 1", "Person 2"}


def test_a_look_a_second_and_only_half_of_the_time(room, monkeypatch):
    read, now, took = room.reader.read, [100.0], [3.0]
    monkeypatch.setattr("classroom.room.time.monotonic", lambda: now[0])

    def slow(at_s, frame_bgr):
        now[0] += took[0]
        return read(at_s, frame_bgr)

    def arrives(at_s: float) -> bool:
        room.server.rooms.frame_arrived(room.info.id, room.sharer, camera_frame())
        return room.camera.serve(at_s)

    assert [arrives(100.0), arrives(100.9), arrives(101.0)] == [True, False, True]
    monkeypatch.setattr(room.reader, "read", slow)
    assert [arrives(102.0), arrives(107.9), arrives(108.0)] == [True, False, True]
    took[0] = 30.0  # the machine did other things first: waiting as long again would help nobody
    assert [arrives(114.0), arrives(147.9), arrives(148.0)] == [True, False, True]


def test_large_pictures_are_kept_large_and_huge_ones_made_smaller(room):
    for width, height in ((1920, 1080), (3840, 2160)):
        room._now_s += EVERY_S
        room.server.rooms.frame_arrived(room.info.id, room.sharer, camera_frame(width, height))
        room.camera.serve(room._now_s)
    assert room.reader.sizes == [(1920, 1080), (1920, 1080)]


def test_a_seat_keeps_its_place_when_the_browser_sends_a_larger_picture(room):
    room.seconds(FIRST_LOOKS)
    before = dict(room.view.look.places)
    half = sampled(0, 2)
    room.reader.answers = [replace(half, boxes_xyxy=half.boxes_xyxy / 2)]
    room._now_s += EVERY_S
    room.server.rooms.frame_arrived(room.info.id, room.sharer, camera_frame(640, 360))
    room.camera.serve(room._now_s)
    assert dict(room.view.look.places) == before


def test_two_classes_have_cameras_of_their_own(room, server):
    room.seconds(FIRST_LOOKS)
    other = server.open_class(room.ada, "Chemistry")
    assert server.rooms.view(other.id).seats == 0
    server.share_room(other)
    server.end_class(other)
    room.seconds(1)
    assert set(room.states().values()) == {State.LIVE}


def test_the_thread_reads_by_itself_and_ends_with_the_server(server, clock):
    ada = sign_up(server.accounts).teacher
    info, reader = server.open_class(ada, "Optics"), FakeRoomReader(sampled(0, 1))
    server.rooms._new_reader = lambda: reader
    sharer = server.share_room(info)
    server.rooms.frame_arrived(info.id, sharer, camera_frame())
    camera = server.rooms._cameras[info.id]
    for _ in range(1000):
        if server.rooms.view(info.id).look:
            break
        camera._thread.join(timeout=0.01)
    assert server.rooms.view(info.id).look.faces == 1
    server.close()
    assert not camera._thread.is_alive()
    assert reader.closed
    assert reader.rests >= 1
