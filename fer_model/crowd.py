"""Every face of a picture with what it shows. Travels between processes, so it needs none of what finds faces."""

from dataclasses import dataclass

import numpy as np

from fer_model.faces import Faces
from fer_model.reading import FaceReading, Reason


@dataclass(frozen=True, eq=False)
class Crowd:
    """The faces of one picture; row i of everything is the same face.

    Attributes:
        faces: where they are.
        probs: (n, 7) float32 in the order of ``EMOTIONS``; a row of NaN where the face was not good enough to be read.
        reasons: why a face has no expression, ``None`` where it has one. "not clear" has probabilities all the same.
    """

    faces: Faces
    probs: np.ndarray
    reasons: tuple[Reason | None, ...]

    def __len__(self) -> int:
        return len(self.faces)

    @property
    def readings(self) -> list[FaceReading]:
        """One reading a face, as a webcam's."""
        return [
            FaceReading(() if reason else tuple(probs.tolist()), reason, len(self), tuple(box.tolist()))
            for probs, reason, box in zip(self.probs, self.reasons, self.faces.boxes_xyxy, strict=True)
        ]
