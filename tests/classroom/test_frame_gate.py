import random

import pytest

from classroom.frame_gate import (
    MAX_BYTES_S,
    MAX_FRAMES_S,
    MAX_SIZES,
    MAX_STREAMS,
    MAX_UNREADABLE,
    UNREADABLE_S,
    FrameGate,
    key_frame_size,
)


def key_frame(width: int, height: int) -> bytes:
    """The header of a VP8 key frame, and nothing behind it."""
    return b"\x10\x02\x00\x9d\x01\x2a" + width.to_bytes(2, "little") + height.to_bytes(2, "little") + b"\x00"


OTHER_FRAME = b"\x11\x02\x00" + b"\x00" * 20


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def gate(now) -> FrameGate:
    return FrameGate(lambda: now[0])


def send(gate: FrameGate, now: list[float], frames, fps: float, is_read: bool = True) -> list[str]:
    """What the gate says of these frames, ``None`` left out."""
    found = []
    for frame in frames:
        now[0] += 1 / fps
        if why := gate.frame(frame):
            found.append(why)
        elif is_read:
            gate.decoded()
    return found


@pytest.mark.parametrize(
    ("encoded", "size", "why"),
    [
        (key_frame(320, 240), (320, 240), "a key frame"),
        (key_frame(16383, 1), (16383, 1), "the widest there is"),
        (key_frame(320 | 0xC000, 240), (320, 240), "with a scale, which is no size"),
        (OTHER_FRAME, None, "a picture that builds on the one before"),
        (b"", None, "nothing"),
        (key_frame(320, 240)[:9], None, "cut off"),
        (b"\x10" + b"\xff" * 20, None, "no start code"),
    ],
)
def test_the_size_that_a_picture_says_of_itself(encoded, size, why):
    assert key_frame_size(encoded) == size


@pytest.mark.parametrize(
    ("width", "height", "fps", "seconds"),
    [(320, 240, 6, 600), (640, 480, 30, 60), (1920, 1080, 5, 60), (1280, 720, 60, 20)],
)
def test_what_cameras_send_passes(gate, now, width, height, fps, seconds):
    frames = [key_frame(width, height) if number % 100 == 0 else OTHER_FRAME for number in range(fps * seconds)]
    assert send(gate, now, frames, fps) == []


def test_a_browser_that_grows_its_picture_step_by_step_passes(gate, now):
    frames = []
    for width in (320, 480, 640, 960, 1280, 1920, 1280, 960, 640):
        frames += [key_frame(width, width * 9 // 16)] + [OTHER_FRAME] * 10
    assert send(gate, now, frames, 10) == []


@pytest.mark.parametrize(("width", "height"), [(3840, 2160), (7680, 4320), (16383, 16383), (16383, 200)])
def test_pictures_that_no_class_asks_for_are_named_by_their_size(gate, now, width, height):
    assert send(gate, now, [key_frame(width, height)], 6) == [f"its pictures had {width} x {height} points"]


def test_a_hundred_and_twenty_pictures_a_second_are_too_many_within_three_seconds(gate, now):
    found = send(gate, now, [OTHER_FRAME] * 360, 120)
    assert found[0] == f"it had more than {MAX_FRAMES_S} pictures a second"


def test_what_a_stopped_line_kept_back_may_come_at_once(gate, now):
    send(gate, now, [OTHER_FRAME] * 30, 30)
    now[0] += 3
    assert send(gate, now, [OTHER_FRAME] * 90, 100_000) == []


def test_a_size_that_changes_with_every_picture_is_said(gate, now):
    frames = [key_frame(320 + 2 * number, 240) for number in range(100)]
    found = send(gate, now, frames, 6)
    assert found[0] == f"its size changed more than {MAX_SIZES} times in 10 s"


def test_pictures_that_nobody_can_decode_are_said_and_a_bad_minute_of_a_line_is_not(gate, now):
    assert send(gate, now, [OTHER_FRAME] * (MAX_UNREADABLE - 1), 6, is_read=False) == []
    gate.decoded()
    found = send(gate, now, [OTHER_FRAME] * 200, 6, is_read=False)
    assert found[0] == "no picture of it could be decoded"
    assert UNREADABLE_S == 20


def test_a_flood_of_packets_or_streams_is_said(now):
    gate = FrameGate(lambda: now[0])
    assert all(gate.packet(1, 1200) is None for _ in range(2 * MAX_BYTES_S // 1200))
    assert "MB a second" in gate.packet(1, 1200)
    gate = FrameGate(lambda: now[0])
    assert any("packets a second" in (gate.packet(1, 12) or "") for _ in range(20_000))
    gate = FrameGate(lambda: now[0])
    assert all(gate.packet(stream, 12) is None for stream in range(MAX_STREAMS))
    assert "streams" in gate.packet(MAX_STREAMS, 12)


def test_three_megabit_for_an_hour_are_no_flood(gate, now):
    for _ in range(3600):
        now[0] += 0.1
        assert all(gate.packet(1, 1200) is None for _ in range(31))


def test_garbage_never_raises(gate, now):
    seeded = random.Random(7)
    send(gate, now, [seeded.randbytes(seeded.randrange(40)) for _ in range(5_000)], 6, is_read=False)
