"""Valence and arousal of a distribution over the seven emotions.

Each emotion is placed at the mean pleasure and arousal that Russell and Mehrabian measured for its word
(J. A. Russell, A. Mehrabian: "Evidence for a three-factor theory of emotions", Journal of Research in Personality
11, 1977, table 1). The valence of a face is the mean of the placements, weighted by the calibrated probabilities.
It describes the expression shown, not what somebody feels.
"""

import numpy as np

from fer_model.labels import EMOTIONS

# emotion: (valence, arousal), both in [-1, 1]; neutral is the origin by definition.
PLACEMENTS: dict[str, tuple[float, float]] = {
    "angry": (-0.51, 0.59),
    "disgust": (-0.60, 0.35),
    "fear": (-0.64, 0.60),
    "happy": (0.81, 0.51),
    "sad": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
    "neutral": (0.0, 0.0),
}

_MATRIX = np.array([PLACEMENTS[emotion] for emotion in EMOTIONS])


def valence_arousal(probs: np.ndarray) -> np.ndarray:
    """Expected valence and arousal.

    Args:
        probs: (..., 7) probabilities in the order of ``EMOTIONS``; the last axis sums to 1.

    Returns:
        (..., 2) valence and arousal, each in [-1, 1].
    """
    return np.asarray(probs, dtype=float) @ _MATRIX
