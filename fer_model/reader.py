"""Reads the expression shown in a frame: detector, crop, quality, classifier, in that order."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from fer_model import quality
from fer_model.classifier import EmotionClassifier
from fer_model.detector import FaceDetector
from fer_model.errors import FrameError
from fer_model.faces import Faces
from fer_model.geometry import geometry
from fer_model.landmarks import FaceLandmarks
from fer_model.model_files import SHORT_RANGE, model_file
from fer_model.preprocess import crop_faces
from fer_model.reading import FaceReading, Geometry, Reason


class Detector(Protocol):
    def detect(self, frame_bgr: np.ndarray) -> Faces: ...

    def close(self) -> None: ...


class Classifier(Protocol):
    abstain_below: float

    def predict(self, crops: np.ndarray) -> np.ndarray: ...


class Landmarks(Protocol):
    def find(self, frame_bgr: np.ndarray, face: Faces) -> np.ndarray | None: ...


class FaceReader:
    """A detector and a classifier that read frames together. Not thread-safe: one per worker.

    Args:
        detector: finds the faces; closed together with the reader.
        classifier: (n, 48, 48, 1) uint8 to (n, 7) probabilities; below its ``abstain_below`` nothing is named. Without
            one a face that could be read is "not computed".
        landmarks: finds the mesh of a face; without it no reading has a geometry.
    """

    def __init__(self, detector: Detector, classifier: Classifier | None, landmarks: Landmarks | None = None) -> None:
        self._detector = detector
        self._classifier = classifier
        self._landmarks = landmarks

    @classmethod
    def open(cls, models_dir: str | Path | None = None, with_expression: bool = True) -> Self:
        """The reader with the shipped models.

        Args:
            models_dir: folder with MediaPipe's model files, see ``fer_model.model_files``.
            with_expression: ``False`` does not load the network that names expressions.

        Raises:
            ModelFileError: a model is missing, cannot be fetched, or is not the right one.
        """
        detector = FaceDetector(model_file(SHORT_RANGE, models_dir))
        classifier = EmotionClassifier.load() if with_expression else None
        return cls(detector, classifier, FaceLandmarks.open(models_dir))

    def read(self, frame_bgr: np.ndarray) -> FaceReading:
        """One reading of one (H, W, 3) uint8 frame; see ``read_batch``."""
        return self.read_batch([frame_bgr])[0]

    def read_batch(self, frames: Sequence[np.ndarray]) -> list[FaceReading]:
        """One reading per frame, in order; the frames may differ in size.

        The largest face is read, and the classifier runs once for all. The first of these that holds is the reason for
        no expression: camera off, too dark (a dark frame without a face), no face, too small, too dark, blurred, not
        clear (without a classifier: not computed). A found face that is large and lit enough has a geometry, too; of a
        blurred one without eyes and mouth.

        A frame that is no (H, W, 3) uint8 picture reads as "no face" and leaves the others alone: one broken camera
        must not cost a class its readings. Who wants the error calls ``check_frame`` first.

        Raises:
            DetectorClosedError: after ``close()``.
        """
        readings: list[FaceReading] = []
        crops: dict[int, np.ndarray] = {}  # number of the frame: its crop
        for number, frame in enumerate(frames):
            reading, crop = self._look(frame)
            readings.append(reading)
            if crop is not None and self._classifier is not None:
                crops[number] = crop
        if crops:
            answers = self._classifier.predict(np.concatenate(list(crops.values())))
            for number, probs in zip(crops, answers, strict=True):
                readings[number] = self._name(probs, seen=readings[number])
        return readings

    def close(self) -> None:
        """Closes the detector. May be called again."""
        self._detector.close()

    def _look(self, frame_bgr: np.ndarray) -> tuple[FaceReading, np.ndarray | None]:
        """The reading so far, and the (1, 48, 48, 1) crop when the face is good enough to be read."""
        try:
            if quality.is_camera_off(frame_bgr):
                return FaceReading(reason=Reason.CAMERA_OFF), None
            faces = self._detector.detect(frame_bgr)
        except FrameError:
            return FaceReading(reason=Reason.NO_FACE), None
        if len(faces) == 0:
            dark = quality.frame_brightness(frame_bgr) < quality.MIN_FRAME_BRIGHTNESS
            return FaceReading(reason=Reason.TOO_DARK if dark else Reason.NO_FACE), None
        face = faces.largest()
        box = face.boxes_xyxy
        crop = crop_faces(frame_bgr, box, rolls_rad=face.rolls_rad)
        reason = quality.why_unreadable(box[0], crop)
        # "not clear" until the classifier has spoken: a reading always holds probabilities or a reason.
        so_far = Reason.LOW_CONFIDENCE if self._classifier is not None else Reason.NOT_COMPUTED
        seen = FaceReading(
            reason=reason or so_far,
            faces_seen=len(faces),
            box_xyxy=tuple(box[0].tolist()),
            geometry=self._geometry(frame_bgr, face, reason),
        )
        return seen, None if reason else crop

    def _geometry(self, frame_bgr: np.ndarray, face: Faces, reason: Reason | None) -> Geometry | None:
        if self._landmarks is None or reason not in (None, Reason.BLURRED):
            return None
        if quality.face_size_px(face.boxes_xyxy[0]) < quality.MIN_MESH_PX:
            return None
        points = self._landmarks.find(frame_bgr, face)
        if points is None:
            return None
        held = geometry(points)
        # A face that is turned aside has little that is sharp and is often "blurred": its pose is what is wanted then.
        return replace(held, eyes_open=float("nan"), mouth_open=float("nan")) if reason else held

    def _name(self, probs: np.ndarray, seen: FaceReading) -> FaceReading:
        # Asked this way round, probabilities that are not numbers stay "not clear".
        if not probs.max() >= self._classifier.abstain_below:
            return seen
        return replace(seen, probs=tuple(probs.tolist()), reason=None)
