"""The pictures of a room are read in a real process of its own, which may hang, die and be closed."""

import cv2
import numpy as np
import pytest

from classroom.errors import EngineError
from classroom.room_reader import ChildRoomReader
from tests.media import picture


@pytest.fixture
def reader():
    reader = ChildRoomReader()
    yield reader
    reader.close()
    reader.rest()


@pytest.fixture(scope="module")
def group() -> np.ndarray:
    """Five people, small in a large picture."""
    small = picture("multi_face.jpg")
    large = np.full((1080, 1920, 3), 60, np.uint8)
    half = cv2.resize(small, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    large[300 : 300 + half.shape[0], 500 : 500 + half.shape[1]] = half
    return large


def test_every_face_of_a_large_picture_and_the_next(reader, group):
    for at_s in (0.0, 1.0):
        faces = reader.read(at_s, group)
        assert (len(faces.boxes_xyxy), faces.at_s) == (5, at_s)
        assert faces.looks.shape == (5, 5, 5, 3)
        assert faces.thumbnails == (), "no picture of anybody comes back"


def test_a_black_picture_and_an_empty_room_are_told_apart(reader):
    assert reader.read(0.0, np.zeros((720, 1280, 3), np.uint8)) is None
    assert len(reader.read(1.0, np.full((720, 1280, 3), 120, np.uint8)).boxes_xyxy) == 0


@pytest.mark.parametrize("size_px", [(1, 1), (2, 2), (1920, 1), (1, 1920), (1920, 16), (17, 33), (1920, 1200)])
def test_a_picture_of_any_shape_is_read(reader, size_px):
    """A camera can be a program that sends what it likes."""
    width, height = size_px
    noise = np.random.default_rng(7).integers(1, 255, (height, width, 3), dtype=np.uint8)
    assert reader.read(0.0, noise) is not None


def test_a_process_that_died_is_said_and_started_again(reader, group):
    reader.read(0.0, group)
    first = reader.pid
    reader._child.kill()
    reader._child.wait()
    assert len(reader.read(1.0, group).boxes_xyxy) == 5
    assert reader.pid not in (None, first)


def test_a_process_that_hangs_is_killed_said_and_started_again(reader, group):
    reader.read(0.0, group)
    reader._read_timeout_s = 0.001
    with pytest.raises(EngineError, match="is being started again"):
        reader.read(1.0, group)
    reader._read_timeout_s = 60.0
    assert len(reader.read(2.0, group).boxes_xyxy) == 5


def test_resting_costs_nothing_but_the_next_start(reader, group):
    reader.read(0.0, group)
    reader.rest()
    assert reader.pid is None
    assert len(reader.read(1.0, group).boxes_xyxy) == 5


def test_a_wrong_model_file_is_said(tmp_path):
    (tmp_path / "face_detection_short_range.tflite").write_bytes(b"not a model")
    reader = ChildRoomReader(tmp_path)
    with pytest.raises(EngineError, match="face_detection_short_range"):
        reader.read(0.0, np.zeros((720, 1280, 3), np.uint8))
    reader.close()


def test_after_closing_nothing_starts_again(reader, group):
    reader.read(0.0, group)
    reader.close()
    for _ in range(2):
        with pytest.raises(EngineError):
            reader.read(1.0, group)
    reader.close()
    assert reader.pid is None
