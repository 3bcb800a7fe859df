"""Bytes that no camera sends, where the picture of a room is expected: the server's own end, and what is read of it."""

import pytest

from tests.corpus.damage import mutations
from tests.fakes import FakeRoomReader, sampled, sign_up
from tests.pages.test_peer_guard import (
    Sends,
    connect,  # noqa: F401  (a fixture)
    encoded,
    encoded_clip,
    goes_on,
    loop,  # noqa: F401  (a fixture)
    said_of_connections,
    wait_until,
)

SIZES = [(16, 16), (2, 2), (18, 34), (1920, 16), (16, 1920), (1280, 720), (1920, 1200)]


@pytest.fixture
def room(server, monkeypatch):
    """A class whose teacher shares a camera; gives what takes its frames, and what looks at the newest."""
    monkeypatch.setattr("classroom.room.RoomCamera._run", lambda self: None)
    info = server.open_class(sign_up(server.accounts, "Ada").teacher, "Optics")
    server.rooms._new_reader = lambda: FakeRoomReader(sampled(0, 2))
    sharer = server.share_room(info)
    looked_s = [0.0]

    def take(frame) -> None:
        server.rooms.frame_arrived(info.id, sharer, frame)

    def look() -> tuple[int, int] | None:
        looked_s[0] += 60.0
        server.rooms._cameras[info.id].serve(looked_s[0])
        return server.rooms.view(info.id).size_px

    return take, look


def test_two_hundred_damaged_pictures_cost_nobody_else_a_picture_and_the_room_is_read_again(connect, room, caplog):  # noqa: F811
    take, look = room
    clip = encoded_clip(320, 240, 30)
    honest = connect(Sends(clip, 15), who="student 8")
    wait_until(lambda: honest.sizes, "a first picture of a student")
    # The first bit says whether a picture stands by itself: some of the damaged do, and say any size.
    damaged = [content for content in mutations(clip, 200, 20_261) if content]
    hostile = connect(Sends([clip[0], *damaged], 60), who="the room of class 1", take=take)
    wait_until(lambda: hostile.sizes, "a picture that can be read")
    look()
    for _ in range(8):
        goes_on(honest)
        look()
    assert honest.ended == [] and honest.state == "connected"
    assert all(width * height <= 1920 * 1200 for width, height in hostile.sizes), "nothing larger was decoded"
    assert len([line for line in said_of_connections(caplog) if "room of class" not in line]) < 5
    hostile.close()
    again = connect(Sends([encoded(640, 360)], 15), who="the room of class 1", take=take)
    wait_until(lambda: again.sizes, "the room's next camera")
    wait_until(lambda: look() == (640, 360), "its picture to be read")


def test_pictures_of_any_size_and_shape_are_read_or_left_out(connect, room):  # noqa: F811
    take, look = room
    for width, height in SIZES:
        camera = connect(Sends([encoded(width, height)], 15), who="the room of class 1", take=take)
        wait_until(lambda camera=camera: camera.sizes, f"a picture of {width} x {height}")
        assert camera.sizes[0] == (width, height)
        seen = look()
        assert seen is not None and max(seen) <= 1920
        assert camera.ended == []
        camera.close()
