"""Known answers on a made-up face, and on the clips what an eye sees in their frames."""

import cv2
import numpy as np
import pytest

from fer_model import geometry as measured
from fer_model.detector import FaceDetector
from fer_model.geometry import eyes_open, geometry, head_pose_deg, mouth_open
from fer_model.landmarks import FaceLandmarks
from tests.media import astronaut_bgr, frames, media

TURNING = "head-pose-face-detection-female.mp4"
EMOTIONAL = "one-face-emotional.mp4"


def made_up_face() -> np.ndarray:
    """(468, 3): a mirrored cloud with an upright line from chin to forehead; x right, y up, z towards the camera."""
    rng = np.random.default_rng(3)
    points = rng.uniform(-5, 5, (468, 3))
    right, left = measured._PAIRS.T
    points[left] = np.abs(points[left]) + 1
    points[right] = points[left] * (-1, 1, 1)
    points[measured._FOREHEAD], points[measured._CHIN] = (0, 9, 1), (0, -9, 1)
    return points


def seen(points: np.ndarray, yaw_deg: float = 0, pitch_deg: float = 0, roll_deg: float = 0) -> np.ndarray:
    """The points of a head that rolls, then lifts its face, then turns; in pixels, y down and z away."""
    turns = [(0, yaw_deg, 0), (-pitch_deg, 0, 0), (0, 0, roll_deg)]
    yaw, pitch, roll = (cv2.Rodrigues(np.radians(np.array(turn, float)))[0] for turn in turns)
    return points @ (yaw @ pitch @ roll).T * (1, -1, -1) * 7 + (160, 120, 3)


@pytest.mark.parametrize(
    "angles",
    [
        (0, 0, 0),
        (30, 0, 0),
        (-30, 0, 0),
        (0, 20, 0),
        (0, -20, 0),
        (0, 0, 25),
        (0, 0, -25),
        (40, 15, -20),
        (-70, -30, 5),
    ],
)
def test_a_head_that_was_turned_is_measured_as_it_was_turned(angles):
    assert head_pose_deg(seen(made_up_face(), *angles)) == pytest.approx(angles, abs=1e-9)


def test_turned_to_the_own_left_the_nose_goes_to_the_right_of_the_picture():
    face = made_up_face()
    face[1] = (0, 0, 8)
    ahead = seen(face)[1, 0]
    assert seen(face, yaw_deg=30)[1, 0] > ahead > seen(face, yaw_deg=-30)[1, 0]
    assert seen(face, pitch_deg=20)[1, 1] < seen(face)[1, 1]  # looking up it goes up


def eye(opening: float) -> np.ndarray:
    """(6, 3) p1 to p6 of an eye 10 wide."""
    half = opening / 2
    return np.array([(0, 0, 0), (3, half, 0), (7, half, 0), (10, 0, 0), (7, -half, 0), (3, -half, 0)], float)


@pytest.mark.parametrize(("right", "left", "ratio"), [(3, 3, 0.3), (0, 0, 0), (3, 0, 0.15), (0, 3, 0.15)])
def test_the_eye_aspect_ratio_is_the_opening_by_the_width_of_both_eyes(right, left, ratio):
    face = made_up_face()
    face[list(measured._RIGHT_EYE)], face[list(measured._LEFT_EYE)] = eye(right), eye(left)
    assert eyes_open(face) == pytest.approx(ratio)
    assert eyes_open(seen(face, 45, 10, 20)) == pytest.approx(ratio)  # turning the head opens no eye


@pytest.mark.parametrize("opening", [0, 2, 8])
def test_the_mouth_is_its_opening_by_its_width(opening):
    face = made_up_face()
    right, left = measured._MOUTH_CORNERS
    face[right], face[left] = (-5, 0, 0), (5, 0, 0)
    face[measured._LIPS[:, 0]] = [(x, opening / 2, 0) for x in (-2, 0, 2)]
    face[measured._LIPS[:, 1]] = [(x, -opening / 2, 0) for x in (-2, 0, 2)]
    assert mouth_open(seen(face, -30, 5, 10)) == pytest.approx(opening / 10)


@pytest.fixture(scope="module")
def reading():
    """A frame's geometry by detector and mesh."""
    detector, landmarks = FaceDetector(), FaceLandmarks()
    yield lambda frame: geometry(landmarks.find(frame, detector.detect(frame).largest()))
    detector.close()


def test_a_mirrored_picture_has_the_mirrored_pose(reading):
    frame = astronaut_bgr()
    one, other = reading(frame), reading(np.ascontiguousarray(frame[:, ::-1]))
    assert (other.yaw_deg, other.roll_deg) == pytest.approx((-one.yaw_deg, -one.roll_deg), abs=5)
    assert other.pitch_deg == pytest.approx(one.pitch_deg, abs=5)


@pytest.mark.parametrize("degrees", [-20, 20])
def test_a_picture_turned_counter_clockwise_is_a_roll_as_large(reading, degrees):
    frame = astronaut_bgr()
    middle = (frame.shape[1] / 2, frame.shape[0] / 2)
    turned = cv2.warpAffine(frame, cv2.getRotationMatrix2D(middle, degrees, 1), frame.shape[1::-1])
    assert reading(turned).roll_deg - reading(frame).roll_deg == pytest.approx(degrees, abs=5)


def test_the_yaw_of_the_turning_head_goes_through_zero_as_an_eye_sees_it(reading):
    """She begins turned far to her right, looks straight ahead in frame 9, then to her left, and back through 19."""
    yaw = np.array([reading(frame).yaw_deg for frame in frames(media(TURNING))])
    assert len(yaw) == 23
    assert (yaw[:6] < -35).all() and yaw.min() > -60
    assert abs(yaw[9]) < 8 and abs(yaw[19]) < 8
    assert (yaw[12:15] > 25).all() and yaw.max() < 45
    assert yaw[22] < -18
    assert (np.diff(yaw[2:14]) > -4).all()  # one smooth turn, no jump back


def test_a_turning_head_opens_and_shuts_no_eye(reading):
    """In two dimensions the ratio doubles when she turns to the side."""
    ratios = [reading(frame).eyes_open for frame in frames(media(TURNING))]
    assert 0.17 < min(ratios) and max(ratios) < 0.35


def test_shut_eyes_are_told_from_open_ones_and_a_laugh_from_shut_lips(reading):
    """Second 1 to 2: eyes shut, mouth shut. Second 8: eyes wide open. Second 13: she laughs."""
    every = list(frames(media(EMOTIONAL), every_s=0.25))
    shut, wide = ([reading(frame) for frame in every[a:b]] for a, b in ((5, 9), (30, 36)))
    assert max(each.eyes_open for each in shut) < 0.7 * min(each.eyes_open for each in wide)
    laughing = [reading(frame) for frame in every[50:54]]
    assert max(each.mouth_open for each in shut) < 0.12 < 0.2 < min(each.mouth_open for each in laughing)
