"""The faces of one sampled frame of a recording, as they travel between processes."""

from dataclasses import dataclass

import cv2
import numpy as np

from classroom.recordings import Sample
from fer_model.crowd import Crowd
from fer_model.reading import Reason
from fer_model.tracker import surroundings

THUMBNAIL_PX = 72
THUMBNAIL_OF_FACE = 1.5  # side of what is shown / side of the face's box


@dataclass(frozen=True)
class SampledFaces:
    """The faces of one sampled frame; row i of everything is the same face.

    Attributes:
        at_s: seconds from the recording's start.
        boxes_xyxy: (n, 4) float32 in pixels of the frame.
        scores: (n,) float32, how sure the detector is.
        probs: (n, 7) float32 in the order of ``EMOTIONS``, NaN where a face was not good enough to be read.
        reasons: why a face has no expression, ``None`` where it has one.
        looks: (n, 5, 5, 3) float32 their surroundings, for the tracker.
        thumbnails: JPEG of each face, or none at all: they are made for every tenth sample.
        names: what the label of each face says, empty where it has none; none at all where labels were not read.
    """

    at_s: float
    boxes_xyxy: np.ndarray
    scores: np.ndarray
    probs: np.ndarray
    reasons: tuple[Reason | None, ...]
    looks: np.ndarray
    thumbnails: tuple[bytes, ...]
    names: tuple[str, ...] = ()


def sampled_faces(sample: Sample, crowd: Crowd, with_thumbnails: bool, names: tuple[str, ...] = ()) -> SampledFaces:
    boxes = crowd.faces.boxes_xyxy
    thumbnails = tuple(_thumbnail(sample.frame_bgr, box) for box in boxes) if with_thumbnails else ()
    looks = surroundings(sample.frame_bgr, boxes)
    return SampledFaces(sample.at_s, boxes, crowd.faces.score, crowd.probs, crowd.reasons, looks, thumbnails, names)


def _thumbnail(frame_bgr: np.ndarray, box_xyxy: np.ndarray) -> bytes:
    centre, side = (box_xyxy[:2] + box_xyxy[2:]) / 2, THUMBNAIL_OF_FACE * float((box_xyxy[2:] - box_xyxy[:2]).max())
    steps = side * ((np.arange(THUMBNAIL_PX) + 0.5) / THUMBNAIL_PX - 0.5)
    x = np.clip(centre[0] + steps, 0, frame_bgr.shape[1] - 1).astype(int)
    y = np.clip(centre[1] + steps, 0, frame_bgr.shape[0] - 1).astype(int)
    return cv2.imencode(".jpg", frame_bgr[np.ix_(y, x)], [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
