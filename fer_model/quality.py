"""Is there enough of a face in the pixels to read it: light, sharpness, size.

Light and sharpness are measured on the 48 x 48 crop, so on what the network is given, at one fixed size for every camera.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from fer_model.preprocess import check_frame
from fer_model.reading import Reason

MIN_FACE_PX = 28.0
MIN_BRIGHTNESS = 40.0
MIN_SHARPNESS = 40.0
MIN_FRAME_BRIGHTNESS = 30.0
OFF_BRIGHTNESS = 20.0
OFF_CONTRAST = 2.0


def brightness(crops: np.ndarray) -> np.ndarray:
    """(n,) mean grey value of (n, 48, 48, 1) uint8 crops, 0 (black) to 255."""
    return crops.mean(axis=(1, 2, 3), dtype=np.float64)


def sharpness(crops: np.ndarray) -> np.ndarray:
    """(n,) variance of the Laplacian of (n, 48, 48, 1) uint8 crops, 0 (flat) upwards.

    J. L. Pech-Pacheco et al.: "Diatom autofocusing in brightfield microscopy: a comparative study", ICPR 2000 (LAP4).
    """
    return np.array([cv2.Laplacian(crop[:, :, 0], cv2.CV_32F).var() for crop in crops], np.float64)


def face_size_px(box_xyxy: Sequence[float] | np.ndarray) -> float:
    """The shorter side of a box in pixels of the frame."""
    left, top, right, bottom = box_xyxy
    return float(min(right - left, bottom - top))


def frame_brightness(frame_bgr: np.ndarray) -> float:
    """Mean value of a frame's pixels, 0 (black) to 255."""
    return float(_glance(frame_bgr).mean())


def is_camera_off(frame_bgr: np.ndarray) -> bool:
    """Whether the frame is the black one that a browser sends for a switched-off camera, or a covered lens."""
    glance = _glance(frame_bgr)
    return bool(glance.mean() < OFF_BRIGHTNESS and glance.std() < OFF_CONTRAST)


def why_unreadable(box_xyxy: Sequence[float] | np.ndarray, crop: np.ndarray) -> Reason | None:
    """Why a found face cannot be read, ``None`` when it can.

    Args:
        box_xyxy: the detector's box in pixels of the frame.
        crop: (1, 48, 48, 1) uint8, the same face from ``crop_faces``.
    """
    if face_size_px(box_xyxy) < MIN_FACE_PX:
        return Reason.TOO_SMALL
    if brightness(crop)[0] < MIN_BRIGHTNESS:
        return Reason.TOO_DARK
    if sharpness(crop)[0] < MIN_SHARPNESS:
        return Reason.BLURRED
    return None


def _glance(frame_bgr: np.ndarray) -> np.ndarray:
    """Every fourth pixel: enough for a mean, and 16 times cheaper for every frame of every student."""
    check_frame(frame_bgr)
    return frame_bgr[::4, ::4].astype(np.float32)
