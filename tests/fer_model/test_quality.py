import cv2
import numpy as np
import pytest

from fer_model import quality
from fer_model.preprocess import crop_faces
from fer_model.reading import Reason

GOOD_BOX = (10.0, 10.0, 90.0, 90.0)


def checks(low: int = 60, high: int = 180, cell: int = 8) -> np.ndarray:
    """(1, 48, 48, 1) chessboard: sharp, with a known mean."""
    rows, columns = np.mgrid[0:48, 0:48] // cell
    return np.where((rows + columns) % 2, high, low).astype(np.uint8)[None, :, :, None]


def test_no_crops_give_no_numbers():
    none = np.empty((0, 48, 48, 1), np.uint8)
    assert quality.brightness(none).shape == quality.sharpness(none).shape == (0,)


def test_brightness_is_the_mean_grey():
    assert quality.brightness(checks(60, 180)).tolist() == [120]


def test_a_flat_picture_has_no_sharpness():
    assert quality.sharpness(np.full((1, 48, 48, 1), 77, np.uint8)).tolist() == [0]


def test_the_finest_pattern_has_the_greatest_sharpness():
    """A chessboard of single pixels: the Laplacian is eight times the deviation, so its variance 64 times."""
    assert quality.sharpness(checks(cell=1))[0] == pytest.approx(64, rel=0.03)


def test_blur_lowers_sharpness_step_by_step():
    steps = [
        quality.sharpness(cv2.GaussianBlur(checks()[0], (0, 0), sigma)[None, :, :, None])[0] for sigma in (1, 2, 4)
    ]
    assert quality.sharpness(checks())[0] > steps[0] > steps[1] > steps[2]


@pytest.mark.parametrize("gain", [0.5, 0.25])
def test_less_light_is_not_less_sharpness(gain):
    dimmed = (checks() * gain).astype(np.uint8)
    assert quality.sharpness(dimmed)[0] == pytest.approx(quality.sharpness(checks())[0], rel=0.02)


@pytest.mark.parametrize(
    ("box", "crop", "reason", "why"),
    [
        (GOOD_BOX, checks(), None, "a good face"),
        ((0, 0, 12, 12), checks(), Reason.TOO_SMALL, "few pixels"),
        ((0, 0, 12, 90), checks(), Reason.TOO_SMALL, "the shorter side counts"),
        (GOOD_BOX, checks(2, 16), Reason.TOO_DARK, "little light"),
        (GOOD_BOX, np.full((1, 48, 48, 1), 120, np.uint8), Reason.BLURRED, "no edge"),
        ((0, 0, 12, 12), checks(2, 16), Reason.TOO_SMALL, "size is asked first"),
        (GOOD_BOX, np.full((1, 48, 48, 1), 5, np.uint8), Reason.TOO_DARK, "light is asked before sharpness"),
    ],
)
def test_the_first_reason_that_holds_is_given(box, crop, reason, why):
    assert quality.why_unreadable(box, crop) is reason


@pytest.mark.parametrize(
    ("frame", "off", "why"),
    [
        (np.zeros((240, 320, 3)), True, "a switched-off camera"),
        (np.full((240, 320, 3), 16), True, "its black in limited range"),
        (np.zeros((1, 1, 3)), True, "one black pixel"),
        (np.full((240, 320, 3), 16) + np.indices((240, 320)).sum(0)[:, :, None] % 2, True, "black through a codec"),
        (np.full((240, 320, 3), 90), False, "an even grey wall"),
        (np.random.default_rng(0).normal(8, 5, (240, 320, 3)).clip(0, 255), False, "a dark room's sensor noise"),
        (np.arange(320)[None, :, None] / 320 * 20 + np.zeros((240, 320, 3)), False, "a glimmer from one side"),
    ],
)
def test_black_is_off_and_dark_is_not(frame, off, why):
    assert quality.is_camera_off(frame.astype(np.uint8)) is off


def test_the_limits_refuse_no_face_of_an_even_size_and_light():
    """Around a crop as sharp as FER2013's softest (0.12) and as dark as its darkest percent (54) there is room."""
    assert quality.MIN_SHARPNESS < 0.12 / 2
    assert quality.MIN_BRIGHTNESS < 54
    assert quality.MIN_FACE_PX < 40


def test_a_box_that_leaves_the_frame_is_measured_on_repeated_edges():
    frame = np.full((60, 60, 3), 100, np.uint8)
    crop = crop_faces(frame, np.array([[-40, -40, 30, 30]]))
    assert quality.brightness(crop)[0] == pytest.approx(100, abs=1)
