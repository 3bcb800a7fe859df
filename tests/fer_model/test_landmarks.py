import numpy as np
import pytest

from fer_model.detector import FaceDetector
from fer_model.errors import FrameError, ModelFileError
from fer_model.faces import Faces
from fer_model.landmarks import FaceLandmarks
from fer_model.model_files import SHORT_RANGE, model_file
from tests.media import astronaut_bgr

# MediaPipe's numbers.
RIGHT_EYE, LEFT_EYE, NOSE_TIP = (33, 133), (362, 263), 1


@pytest.fixture(scope="module")
def landmarks():
    return FaceLandmarks()


@pytest.fixture(scope="module")
def face():
    detector = FaceDetector()
    yield detector.detect(astronaut_bgr()).largest()
    detector.close()


def test_eyes_and_nose_lie_where_the_detector_has_them(landmarks, face):
    points = landmarks.find(astronaut_bgr(), face)
    assert points.shape == (468, 3)
    right, left, nose = face.keypoints[0, :3]
    side = face.sides[0].max()
    for expected, found in (
        (right, points[list(RIGHT_EYE), :2].mean(axis=0)),
        (left, points[list(LEFT_EYE), :2].mean(axis=0)),
        (nose, points[NOSE_TIP, :2]),
    ):
        assert np.linalg.norm(found - expected) < 0.08 * side


def test_the_nose_is_nearer_to_the_camera_than_the_ears(landmarks, face):
    depth = landmarks.find(astronaut_bgr(), face)[:, 2]
    assert depth[NOSE_TIP] < min(depth[127], depth[356]) - 0.3 * face.sides[0].max()


def test_a_turned_picture_gives_the_turned_points(landmarks, face):
    """The crop is set upright, and the points are put back into the picture as it was: a quarter turn moves no one."""
    frame = astronaut_bgr()
    height = frame.shape[0]
    turned = np.ascontiguousarray(np.rot90(frame, k=-1))  # clockwise: (x, y) goes to (height - y, x)

    def turn(xy):
        return np.stack([height - xy[..., 1], xy[..., 0]], axis=-1)

    corners = turn(face.boxes_xyxy.reshape(-1, 2, 2))
    box = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    again = landmarks.find(turned, Faces(box, face.score, turn(face.keypoints)))
    apart = np.linalg.norm(again[:, :2] - turn(landmarks.find(frame, face)[:, :2]), axis=1)
    assert apart.max() < 0.02 * face.sides[0].max()


def test_a_wall_is_no_face(landmarks):
    wall = np.full((240, 320, 3), 120, np.uint8)
    wall[::30] = 170
    assert landmarks.find(wall, Faces(np.array([[80, 40, 200, 160]]))) is None


@pytest.mark.parametrize("box", [(-500, -500, -300, -300), (0, 0, 0, 0), (-100, -100, 900, 900)])
def test_a_box_beside_or_around_the_picture_breaks_nothing(landmarks, box):
    landmarks.find(astronaut_bgr(), Faces(np.array([box], np.float32)))


def test_what_is_not_a_picture_or_not_one_face_is_refused(landmarks, face):
    with pytest.raises(FrameError):
        landmarks.find(np.zeros((9, 9), np.uint8), face)
    with pytest.raises(ValueError, match="exactly one face, got 0"):
        landmarks.find(astronaut_bgr(), Faces.empty())


def test_a_missing_broken_or_other_model_is_a_model_file_error(tmp_path):
    with pytest.raises(ModelFileError, match="gone.tflite"):
        FaceLandmarks(tmp_path / "gone.tflite")
    (tmp_path / "broken.tflite").write_bytes(b"not a model")
    with pytest.raises(ModelFileError, match="broken.tflite"):
        FaceLandmarks(tmp_path / "broken.tflite")
    with pytest.raises(ModelFileError, match="is not MediaPipe's face landmark network"):
        FaceLandmarks(model_file(SHORT_RANGE))
