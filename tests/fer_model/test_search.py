import numpy as np
import pytest

from fer_model.faces import Faces
from fer_model.search import REMEMBERED, THOROUGH_EVERY, Search
from fer_model.tiles import TiledDetector


class WhitePixels:
    """A detector that finds a face of 40 px around every white pixel, and counts what it was given to look at."""

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        self.looks += 1
        rows, columns = np.nonzero(frame_bgr[:, :, 0] == 255)
        return Faces(np.stack([columns - 20, rows - 20, columns + 20, rows + 20], axis=1), np.full(len(rows), 0.9))

    def close(self) -> None:
        pass


def frame(*places: tuple[int, int], size: tuple[int, int] = (600, 900)) -> np.ndarray:
    picture = np.zeros((*size, 3), np.uint8)
    for row, column in places:
        picture[row, column] = 255
    return picture


def centres(faces: Faces) -> set[tuple[int, int]]:
    return {(int(top + 20), int(left + 20)) for left, top, _, _ in faces.boxes_xyxy}


@pytest.fixture
def detector() -> WhitePixels:
    return WhitePixels()


@pytest.fixture
def search(detector) -> Search:
    return Search(TiledDetector(detector))


def test_the_first_frame_is_searched_everywhere_the_next_ones_around_the_faces(search, detector):
    people = [(100, 100), (300, 500), (550, 850)]
    assert centres(search.detect(frame(*people))) == set(people)
    everywhere, detector.looks = detector.looks, 0
    assert centres(search.detect(frame((104, 103), (300, 500), (548, 850)))) == {(104, 103), (300, 500), (548, 850)}
    assert detector.looks == 3 < everywhere


def test_a_face_that_is_away_for_some_frames_is_seen_when_it_is_back(search):
    people = [(100, 100), (300, 500)] + [(500, 60 * column) for column in range(1, 13)]
    search.detect(frame(*people))
    for _ in range(REMEMBERED - 3):
        assert centres(search.detect(frame(*people[1:]))) == set(people[1:])
    assert people[0] in centres(search.detect(frame(*people)))


def test_who_comes_new_is_found_at_the_next_thorough_look(search):
    seen = [
        centres(search.detect(frame((100, 100), *[(400, 700)] * (number > 2)))) for number in range(THOROUGH_EVERY + 1)
    ]
    assert all((400, 700) not in faces for faces in seen[:THOROUGH_EVERY])
    assert (400, 700) in seen[THOROUGH_EVERY]


def test_a_gallery_that_is_re_ordered_is_searched_anew_at_once(search):
    before = [(100, 100 + 150 * column) for column in range(5)]
    after = [(450, 130 + 150 * column) for column in range(5)]
    search.detect(frame(*before))
    search.detect(frame(*before))
    assert centres(search.detect(frame(*after))) == set(after)


def test_a_frame_of_another_size_begins_anew(search):
    search.detect(frame((100, 100)))
    assert centres(search.detect(frame((500, 60), (40, 300), size=(580, 380)))) == {(500, 60), (40, 300)}


def test_in_an_empty_room_it_looks_for_faces_of_every_size_now_and_then(search, detector):
    """Who comes then may be of any size: looking for large ones only until the 200th frame would be minutes."""
    looks = []
    for _ in range(THOROUGH_EVERY + 1):
        detector.looks = 0
        assert len(search.detect(frame())) == 0
        looks.append(detector.looks)
    assert looks[1] == 0
    assert looks[THOROUGH_EVERY] == looks[0] > 0


def test_a_camera_may_be_searched_more_often_than_a_recording(detector):
    search = Search(TiledDetector(detector), thorough_every=2, all_sizes_every=4)
    looks = []
    for _ in range(5):
        detector.looks = 0
        search.detect(frame((100, 100)))
        looks.append(detector.looks)
    assert looks[1] == looks[3] == 1 < looks[2] < looks[4] == looks[0]
