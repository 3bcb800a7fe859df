"""From a box in a frame to the 48 x 48 grey picture that the network sees. The only place where this is done.

The network learned from FER2013, whose pictures frame the face in their own way, so a crop must frame it the same way.
A ``Framing`` carries a detector's box to that frame. Each detector draws its own boxes, so each has its own; both are
measured, not chosen. Tilted heads are set upright: a tilt of 45 degrees would cost a fifth of the readings, and costs
nothing then (benchmarks/tilt.py and its result).
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_model.errors import FrameError

SIZE_PX = 48


@dataclass(frozen=True)
class Framing:
    """How the square crop lies around a detector's box.

    Attributes:
        scale: side of the crop / side of the box.
        shift_y: centre of the crop - centre of the box, in box sides; negative is up, towards the forehead.
    """

    scale: float
    shift_y: float


# Medians over FER2013 Training pictures (benchmarks/crop_margin.py, benchmarks/results/crop_margin.json). Cross-checked
# on photographs: both put eyes and mouth where FER2013 has them, within 0.05 of the crop's side. Measured with boxes
# cut to whole pixels. Exact ones give 1.20 and -0.11, well within their spread: not changed, since every figure of the
# network was measured with these.
SHORT_RANGE_FRAMING = Framing(scale=1.21, shift_y=-0.10)
FULL_RANGE_FRAMING = Framing(scale=1.12, shift_y=-0.05)

# Pictures darker than this are lifted to it, in training as well. Tried 60 to 120 with a network that had been trained
# on pictures as they are: in a quarter of the light, with sensor noise, it was right on 78 to 79 % of FER+ (PublicTest)
# instead of 75 %; in full light 80 cost it 0.1 points and 120 0.4. Pictures' median has a mean grey of 129.
LIT_BRIGHTNESS = 80.0

_MAX_SIDE_PX = 32_000  # OpenCV's warps address source pixels with 16-bit numbers
_MAX_SAMPLES = 16  # per output pixel and axis; a face larger than 768 px is sampled, not averaged in full


def check_frame(frame_bgr: np.ndarray) -> None:
    """Refuses what is not a picture.

    Raises:
        FrameError: not an (H, W, 3) uint8 array with at least one pixel, or a side longer than 32,000 pixels.
    """
    if not isinstance(frame_bgr, np.ndarray):
        raise FrameError(f"expected an (H, W, 3) uint8 array, got {type(frame_bgr).__name__}; decode the picture first")
    if frame_bgr.dtype != np.uint8 or frame_bgr.ndim != 3 or frame_bgr.shape[2] != 3 or frame_bgr.size == 0:
        raise FrameError(
            f"expected an (H, W, 3) uint8 array, got {frame_bgr.shape} {frame_bgr.dtype}; convert to 8-bit BGR first"
        )
    if max(frame_bgr.shape) > _MAX_SIDE_PX:
        raise FrameError(f"expected at most {_MAX_SIDE_PX} pixels a side, got {frame_bgr.shape}; shrink the picture")


def crop_squares(
    boxes_xyxy: np.ndarray, framing: Framing = SHORT_RANGE_FRAMING, rolls_rad: np.ndarray | None = None
) -> np.ndarray:
    """(n, 3) float64 centre x, centre y and side in pixels of the squares that frame the faces as FER2013 does.

    Args:
        boxes_xyxy: (n, 4) detector boxes in pixels. One that is not square counts with its longer side.
        rolls_rad: (n,) ``Faces.rolls_rad``: where a head's up is; upright without it.
    """
    boxes = np.asarray(boxes_xyxy, dtype=np.float64).reshape(-1, 4)
    rolls = np.zeros(len(boxes)) if rolls_rad is None else np.asarray(rolls_rad, dtype=np.float64)
    # At least one pixel, so that an empty box gives a picture of one colour instead of a division by zero.
    box_side = np.maximum((boxes[:, 2:] - boxes[:, :2]).max(axis=1), 1.0)
    down = np.column_stack([-np.sin(rolls), np.cos(rolls)])
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2 + down * (framing.shift_y * box_side)[:, None]
    return np.column_stack([centre, framing.scale * box_side])


def crop_faces(
    frame_bgr: np.ndarray,
    boxes_xyxy: np.ndarray,
    framing: Framing = SHORT_RANGE_FRAMING,
    rolls_rad: np.ndarray | None = None,
) -> np.ndarray:
    """The faces as the network wants them, set upright.

    Where a crop leaves the frame, the frame's edge is repeated. Every output pixel is the mean over its area, so a
    large face does not alias; a small one is enlarged linearly.

    Args:
        frame_bgr: (H, W, 3) uint8.
        boxes_xyxy: (n, 4) detector boxes in pixels; they may reach outside the frame.
        framing: of the detector that drew the boxes.
        rolls_rad: (n,) ``Faces.rolls_rad``, by which the crops are turned back; not turned without it.

    Returns:
        (n, 48, 48, 1) uint8 grey (ITU-R BT.601 luma).

    Raises:
        FrameError: ``frame_bgr`` is not such a picture.
    """
    check_frame(frame_bgr)
    squares = crop_squares(boxes_xyxy, framing, rolls_rad)
    rolls = np.zeros(len(squares)) if rolls_rad is None else rolls_rad
    crops = np.empty((len(squares), SIZE_PX, SIZE_PX, 1), np.uint8)
    for crop, (x, y, side), roll in zip(crops, squares, rolls, strict=True):
        crop[:, :, 0] = _square(frame_bgr, x, y, side, float(roll))
    return crops


def lift_dark(crops: np.ndarray) -> np.ndarray:
    """Multiplies each crop that is darker than ``LIT_BRIGHTNESS`` up to it; brighter ones stay as they are.

    A network that saw few dark pictures is wrong in the dark and sure of it, and skin that reflects less light must not
    cost a student the reading. Applied again, it changes next to nothing.

    Args:
        crops: (n, 48, 48, 1) uint8. Judge ``fer_model.quality`` on them as they were before.

    Returns:
        the same shape, uint8.
    """
    means = crops.mean(axis=(1, 2, 3), keepdims=True, dtype=np.float32)
    gains = np.maximum(LIT_BRIGHTNESS / np.maximum(means, 1), 1)
    return np.clip(np.rint(crops * gains), 0, 255).astype(np.uint8)


def _square(frame_bgr: np.ndarray, x: float, y: float, side: float, roll_rad: float) -> np.ndarray:
    """(48, 48) uint8: the square of this centre and side, turned clockwise by the roll."""
    height, width = frame_bgr.shape[:2]
    cos, sin = np.cos(roll_rad), np.sin(roll_rad)
    # Only what the turned square can touch, and a border of two pixels so that interpolation sees the true neighbours.
    reach = side * (abs(cos) + abs(sin))
    x0, x1 = _span(x - reach / 2, reach, width)
    y0, y1 = _span(y - reach / 2, reach, height)
    grey = cv2.cvtColor(np.ascontiguousarray(frame_bgr[y0:y1, x0:x1]), cv2.COLOR_BGR2GRAY)
    samples = int(np.clip(np.ceil(side / SIZE_PX), 1, _MAX_SAMPLES))
    step = side / (SIZE_PX * samples)
    turn = step * np.array([[cos, -sin], [sin, cos]])
    # Pixel i covers [i, i + 1), its centre is at i + 0.5: without the halves the crop would drift by half a step.
    first = np.array([x - x0, y - y0]) - 0.5 + turn @ np.full(2, 0.5 - SIZE_PX * samples / 2)
    fine = cv2.warpAffine(
        grey,
        np.column_stack([turn, first]),
        (SIZE_PX * samples, SIZE_PX * samples),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cv2.resize(fine, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA)


def _span(start: float, side: float, limit: int) -> tuple[int, int]:
    """First and one past the last pixel, at least one pixel inside the frame also for a crop that lies beside it."""
    first = int(np.clip(np.floor(start) - 2, 0, limit - 1))
    return first, int(np.clip(np.ceil(start + side) + 2, first + 1, limit))
