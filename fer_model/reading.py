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
    NOT_COMPUTED = "not computed"  # the face could be read, and nobody asked for its expression


@dataclass(frozen=True)
class Geometry:
    """How a face is held, from its landmarks; known also where the expression is not.

    Attributes:
        yaw_deg: positive when the person turns to the own left, which is the right side of the picture.
        pitch_deg: positive when the person looks up.
        roll_deg: positive when the head leans to the own right shoulder, counter-clockwise in the picture.
        eyes_open: eye aspect ratio, the mean of both eyes: some 0.15 when shut and 0.3 when open, other for everyone;
            NaN in a blurred picture.
        mouth_open: height of the opening between the lips / width of the mouth, 0 when shut; NaN in a blurred picture.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    eyes_open: float
    mouth_open: float


@dataclass(frozen=True)
class FaceReading:
    """One analysis of one frame. Either ``probs`` holds seven numbers or ``reason`` says why there are none.

    Attributes:
        probs: seven calibrated probabilities in the order of ``EMOTIONS``, or ``()`` when not known.
        reason: why there is no expression; ``None`` exactly when ``probs`` is filled.
        faces_seen: faces found in the frame; the largest one is read.
        box_xyxy: that face in pixels of the frame (left, top, right, bottom), or ``()`` without a face.
        geometry: how it is held, ``None`` where no landmarks were looked for or found.
    """

    probs: tuple[float, ...] = ()
    reason: Reason | None = None
    faces_seen: int = 0
    box_xyxy: tuple[float, ...] = ()
    geometry: Geometry | None = None

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
