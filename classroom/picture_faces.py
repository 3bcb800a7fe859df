"""Every face of one picture file, as it travels from the process that read it to the page."""

from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from classroom.annotated import annotated
from classroom.pictures import CROWD_SIDE_PX, at_most, frame_of
from fer_model.crowd import Crowd
from fer_model.tiles import scaled

# Of the picture with its frames: enough for a large screen, and twenty of them are still some megabytes.
SHOWN_SIDE_PX = 1920
# A small picture is enlarged, or the labels would hide the people.
READABLE_SIDE_PX, MOST_ENLARGED = 1000, 3


class Reader(Protocol):
    def read(self, frame_bgr: np.ndarray) -> Crowd: ...


@dataclass(frozen=True, eq=False)
class PictureFaces:
    """One picture.

    Attributes:
        crowd: its faces, the largest first; boxes in pixels of the whole picture, upright.
        jpeg: the picture with a frame and a label at every face, its longer side at most ``SHOWN_SIDE_PX``.
    """

    width_px: int
    height_px: int
    crowd: Crowd
    jpeg: bytes


def read_picture(content: bytes, reader: Reader) -> PictureFaces:
    """Decode and read a picture file. Raises ``BadInput``."""
    frame_bgr = frame_of(content, side_px=None)
    crowd = largest_first(read_crowd(frame_bgr, reader))
    shown_bgr = _for_labels(frame_bgr)
    height_px, width_px = frame_bgr.shape[:2]
    on_shown = replace(crowd, faces=scaled(crowd.faces, shown_bgr.shape[1] / width_px))
    return PictureFaces(width_px, height_px, crowd, annotated(shown_bgr, on_shown))


def read_crowd(frame_bgr: np.ndarray, reader: Reader) -> Crowd:
    """Every face of a picture of any size; it is searched shrunk to ``CROWD_SIDE_PX``, boxes are of the whole."""
    small = at_most(frame_bgr, CROWD_SIDE_PX)
    crowd, scale = reader.read(small), frame_bgr.shape[1] / small.shape[1]
    return replace(crowd, faces=scaled(crowd.faces, scale))


def largest_first(crowd: Crowd) -> Crowd:
    """The same faces in the order in which files and pages number them."""
    order = np.argsort(-crowd.faces.areas, kind="stable")
    return Crowd(crowd.faces[order], crowd.probs[order], tuple(crowd.reasons[row] for row in order))


def _for_labels(frame_bgr: np.ndarray) -> np.ndarray:
    height, width = frame_bgr.shape[:2]
    scale = min(READABLE_SIDE_PX / max(height, width), MOST_ENLARGED)
    if scale <= 1:
        return at_most(frame_bgr, SHOWN_SIDE_PX)
    return cv2.resize(frame_bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
