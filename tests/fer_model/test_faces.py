import numpy as np
import pytest

from fer_model.faces import Faces

BOXES = np.array([[0, 0, 10, 10], [5, 5, 35, 25], [-10, 0, 10, 30], [1, 1, 1, 1]], np.float32)


def test_no_face_is_an_ordinary_value():
    none = Faces.empty()
    assert len(none) == 0
    assert none.boxes_xyxy.shape == (0, 4)
    assert none.keypoints.shape == (0, 6, 2)
    assert none.areas.shape == (0,)
    assert len(none.largest()) == 0
    assert len(none[np.zeros(0, bool)]) == 0
    assert len(none[[]]) == 0


def test_arrays_become_float32_whatever_came_in():
    faces = Faces([[0, 0, 4, 4]], [1], np.zeros((1, 6, 2), int))
    assert {faces.boxes_xyxy.dtype, faces.score.dtype, faces.keypoints.dtype} == {np.dtype(np.float32)}


def test_areas_and_sides_are_those_of_the_boxes():
    assert Faces(BOXES).areas.tolist() == [100, 600, 600, 0]
    assert Faces(BOXES).sides[1].tolist() == [30, 20]


def test_the_largest_is_by_area_and_the_first_of_equals():
    assert Faces(BOXES).largest().boxes_xyxy.tolist() == [[5, 5, 35, 25]]


@pytest.mark.parametrize(
    ("index", "rows"),
    [
        ([], []),
        (np.array([False, True, False, True]), [1, 3]),
        (np.zeros(4, bool), []),
        ([2, 0], [2, 0]),
        (slice(1, 3), [1, 2]),
        (0, [0]),
        (-1, [3]),
    ],
)
def test_an_index_picks_the_same_rows_of_every_array(index, rows):
    faces = Faces(BOXES, np.arange(4) / 4, np.arange(4)[:, None, None] * np.ones((4, 6, 2)))
    picked = faces[index]
    assert picked.boxes_xyxy.tolist() == BOXES[rows].tolist()
    assert picked.score.tolist() == [row / 4 for row in rows]
    assert picked.keypoints[:, 0, 0].tolist() == rows


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([[0, 0, 4]],), "boxes_xyxy: expected shape"),
        (([0, 0, 4, 4],), "boxes_xyxy: expected shape"),
        (([[0, 0, 4, 4]], [0.5, 0.5]), "score: expected shape"),
        (([[0, 0, 4, 4]], [0.5], np.zeros((1, 5, 2))), "keypoints: expected shape"),
        (([[0, 0, np.nan, 4]],), "finite"),
        (([[4, 0, 0, 4]],), "inside out"),
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(arrays, message):
    with pytest.raises(ValueError, match=message):
        Faces(*arrays)


UPRIGHT = np.array([[-20, -15], [20, -15], [0, 0], [0, 20], [-35, -10], [35, -10]], float)


@pytest.mark.parametrize("degrees", [-120, -30, 0, 10, 45, 90])
def test_roll_is_clockwise_as_the_viewer_sees_it(degrees):
    angle = np.radians(degrees)
    # The picture's y runs downwards, so this turns clockwise.
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    faces = Faces(np.array([[0, 0, 100, 100]]), keypoints=(UPRIGHT @ turn.T + 50)[None])
    assert np.degrees(faces.rolls_rad) == pytest.approx([degrees], abs=1e-3)


def test_of_a_profile_whose_eyes_meet_in_one_place_the_mouth_tells_the_roll():
    points = UPRIGHT.copy()
    points[:2] = [[3, -14], [3, -16]]  # eye to eye is straight up
    faces = Faces(np.array([[0, 0, 100, 100]]), keypoints=points[None] + 50)
    assert abs(np.degrees(faces.rolls_rad[0])) < 12


def test_boxes_without_keypoints_are_upright():
    assert Faces(np.array([[0, 0, 9, 9]])).rolls_rad.tolist() == [0]
    assert Faces.empty().rolls_rad.shape == (0,)
