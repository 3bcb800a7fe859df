"""Reads every face of a picture, not only the largest: gallery views, rooms, photographs of groups."""

from pathlib import Path
from typing import Protocol, Self

import numpy as np

from fer_model import quality
from fer_model.classifier import EmotionClassifier
from fer_model.crowd import Crowd
from fer_model.detector import FaceDetector
from fer_model.faces import Faces
from fer_model.labels import EMOTIONS
from fer_model.model_files import SHORT_RANGE, model_file
from fer_model.preprocess import crop_faces
from fer_model.reading import Reason
from fer_model.search import ALL_SIZES_EVERY, THOROUGH_EVERY, Search
from fer_model.tiles import TiledDetector


class Classifier(Protocol):
    abstain_below: float

    def predict(self, crops: np.ndarray) -> np.ndarray: ...


class CrowdReader:
    """A detector for crowds and a classifier. Not thread-safe: one per worker.

    Args:
        detector: closed together with the reader.
        classifier: (n, 48, 48, 1) uint8 to (n, 7) probabilities; below its ``abstain_below`` nothing is named.
    """

    def __init__(self, detector: TiledDetector, classifier: Classifier) -> None:
        self._detector = detector
        self._classifier = classifier

    @classmethod
    def open(cls, models_dir: str | Path | None = None) -> Self:
        """The reader with the shipped models; raises ``ModelFileError`` as ``FaceReader.open`` does."""
        detector = TiledDetector(FaceDetector(model_file(SHORT_RANGE, models_dir)))
        return cls(detector, EmotionClassifier.load())

    def read(self, frame_bgr: np.ndarray) -> Crowd:
        """Every face of one (H, W, 3) uint8 picture, searched for thoroughly. Raises ``FrameError``."""
        return self._read(frame_bgr, self._detector.detect(frame_bgr))

    def search(self, thorough_every: int = THOROUGH_EVERY, all_sizes_every: int = ALL_SIZES_EVERY) -> Search:
        """A search through the frames of one recording or one camera, for ``read_next``; both counted in frames."""
        return Search(self._detector, thorough_every, all_sizes_every)

    def read_next(self, frame_bgr: np.ndarray, search: Search) -> Crowd:
        """Every face of the next frame of the recording that ``search`` goes through."""
        return self._read(frame_bgr, search.detect(frame_bgr))

    def close(self) -> None:
        """Closes the detector. May be called again."""
        self._detector.close()

    def _read(self, frame_bgr: np.ndarray, faces: Faces) -> Crowd:
        crops = crop_faces(frame_bgr, faces.boxes_xyxy, rolls_rad=faces.rolls_rad)
        reasons: list[Reason | None] = [
            quality.why_unreadable(box, crop[None]) for box, crop in zip(faces.boxes_xyxy, crops, strict=True)
        ]
        readable = np.array([reason is None for reason in reasons], bool)
        probs = np.full((len(faces), len(EMOTIONS)), np.nan, np.float32)
        probs[readable] = self._classifier.predict(crops[readable])
        for row in np.flatnonzero(readable):
            # Asked this way round, probabilities that are not numbers are "not clear".
            if not probs[row].max() >= self._classifier.abstain_below:
                reasons[row] = Reason.LOW_CONFIDENCE
        return Crowd(faces, probs, tuple(reasons))
