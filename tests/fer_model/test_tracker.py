import numpy as np
import pytest

from benchmarks.gallery import Gallery
from fer_model.tracker import LOOK_CELLS, SHORT_S, FaceTracker, surroundings

RED, GREEN, BLUE = (
    np.full((LOOK_CELLS, LOOK_CELLS, 3), colour, np.float32) for colour in ((50, 60, 40), (60, -50, 40), (40, 20, -60))
)


def boxes(*centres: tuple[float, float], side: float = 40) -> np.ndarray:
    middle = np.array(centres, np.float32).reshape(-1, 2)
    return np.hstack([middle - side / 2, middle + side / 2])


def looks(*them: np.ndarray) -> np.ndarray:
    return np.array(them, np.float32).reshape(-1, LOOK_CELLS, LOOK_CELLS, 3)


def test_a_frame_without_faces_gives_no_numbers():
    assert FaceTracker().update(boxes(), looks(), 0.0).tolist() == []


def test_everybody_keeps_the_number_while_moving_a_little():
    tracker = FaceTracker()
    for step in range(10):
        ids = tracker.update(boxes((100 + 10 * step, 100), (300, 100)), looks(RED, BLUE), step / 2)
        assert ids.tolist() == [1, 2]
    assert [track.count for track in tracker.tracks] == [10, 10]


def test_two_who_change_places_at_once_are_told_by_their_surroundings():
    tracker = FaceTracker()
    assert tracker.update(boxes((100, 100), (300, 100)), looks(RED, BLUE), 0).tolist() == [1, 2]
    assert tracker.update(boxes((100, 100), (300, 100)), looks(BLUE, RED), 0.5).tolist() == [2, 1]


def test_two_before_the_same_wall_are_told_by_their_places():
    tracker = FaceTracker()
    for step in range(6):
        ids = tracker.update(boxes((100, 100), (200 - 4 * step, 100)), looks(RED, RED), step / 2)
        assert ids.tolist() == [1, 2]


def test_one_at_the_same_place_in_other_surroundings_is_somebody_new():
    tracker = FaceTracker()
    tracker.update(boxes((100, 100)), looks(RED), 0)
    assert tracker.update(boxes((100, 100)), looks(GREEN), 0.5).tolist() == [2]


def test_who_comes_back_after_long_is_known_by_the_surroundings_but_not_by_the_place():
    tracker = FaceTracker()
    tracker.update(boxes((100, 100)), looks(RED), 0)
    a_little_other = RED + 8
    assert tracker.update(boxes((100, 100)), looks(a_little_other), SHORT_S + 1).tolist() == [2]
    assert tracker.update(boxes((400, 300)), looks(RED), 60).tolist() == [1]


def test_a_light_that_changes_slowly_is_followed():
    tracker = FaceTracker()
    for step in range(40):
        assert tracker.update(boxes((100, 100)), looks(RED + step), step / 2).tolist() == [1]


def test_no_number_is_given_twice_in_a_frame():
    tracker = FaceTracker()
    tracker.update(boxes((100, 100)), looks(RED), 0)
    ids = tracker.update(boxes((100, 100), (104, 100), (96, 100)), looks(RED, RED, RED), 0.5)
    assert len(set(ids.tolist())) == 3


def test_a_new_face_turns_out_to_be_who_was_there_once_a_few_looks_are_known():
    tracker = FaceTracker()
    for step in range(10):
        tracker.update(boxes((100, 100)), looks(RED), step / 2)
    rough = [RED + 8, RED - 6, RED + 2]  # the first one is too far from the mean to tell; their own mean is not
    numbers = [tracker.update(boxes((500, 300)), looks(look), 60 + step / 2) for step, look in enumerate(rough)]
    assert [each.tolist() for each in numbers] == [[2], [2], [1]]
    assert tracker.same_as == {2: 1}
    assert [(track.number, track.count) for track in tracker.tracks] == [(1, 13)]
    assert tracker.update(boxes((504, 300), (100, 100)), looks(RED, GREEN), 62).tolist() == [1, 3]


def test_who_was_there_at_the_same_time_is_never_taken_for_the_other():
    tracker = FaceTracker()
    for step in range(10):
        tracker.update(boxes((100, 100), (300, 100)), looks(RED, RED + 9), step / 2)
    numbers = [tracker.update(boxes((100, 100), (600, 400)), looks(RED, RED + 9), 20 + step / 2) for step in range(4)]
    assert [each.tolist() for each in numbers] == [[1, 2]] * 4


def test_two_new_faces_do_not_turn_out_to_be_the_same_one():
    tracker = FaceTracker()
    for step in range(10):
        tracker.update(boxes((100, 100)), looks(RED), step / 2)
    for step, rough in enumerate([RED + 8, RED - 6, RED + 2, RED]):
        ids = tracker.update(boxes((400, 300), (700, 300)), looks(rough, rough + 3), 60 + step / 2).tolist()
        assert len(set(ids)) == 2
    assert sorted(ids) == [1, 3]


def test_two_tracks_that_one_person_has_got_do_not_take_turns():
    tracker, rng = FaceTracker(), np.random.default_rng(0)
    tracker.update(boxes((100, 100)), looks(RED), 0)
    tracker.update(boxes((100, 100)), looks(RED + 16), 60)  # the same person, not to be told
    numbers = [
        int(tracker.update(boxes((100, 100)), looks(RED + rng.uniform(0, 16)), 60.5 + step / 2)[0])
        for step in range(40)
    ]
    assert len(set(numbers[3:])) == 1


def test_surroundings_do_not_leave_the_frame_and_of_one_colour_are_one_colour():
    frame = np.zeros((60, 80, 3), np.uint8)
    frame[:, :, 2] = 255
    found = surroundings(frame, boxes((0, 0), (79, 59), (-50, 300)))
    assert found.shape == (3, LOOK_CELLS, LOOK_CELLS, 3)
    assert np.allclose(found, [53.24, 80.09, 67.2], atol=0.1), "red in CIELAB"
    assert surroundings(frame, boxes()).shape == (0, LOOK_CELLS, LOOK_CELLS, 3)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_gallery_that_is_re_ordered_keeps_its_people(seed):
    rng = np.random.default_rng(seed)
    pictures = rng.integers(0, 256, (30, 12, 12), np.uint8).repeat(4, axis=1).repeat(4, axis=2)
    gallery = Gallery(pictures, np.zeros(30, int), columns=5, rows=5, size_px=(1000, 560), seed=seed)
    tracker, number_of, order = FaceTracker(), {}, np.arange(25)
    for at in range(24):
        order = rng.permutation(25) if at % 6 == 5 else order
        frame, truth = gallery.frame(order, at)
        seen = rng.random(len(truth.people)) > 0.1
        found = truth.boxes_xyxy[seen] + rng.uniform(-2, 2, (seen.sum(), 4)).astype(np.float32)
        for person, number in zip(
            truth.people[seen], tracker.update(found, surroundings(frame, found), at / 2), strict=True
        ):
            assert number_of.setdefault(person, number) == number
    assert len(tracker.tracks) == len(number_of)
