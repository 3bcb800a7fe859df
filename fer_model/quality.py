"""Is there enough of a face in the pixels to read it: light, sharpness, size.

Light and sharpness are measured on the 48 x 48 crop: on what the network is given, at one fixed size for every camera.
The limits refuse little: a refused face is a student who is not seen, and the classifier has its own way to say
"not clear". They stand where the network, 89 % right on untouched pictures (FER+ majority folded to seven emotions,
n = 3,199 of PublicTest), loses between a fiftieth and a twentieth of them: benchmarks/quality_limits.py and its result.
Tried on clips of faces before a camera in the same states.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from fer_model.preprocess import check_frame
from fer_model.reading import Reason

# Side of the detector's box. 25 px: 87 % right, 20: 85 %, 17: 84 %, 13: 78 %.
MIN_FACE_PX = 20.0

# Side of the detector's box below which no mesh is looked for: the eyes are a few pixels high then, and their opening
# is noise (benchmarks/geometry.py and its result).
MIN_MESH_PX = 40.0

# Mean grey, before ``preprocess.lift_dark`` and with sensor noise of 2 grey levels. 32: 86 % right, 23: 84 %, 16: 80 %.
# Of 3,000 Training pictures 1 % are darker than 54. Dark skin in modest light lies far below pale skin and must not be
# refused, so the limit is where the network fails. Well-lit clips had 97 to 147.
MIN_BRIGHTNESS = 23.0

# Median after a Gaussian of 1 px of 48: 0.065 and 87 % right, 1.25 px: 0.037 and 85 %, 1.5 px: 0.023 and 83 %, 2 px:
# 0.011 and 76 %. The least sharp of 3,000 Training pictures has 0.12. A woman close to the camera had 0.33 to 0.65, a
# soft low-bitrate clip of a turning head 0.04 to 0.19.
MIN_SHARPNESS = 0.04

# Mean of the whole frame; only asked when no face was found, to tell the teacher what to do about it.
MIN_FRAME_BRIGHTNESS = 30.0

# A browser's switched-off camera sends 0, or 16 where full and limited range are mixed up, and no noise beyond what a
# video codec adds. A dark room is told from it by its sensor noise and what little light there is.
OFF_BRIGHTNESS = 20.0
OFF_CONTRAST = 1.5


def brightness(crops: np.ndarray) -> np.ndarray:
    """(n,) mean grey value of (n, 48, 48, 1) uint8 crops, 0 (black) to 255."""
    return crops.mean(axis=(1, 2, 3), dtype=np.float64)


def sharpness(crops: np.ndarray) -> np.ndarray:
    """(n,) variance of the Laplacian / variance of the picture of (n, 48, 48, 1) uint8 crops: 0 (flat) to 64.

    The variance of the Laplacian is the focus measure LAP4 of J. L. Pech-Pacheco et al.: "Diatom autofocusing in
    brightfield microscopy: a comparative study", ICPR 2000. Alone it grows with the square of the contrast, so that
    weak light would look like blur; divided by the picture's variance it stays the same when the light changes.
    """
    laplacians = np.array([cv2.Laplacian(crop[:, :, 0], cv2.CV_32F).var() for crop in crops], np.float64)
    # A flat picture has no sharpness; the floor is one grey level, below which there is only rounding.
    return laplacians / np.maximum(crops.var(axis=(1, 2, 3), dtype=np.float64), 1.0)


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
