import cv2
import numpy as np
import pytest

from fer_model.errors import FrameError
from fer_model.preprocess import (
    FULL_RANGE_FRAMING,
    LIT_BRIGHTNESS,
    SHORT_RANGE_FRAMING,
    Framing,
    check_frame,
    crop_faces,
    crop_squares,
    lift_dark,
)

AS_IT_IS = Framing(scale=1.0, shift_y=0.0)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth(height: int, width: int) -> np.ndarray:
    """A picture in which every position has its own grey."""
    down, across = np.mgrid[0:height, 0:width]
    return np.repeat(((down / height + 2 * across / width) * 80).astype(np.uint8)[:, :, None], 3, axis=2)


def test_no_boxes_give_no_crops():
    crops = crop_faces(noise(20, 30), np.empty((0, 4)))
    assert crops.shape == (0, 48, 48, 1)
    assert crops.dtype == np.uint8


def test_a_48_px_square_is_copied_untouched():
    frame = noise(100, 120)
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    crop = crop_faces(frame, np.array([[30, 20, 78, 68]]), AS_IT_IS)
    np.testing.assert_array_equal(crop[0, :, :, 0], grey[20:68, 30:78])


@pytest.mark.parametrize("times", [2, 3, 5])
def test_a_large_face_is_averaged_over_areas_not_sampled(times):
    side = 48 * times
    frame = noise(side, side)
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY).astype(float)
    means = grey.reshape(48, times, 48, times).mean(axis=(1, 3))
    crop = crop_faces(frame, np.array([[0, 0, side, side]]), AS_IT_IS)[0, :, :, 0]
    assert np.abs(crop - means).max() <= 1


@pytest.mark.parametrize("framing", [SHORT_RANGE_FRAMING, FULL_RANGE_FRAMING])
@pytest.mark.parametrize("side", [60, 133, 240, 700])
def test_a_picture_framed_as_in_fer2013_comes_back_as_it_was(framing, side):
    """Hung into a frame at any size, with the box where a detector puts it, the crop is the picture again."""
    picture = cv2.GaussianBlur(noise(48, 48)[:, :, 0], (0, 0), 3)
    frame = np.full((side + 101, side + 200, 3), 128, np.uint8)
    large = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
    frame[37 : 37 + side, 53 : 53 + side] = large[:, :, None]
    box_side = side / framing.scale
    centre = np.array([53 + side / 2, 37 + side / 2 - framing.shift_y * box_side])
    box = np.concatenate([centre - box_side / 2, centre + box_side / 2])
    crop = crop_faces(frame, box[None], framing)[0, :, :, 0]
    assert np.abs(crop.astype(int) - picture).mean() < 1.5


def test_the_crop_reaches_higher_than_the_box_because_fer2013_shows_the_forehead():
    x, y, side = crop_squares(np.array([[100, 100, 200, 200]]))[0]
    assert (x, y) == pytest.approx((150, 140))
    assert y + side / 2 > 200 - 5  # and the chin stays inside


def test_a_box_that_is_not_square_counts_with_its_longer_side():
    assert crop_squares(np.array([[0, 0, 50, 100]]), AS_IT_IS)[0].tolist() == [25, 50, 100]


def test_the_forehead_of_a_head_that_lies_on_its_side_is_beside_the_box():
    """Tilted clockwise by a right angle the forehead is on the right."""
    x, y, _ = crop_squares(np.array([[100, 100, 200, 200]]), rolls_rad=np.array([np.pi / 2]))[0]
    assert (x, y) == pytest.approx((160, 150))


@pytest.mark.parametrize("degrees", [-40, 15, 90])
def test_a_tilted_face_is_cropped_as_if_it_were_upright(degrees):
    frame = cv2.normalize(cv2.GaussianBlur(noise(240, 240), (0, 0), 6), None, 0, 255, cv2.NORM_MINMAX)
    box = np.array([[70, 75, 170, 175]])
    centre = ((70 + 170) / 2 - 0.5, (75 + 175) / 2 - 0.5)
    # OpenCV turns counter-clockwise for positive angles.
    tilted = cv2.warpAffine(frame, cv2.getRotationMatrix2D(centre, -degrees, 1), (240, 240))
    upright = crop_faces(frame, box)[0].astype(int)
    back = crop_faces(tilted, box, rolls_rad=np.array([np.radians(degrees)]))[0]
    assert np.abs(back - upright).max() <= 8
    assert np.abs(crop_faces(tilted, box)[0] - upright).mean() > 10, "not turned back it is another picture"


@pytest.mark.parametrize(
    ("box", "row", "column", "corner"),
    [
        ([-60, -60, -12, -12], 0, 0, (0, 0)),
        ([500, 500, 548, 548], 0, 0, (-1, -1)),
        ([-24, 10, 24, 58], 20, 0, (30, 0)),
        ([76, 10, 124, 58], 20, 47, (30, -1)),
    ],
)
def test_outside_the_frame_its_edge_is_repeated(box, row, column, corner):
    frame = smooth(80, 100)
    crop = crop_faces(frame, np.array([box]), AS_IT_IS)
    assert abs(int(crop[0, row, column, 0]) - int(frame[corner][0])) <= 1


@pytest.mark.parametrize(
    ("shape", "box"),
    [
        ((1, 1), [0, 0, 1, 1]),
        ((1, 300), [0, 0, 5, 5]),
        ((300, 1), [0, 0, 5, 5]),
        ((20, 20), [5, 5, 5, 5]),
        ((20, 20), [-1e6, -1e6, 1e6, 1e6]),
        ((20, 20), [1e6, 1e6, 1e6 + 50, 1e6 + 50]),
        ((2000, 3000), [0, 0, 2000, 2000]),
    ],
)
def test_no_size_of_frame_or_box_breaks_it(shape, box):
    for roll in (0.0, 0.5):
        crops = crop_faces(noise(*shape), np.array([box]), rolls_rad=np.array([roll]))
        assert crops.shape == (1, 48, 48, 1)


def test_every_face_is_cropped_as_if_it_were_alone():
    frame, boxes = noise(200, 300), np.array([[10, 10, 80, 80], [150, 60, 290, 200], [-20, 5, 60, 85]])
    rolls = np.array([0.0, 0.4, -0.7])
    alone = np.concatenate(
        [crop_faces(frame, box[None], rolls_rad=roll[None]) for box, roll in zip(boxes, rolls, strict=True)]
    )
    np.testing.assert_array_equal(crop_faces(frame, boxes, rolls_rad=rolls), alone)


def test_a_view_into_a_larger_array_gives_the_same_crop():
    frame = noise(120, 160)
    mirrored = frame[:, ::-1]
    box = np.array([[20, 20, 90, 90]])
    np.testing.assert_array_equal(crop_faces(mirrored, box), crop_faces(mirrored.copy(), box))


def test_no_crops_are_lifted_to_no_crops():
    assert lift_dark(np.empty((0, 48, 48, 1), np.uint8)).shape == (0, 48, 48, 1)


def test_a_dark_crop_is_lifted_and_a_bright_one_left_alone():
    bright = (np.indices((48, 48)).sum(0) + 90).astype(np.uint8)[:, :, None]
    dark = (bright * 0.25).astype(np.uint8)
    lifted = lift_dark(np.stack([bright, dark]))
    np.testing.assert_array_equal(lifted[0], bright)
    assert lifted[1].mean() == pytest.approx(LIT_BRIGHTNESS, abs=1)
    # Contrast comes back with the light: adding a constant instead would leave it flat.
    assert lifted[1].std() / lifted[1].mean() == pytest.approx(bright.std() / bright.mean(), rel=0.03)


@pytest.mark.parametrize("value", [0, 1, 255])
def test_lifting_survives_black_and_white(value):
    lifted = lift_dark(np.full((1, 48, 48, 1), value, np.uint8))
    assert lifted.dtype == np.uint8 and (lifted >= value).all()


def test_lifting_twice_is_lifting_once():
    once = lift_dark((noise(48, 48)[None, :, :, :1] * 0.2).astype(np.uint8))
    assert np.abs(lift_dark(once).astype(int) - once).max() <= 1


def test_the_frame_is_not_changed():
    frame = noise(60, 60)
    before = frame.copy()
    crop_faces(frame, np.array([[-5, -5, 80, 80]]))
    np.testing.assert_array_equal(frame, before)


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (None, "not an array"),
        (np.zeros((4, 4), np.uint8), "grey"),
        (np.zeros((4, 4, 4), np.uint8), "with alpha"),
        (np.zeros((4, 4, 3), np.float32), "floats"),
        (np.zeros((0, 4, 3), np.uint8), "no pixel"),
        (np.zeros((1, 40_000, 3), np.uint8), "too wide"),
    ],
)
def test_what_is_not_a_picture_is_refused(frame, why):
    with pytest.raises(FrameError):
        check_frame(frame)
    with pytest.raises(FrameError):
        crop_faces(frame, np.empty((0, 4)))
