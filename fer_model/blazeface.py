"""What goes into MediaPipe's BlazeFace networks and what comes out: letterbox, anchors, boxes, suppression.

V. Bazarevsky et al.: "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019, arXiv:1907.05047. The
constants are those of MediaPipe's own graphs (version 0.10.21, ``face_detection_short_range.pbtxt`` and
``face_detection_full_range.pbtxt``, and ``face_detector_graph.cc`` of its Tasks). tests/reference compares the result
with MediaPipe itself.
"""

from functools import lru_cache

import cv2
import numpy as np

from fer_model.faces import KEYPOINTS, Faces

# By the side of the network's square input in pixels: (stride of a grid of anchors, anchors in each of its cells).
GRIDS: dict[int, tuple[tuple[int, int], ...]] = {
    128: ((8, 2), (16, 6)),  # short range
    192: ((4, 1),),  # full range
}
VALUES = 2 * (2 + len(KEYPOINTS))  # of an anchor: centre, sides, keypoints, each as x and y
SAME_FACE = 0.3  # intersection over union above which two boxes are the same face


def anchors(side_px: int) -> np.ndarray:
    """(n, 2) float32 x and y of the anchors of a network, in shares of its input; raises ``KeyError``."""
    grids = []
    for stride, each in GRIDS[side_px]:
        middles = (np.arange(side_px // stride, dtype=np.float32) + 0.5) * (stride / side_px)
        x, y = np.meshgrid(middles, middles)
        grids.append(np.repeat(np.column_stack([x.ravel(), y.ravel()]), each, axis=0))
    return np.concatenate(grids)


def letterbox(frame_bgr: np.ndarray, side_px: int) -> np.ndarray:
    """The whole picture in the middle of a square, as the network was trained to see it.

    Args:
        frame_bgr: (H, W, 3) uint8.

    Returns:
        (1, side, side, 3) float32 RGB in [-1, 1]; beside the picture it is black.
    """
    where, fractions = _source_of(*frame_bgr.shape[:2], side_px)
    square = cv2.remap(frame_bgr, where, fractions, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    # OpenCV turns colours round many times faster than an index that runs backwards.
    rgb = cv2.cvtColor(square, cv2.COLOR_BGR2RGB)[None]
    return np.multiply(rgb, np.float32(1 / 127.5), dtype=np.float32) - np.float32(1)


@lru_cache(maxsize=8)
def _source_of(height: int, width: int, side_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel of the square comes from, as ``cv2.remap`` takes it.

    Two things look wrong and are MediaPipe's: corner lies on corner, not centre on centre, and places are rounded to
    1/32 of a pixel. Any other resampling moves scores by up to 0.2.
    """
    longer = max(height, width)
    steps = np.arange(side_px, dtype=np.float32) * np.float32(longer / side_px)
    x, y = np.meshgrid(steps - np.float32((longer - width) / 2), steps - np.float32((longer - height) / 2))
    return cv2.convertMaps(x, y, cv2.CV_16SC2)


def decode(
    values: np.ndarray, logits: np.ndarray, anchors: np.ndarray, side_px: int, min_score: float
) -> tuple[np.ndarray, np.ndarray]:
    """What the network says, without what it is not sure of.

    Args:
        values: (n, 16) float32, in pixels of the input and from the anchor, but the sides: ``VALUES``.
        logits: (n,) float32.
        anchors: (n, 2) as ``anchors`` gives them.
        min_score: in (0, 1].

    Returns:
        (m, 8, 2) float32 points in shares of the input: left top, right bottom, then the keypoints; and (m,) float32
        scores in [0, 1].
    """
    # Almost all anchors see no face: compared before the sigmoid, which would cost more than all that follows.
    sure = np.flatnonzero(logits >= _logit(min_score))
    around = anchors[sure, None]
    at = values[sure].reshape(-1, VALUES // 2, 2) / np.float32(side_px)
    centre, half = at[:, :1] + around, at[:, 1:2] / 2
    points = np.concatenate([centre - half, centre + half, at[:, 2:] + around], axis=1)
    right = np.isfinite(points).all(axis=(1, 2)) & (half >= 0).all(axis=(1, 2))
    return points[right], (1 / (1 + np.exp(-logits[sure[right]]))).astype(np.float32)


def suppress(points: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted non-maximum suppression: a face is the mean of what was found of it, weighted by score.

    The paper's "blending" (section 3.4), which jitters less from frame to frame than the highest score alone.

    Args:
        points: (m, 8, 2) and ``score``: (m,) as ``decode`` gives them.

    Returns:
        (k, 8, 2) and (k,), the highest score first; the score is the highest of those that were joined.
    """
    left = np.argsort(-score, kind="stable")
    faces, scores = [], []
    while len(left):
        same = _overlap(points[left[0], :2], points[left, :2]) > SAME_FACE
        same[0] = True  # also a box without an area
        faces.append(np.average(points[left[same]], axis=0, weights=score[left[same]]))
        scores.append(score[left[0]])
        left = left[~same]
    return np.array(faces, np.float32).reshape(-1, VALUES // 2, 2), np.array(scores, np.float32)


def in_frame(points: np.ndarray, score: np.ndarray, height: int, width: int) -> Faces:
    """Shares of the letterbox as pixels of the picture that was put into it."""
    longer = max(height, width)
    pixels = points * np.float32(longer) - np.array([longer - width, longer - height], np.float32) / 2
    return Faces(pixels[:, :2].reshape(-1, 4), score, pixels[:, 2:])


def _overlap(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(m,) intersection over union of a (2, 2) box with (m, 2, 2) boxes."""
    both = np.clip(np.minimum(one[1], others[:, 1]) - np.maximum(one[0], others[:, 0]), 0, None).prod(axis=1)
    union = (one[1] - one[0]).prod() + (others[:, 1] - others[:, 0]).prod(axis=1) - both
    return both / np.maximum(union, np.float32(1e-12))


def _logit(share: float) -> float:
    return np.inf if share >= 1 else float(np.log(share / (1 - share)))
