"""What one look at one frame gives: the expression shown, or the reason why it is not known."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from fer_model.affect import valence_arousal
from fer_model.labels import EMOTIONS


class Reason(StrEnum):
    """Why a frame gives no expression. Every value is stored, so names stay as they are."""

    CAMERA_OFF = "camera off"  # the picture is black: a covered or switched-off camera
    NO_FACE = "no face"
    TOO_SMALL = "too small"  # the face has too few pixels
    TOO_DARK = "too dark"
    BLURRED = "blurred"
    LOW_CONFIDENCE = "not clear"  # the network is not sure enough to name an expression


@dataclass(frozen=True)
class FaceReading:
    """One analysis of one frame. Either ``probs`` holds seven numbers or ``reason`` says why there are none.

    Attributes:
        probs: seven calibrated probabilities in the order of ``EMOTIONS``, or ``()`` when not known.
        reason: why there is no expression; ``None`` exactly when ``probs`` is filled.
        faces_seen: faces found in the frame; the largest one is read.
        box_xyxy: that face in pixels of the frame (left, top, right, bottom), or ``()`` without a face.
    """

    probs: tuple[float, ...] = ()
    reason: Reason | None = None
    faces_seen: int = 0
    box_xyxy: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.probs) != (len(EMOTIONS) if self.reason is None else 0):
            raise ValueError("a reading has either seven probabilities or a reason, not both and not neither")

    @property
    def usable(self) -> bool:
        return self.reason is None

    @property
    def emotion(self) -> str | None:
        """The most probable emotion, ``None`` when not known."""
        return EMOTIONS[int(np.argmax(self.probs))] if self.usable else None

    @property
    def confidence(self) -> float | None:
        """Probability of ``emotion``, ``None`` when not known."""
        return max(self.probs) if self.usable else None

    @property
    def valence(self) -> float | None:
        return float(valence_arousal(np.array(self.probs))[0]) if self.usable else None

    @property
    def arousal(self) -> float | None:
        return float(valence_arousal(np.array(self.probs))[1]) if self.usable else None
