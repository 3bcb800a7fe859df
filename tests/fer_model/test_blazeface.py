import numpy as np
import pytest

from fer_model import blazeface


def found(*faces: tuple[float, float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Faces as ``decode`` gives them, from (left, top, side, score); all keypoints lie in the middle."""
    points = np.empty((len(faces), 8, 2), np.float32)
    for row, (left, top, side, _) in zip(points, faces, strict=True):
        row[0], row[1], row[2:] = (left, top), (left + side, top + side), (left + side / 2, top + side / 2)
    return points, np.array([face[3] for face in faces], np.float32)


@pytest.mark.parametrize(
    ("side_px", "count", "first", "last"),
    [
        (128, 896, (4 / 128, 4 / 128), (120 / 128, 120 / 128)),  # 16 x 16 x 2 and 8 x 8 x 6
        (192, 2304, (2 / 192, 2 / 192), (190 / 192, 190 / 192)),  # 48 x 48
    ],
)
def test_anchors_are_the_middles_of_their_cells_row_by_row(side_px, count, first, last):
    anchors = blazeface.anchors(side_px)
    assert anchors.shape == (count, 2)
    assert anchors[0] == pytest.approx(first)
    assert anchors[-1] == pytest.approx(last)
    below = np.flatnonzero(anchors[:, 1] > anchors[0, 1])[0]
    assert (np.diff(anchors[:below, 0]) >= 0).all()  # the first row goes to the right


def test_a_network_of_another_size_has_no_anchors():
    with pytest.raises(KeyError):
        blazeface.anchors(224)


def test_a_picture_that_fits_goes_in_as_it_is():
    frame = np.random.default_rng(0).integers(0, 256, (128, 128, 3), np.uint8)
    square = blazeface.letterbox(frame, 128)
    assert (square.shape, square.dtype) == ((1, 128, 128, 3), np.float32)
    assert np.allclose(square[0], frame[:, :, ::-1] / 127.5 - 1, atol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(100, 200), (200, 100), (1, 500), (500, 1)])
def test_beside_the_picture_it_is_black(height, width):
    square = blazeface.letterbox(np.full((height, width, 3), 255, np.uint8), 128)[0]
    lit = square.mean(axis=2) > -0.99
    rows, columns = lit.any(axis=1).sum(), lit.any(axis=0).sum()
    longer = max(height, width)
    assert abs(rows - 128 * height / longer) <= 1 and abs(columns - 128 * width / longer) <= 1
    assert square.min() == -1 or height == width


def test_nothing_sure_is_nothing():
    anchors = blazeface.anchors(128)
    values, logits = np.zeros((896, 16), np.float32), np.full(896, -9, np.float32)
    points, score = blazeface.decode(values, logits, anchors, 128, 0.5)
    assert (points.shape, score.shape) == ((0, 8, 2), (0,))
    faces = blazeface.in_frame(*blazeface.suppress(points, score), 240, 320)
    assert len(faces) == 0


def test_values_count_from_their_anchor_in_pixels_of_the_input():
    anchors = blazeface.anchors(128)
    values, logits = np.zeros((896, 16), np.float32), np.full(896, -9, np.float32)
    values[5] = [8, 16, 32, 64, *range(12)]
    logits[5] = 2.0
    points, score = blazeface.decode(values, logits, anchors, 128, 0.5)
    centre = anchors[5] + (8 / 128, 16 / 128)
    assert score == pytest.approx([1 / (1 + np.exp(-2))])
    assert points[0, 0] == pytest.approx(centre - (16 / 128, 32 / 128))
    assert points[0, 1] == pytest.approx(centre + (16 / 128, 32 / 128))
    assert points[0, 2] == pytest.approx(anchors[5] + (0, 1 / 128))
    assert points[0, 7] == pytest.approx(anchors[5] + (10 / 128, 11 / 128))


@pytest.mark.parametrize(("logit", "min_score", "kept"), [(0.0, 0.5, 1), (-0.001, 0.5, 0), (2.0, 0.9, 0), (9.0, 1.0, 0)])  # fmt: skip
def test_the_smallest_score_is_still_a_face(logit, min_score, kept):
    points, _ = blazeface.decode(
        np.ones((1, 16), np.float32), np.array([logit], np.float32), np.zeros((1, 2), np.float32), 128, min_score
    )
    assert len(points) == kept


@pytest.mark.parametrize("broken", [np.nan, np.inf, -1.0])
def test_a_box_that_is_none_is_dropped(broken):
    """NaN, infinite, or turned inside out: one such number would end the reading of a whole batch."""
    values = np.ones((2, 16), np.float32)
    values[0, 2] = broken
    points, score = blazeface.decode(values, np.ones(2, np.float32), np.zeros((2, 2), np.float32), 128, 0.5)
    assert (len(points), len(score)) == (1, 1)


def test_what_was_found_twice_is_the_mean_weighted_by_score():
    points, score = blazeface.suppress(*found((0.10, 0.1, 0.2, 0.9), (0.14, 0.1, 0.2, 0.6)))
    assert score == pytest.approx([0.9])
    assert points[0, 0] == pytest.approx([(0.10 * 0.9 + 0.14 * 0.6) / 1.5, 0.1])


def test_faces_side_by_side_stay_two_the_highest_score_first():
    points, score = blazeface.suppress(*found((0.1, 0.1, 0.2, 0.6), (0.5, 0.1, 0.2, 0.9)))
    assert score == pytest.approx([0.9, 0.6])
    assert points[:, 0, 0] == pytest.approx([0.5, 0.1])


def test_a_face_joins_the_highest_score_it_overlaps_not_a_chain():
    """0.1 and 0.22 do not overlap enough; 0.16 in between belongs to the one with the highest score."""
    points, score = blazeface.suppress(*found((0.10, 0.1, 0.2, 0.9), (0.16, 0.1, 0.2, 0.8), (0.22, 0.1, 0.2, 0.7)))
    assert score == pytest.approx([0.9, 0.7])
    assert points[1, 0] == pytest.approx([0.22, 0.1])


def test_boxes_without_an_area_end():
    points, score = blazeface.suppress(*found((0.1, 0.1, 0.0, 0.9), (0.1, 0.1, 0.0, 0.8)))
    assert len(points) == len(score) == 2


@pytest.mark.parametrize(("height", "width"), [(240, 320), (320, 240), (64, 64)])
def test_the_middle_of_the_square_is_the_middle_of_the_picture(height, width):
    faces = blazeface.in_frame(*found((0.4, 0.4, 0.2, 0.9)), height, width)
    left, top, right, bottom = faces.boxes_xyxy[0]
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((width / 2, height / 2))
    assert right - left == pytest.approx(0.2 * max(height, width))
    assert faces.keypoints[0, 0] == pytest.approx((width / 2, height / 2))
