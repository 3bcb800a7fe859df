"""A picture file as it was uploaded, to the frame that the engine reads. In memory only.

The header is asked before anything is decoded: a small file can unpack into more pixels than the memory holds.
"""

import io

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from classroom.errors import BadInput

MAX_MB = 20
MAX_MEGAPIXELS = 25
# The detector looks at 128 x 128 pixels of the whole picture, so more than this only costs time on the way to it.
FRAME_SIDE_PX = 1280
SHOWN_SIDE_PX = 640
# For pictures of many: a face of 40 px still has enough for reading it, and searching the whole takes seconds at most.
CROWD_SIDE_PX = 2560
# What a student's page takes of its camera in place of video is 320 x 240.
MAX_CAMERA_BYTES = 100_000
MAX_CAMERA_SIDE_PX = 640

_FORMATS = ("JPEG", "PNG", "WEBP")
_SAVE_AS = "Save it as JPEG, PNG or WebP and try again."
_DAMAGED = "This picture is damaged or cut off. Choose another one, or save it anew and try again."


def frame_of(content: bytes, side_px: int | None = FRAME_SIDE_PX) -> np.ndarray:
    """(H, W, 3) uint8 BGR of a JPEG, PNG or WebP file, upright, its longer side at most ``side_px`` (whole: ``None``).

    Raises:
        BadInput: not such a picture, damaged, animated or too large; with what to do.
    """
    if not content:
        raise BadInput("This file is empty. Choose another one.")
    if len(content) > MAX_MB * 1024 * 1024:
        raise BadInput(f"This file is larger than {MAX_MB} MB. {_SAVE_AS}")
    _check_header(content)
    frame_bgr = _decoded(content)
    if frame_bgr is None:
        raise BadInput(_DAMAGED)
    return frame_bgr if side_px is None else at_most(frame_bgr, side_px)


def camera_frame_of(content: bytes) -> np.ndarray:
    """(H, W, 3) uint8 BGR of a JPEG that a student's page took of its camera.

    Raises:
        BadInput: anything else, or larger than such pages make.
    """
    if len(content) > MAX_CAMERA_BYTES:
        raise BadInput(f"A picture of a camera has at most {MAX_CAMERA_BYTES} bytes, this one {len(content)}.")
    width, height = _check_header(content, ("JPEG",))
    if max(width, height) > MAX_CAMERA_SIDE_PX:
        raise BadInput(f"A picture of a camera is at most {MAX_CAMERA_SIDE_PX} pixels wide and high.")
    frame_bgr = _decoded(content)
    if frame_bgr is None:
        raise BadInput(_DAMAGED)
    return frame_bgr


def jpeg_of(frame_bgr: np.ndarray) -> bytes:
    """The frame as a JPEG for the page of who uploaded it, its longer side at most ``SHOWN_SIDE_PX``."""
    return cv2.imencode(".jpg", at_most(frame_bgr, SHOWN_SIDE_PX))[1].tobytes()


def at_most(frame_bgr: np.ndarray, side_px: int) -> np.ndarray:
    """The picture shrunk so that its longer side has at most ``side_px``."""
    height, width = frame_bgr.shape[:2]
    scale = side_px / max(height, width)
    if scale >= 1:
        return frame_bgr
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return cv2.resize(frame_bgr, size, interpolation=cv2.INTER_AREA)


def _check_header(content: bytes, formats: tuple[str, ...] = _FORMATS) -> tuple[int, int]:
    """Width and height as the header says, before anything is decoded."""
    try:
        header = Image.open(io.BytesIO(content), formats=formats)
    except UnidentifiedImageError as error:
        raise BadInput(f"This file is not a JPEG, PNG or WebP picture, whatever its name says. {_SAVE_AS}") from error
    except Image.DecompressionBombError as error:
        raise BadInput(_too_many(f"far more than {MAX_MEGAPIXELS}")) from error
    except (OSError, ValueError, SyntaxError, TypeError) as error:  # what Pillow meets in broken files
        raise BadInput(_DAMAGED) from error
    with header:
        width, height = header.size
        if width * height > MAX_MEGAPIXELS * 1_000_000:
            raise BadInput(_too_many(f"{width * height / 1_000_000:.0f}"))
        # Some phones write a JPEG with a second view behind it (MPO), which counts as animated and is none.
        if header.format in ("PNG", "WEBP") and getattr(header, "is_animated", False):
            raise BadInput("This picture is animated. Save one still picture of it and try that.")
        return width, height


def _decoded(content: bytes) -> np.ndarray | None:
    """Upright, as the file's EXIF entry says; ``None`` when it cannot be decoded to its end."""
    try:
        return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None


def _too_many(megapixels: str) -> str:
    return f"This picture has {megapixels} megapixels, and at most {MAX_MEGAPIXELS} can be read. Make it smaller first."
