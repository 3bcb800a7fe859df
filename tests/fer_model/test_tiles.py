import numpy as np
import pytest

from fer_model.detector import FaceDetector
from fer_model.errors import FrameError
from fer_model.faces import Faces
from fer_model.tiles import SMALLEST_TILE_PX, TiledDetector, joined, merge, moved, tile_sides, tiles


def boxes(*rows) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


@pytest.mark.parametrize(("width", "height", "side"), [(1920, 1080, 240), (500, 375, 125), (48, 900, 120), (7, 5, 120)])
def test_tiles_cover_every_pixel_and_a_face_of_half_a_tile_lies_whole_in_one(width, height, side):
    seen = np.zeros((height, width), bool)
    parts = tiles(width, height, side)
    for tile in parts:
        assert 0 <= tile.left < tile.right <= width and 0 <= tile.top < tile.bottom <= height
        seen[tile.top : tile.bottom, tile.left : tile.right] = True
    assert seen.all()
    rng = np.random.default_rng(0)
    face = min(side // 2 - 1, width, height)
    for _ in range(200):
        x, y = rng.integers(0, width - face + 1), rng.integers(0, height - face + 1)
        assert any(t.left <= x and x + face <= t.right and t.top <= y and y + face <= t.bottom for t in parts), (x, y)


def test_a_thorough_search_begins_with_the_whole_picture_and_halves_down_to_faces_too_small_to_read():
    assert tile_sides(1920, 1080) == [1920, 960, 480, 240, 120]
    assert tile_sides(100, 80) == [100]
    assert min(tile_sides(5000, 10)) >= SMALLEST_TILE_PX


def test_nothing_merges_and_joins_to_nothing():
    assert len(merge(Faces.empty())) == len(joined([])) == 0


def test_of_a_face_found_twice_the_surest_stays_and_half_a_face_goes():
    found = Faces(
        boxes([0, 0, 10, 10], [1, 1, 11, 11], [0, 5, 10, 10], [40, 0, 50, 10]), np.array([0.7, 0.9, 0.8, 0.6])
    )
    assert merge(found).boxes_xyxy.tolist() == [[1, 1, 11, 11], [40, 0, 50, 10]]


def test_two_people_cheek_to_cheek_stay_two():
    found = Faces(boxes([0, 0, 10, 10], [7, 0, 17, 10]), np.array([0.9, 0.8]))
    assert len(merge(found)) == 2


def test_moving_carries_boxes_and_keypoints_along():
    faces = Faces(boxes([0, 0, 2, 2]), keypoints=np.ones((1, 6, 2)))
    there = moved(faces, 100, 30)
    assert there.boxes_xyxy.tolist() == [[100, 30, 102, 32]]
    assert there.keypoints[0, 0].tolist() == [101, 31]


class OneBrightPixel:
    """A detector whose faces are white pixels, found where the tile is small enough."""

    def __init__(self) -> None:
        self.closed = False

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        if max(frame_bgr.shape) > 150:
            return Faces.empty()
        rows, columns = np.nonzero(frame_bgr[:, :, 0] == 255)
        return Faces(np.stack([columns - 20, rows - 20, columns + 20, rows + 20], axis=1), np.full(len(rows), 0.9))

    def close(self) -> None:
        self.closed = True


def test_every_face_is_found_once_at_its_place_in_the_whole_picture():
    frame = np.zeros((400, 600, 3), np.uint8)
    places = [(50, 60), (390, 590), (200, 300), (0, 0)]
    for row, column in places:
        frame[row, column] = 255
    detector = OneBrightPixel()
    tiled = TiledDetector(detector)
    found = tiled.detect(frame)
    centres = {(int(y0 + 20), int(x0 + 20)) for x0, y0, _, _ in found.boxes_xyxy}
    assert centres == set(places) and len(found) == 4
    assert len(tiled.detect(frame, sides_px=[600])) == 0, "too small in the whole picture"
    tiled.close()
    assert detector.closed


def test_what_is_no_picture_is_refused():
    with pytest.raises(FrameError):
        TiledDetector(OneBrightPixel()).detect(np.zeros((4, 4), np.uint8))


def test_all_faces_of_a_wide_picture_are_found_of_which_the_webcam_detector_sees_none():
    from skimage.data import astronaut

    face = astronaut()[0:200, 130:330, ::-1]
    small = np.ascontiguousarray(face[::2, ::2])
    frame = np.full((700, 1200, 3), 90, np.uint8)
    corners = [(40, 60), (300, 500), (580, 1080)]
    for top, left in corners:
        frame[top : top + 100, left : left + 100] = small
    detector = FaceDetector()
    assert len(detector.detect(frame)) == 0
    tiled = TiledDetector(detector)
    found = tiled.detect(frame)
    tiled.close()
    assert len(found) == 3
    centres = (found.boxes_xyxy[:, :2] + found.boxes_xyxy[:, 2:]) / 2
    for top, left in corners:
        assert np.abs(centres - [left + 45, top + 60]).max(axis=1).min() < 20
