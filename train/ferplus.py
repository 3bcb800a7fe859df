"""FER+ (Barsoum et al. 2016, https://arxiv.org/abs/1608.01041): ten people's votes for each FER2013 image."""

import csv
from pathlib import Path, PurePath

import numpy as np

from fer_model.labels import EMOTIONS
from train.data import DataError

FERPLUS_LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
NO_EMOTION = ("unknown", "NF")  # "I cannot tell" and "this is not a face"
COLUMNS = FERPLUS_LABELS + NO_EMOTION
HEADS: dict[str, tuple[str, ...]] = {"fer2013": EMOTIONS, "ferplus": FERPLUS_LABELS}  # of every network of ours

FOLD = {
    "neutral": "neutral",
    "happiness": "happy",
    "surprise": "surprise",
    "sadness": "sad",
    "anger": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "contempt": "angry",
}
"""The seven emotions of the project for the eight of FER+.

Contempt has no place among the seven. The 119 Training images whose majority is contempt carry these FER2013 labels:
angry 47, disgust 27, fear 20, sad 12, neutral 8, happy 3, surprise 2. So it is read as angry. "unknown" and "not a
face" are no expressions and are left out before anything is learnt.
"""


def read_votes(path: Path, names: np.ndarray) -> np.ndarray:
    """Votes of the named images, joined by file name without its extension (Kaggle has .jpg, others .png).

    Returns:
        (n, 10) float32, columns as ``COLUMNS``; a row of zeros for an image without votes.

    Raises:
        DataError: no such file, or a column is missing.
    """
    if not Path(path).is_file():
        raise DataError(f"There is no FER+ votes file at {path}.")
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = [column for column in ("file", *COLUMNS) if column not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f"{path} is not a FER+ votes file: the columns {', '.join(missing)} are missing.")
        by_stem = {PurePath(row["file"]).stem: [float(row[column]) for column in COLUMNS] for row in reader}
    nothing = [0.0] * len(COLUMNS)
    rows = [by_stem.get(PurePath(str(name)).stem, nothing) for name in names]
    return np.array(rows, np.float32).reshape(len(names), len(COLUMNS))


def without_outliers(votes: np.ndarray) -> np.ndarray:
    """(n, 10) votes with single votes set to 0, as the authors do: one voter of ten is taken for a slip."""
    return np.where(votes > 1, votes, 0).astype(np.float32)


def distribution(votes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the network learns: how the votes for an emotion are shared out.

    "unknown" and "not a face" are left out of the distribution, so it says "of those who named an expression".

    Returns:
        (n, 8) float32 rows summing to 1 (uniform where there is nothing to learn), and (n,) float32 weights: 1, or 0
        where nobody's vote for an emotion is left.
    """
    counts = without_outliers(votes)[:, : len(FERPLUS_LABELS)]
    total = counts.sum(axis=1, keepdims=True)
    uniform = np.full_like(counts, 1 / len(FERPLUS_LABELS))
    return np.where(total > 0, counts / np.maximum(total, 1), uniform), (total[:, 0] > 0).astype(np.float32)


def majority(votes: np.ndarray) -> np.ndarray:
    """The one label of an image by the rules of Barsoum et al. 2016.

    Single votes are struck out; then one column must hold more than half of what is left, and be an emotion.

    Returns:
        (n,) int64, index into ``FERPLUS_LABELS``; -1 where no emotion has the majority.
    """
    counts = without_outliers(votes)
    winner = counts.argmax(axis=1)
    kept = (2 * counts.max(axis=1) > counts.sum(axis=1)) & (winner < len(FERPLUS_LABELS))
    return np.where(kept, winner, -1).astype(np.int64)


def fold_matrix() -> np.ndarray:
    """(8, 7) float32 of zeros and ones: FER+ probabilities times this are probabilities of ``EMOTIONS``."""
    matrix = np.zeros((len(FERPLUS_LABELS), len(EMOTIONS)), np.float32)
    for row, label in enumerate(FERPLUS_LABELS):
        matrix[row, EMOTIONS.index(FOLD[label])] = 1
    return matrix
