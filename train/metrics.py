"""Figures of a classifier, from probabilities and labels. Pure numpy.

Conventions: probabilities are (n, k) with rows summing to 1, labels (n,) indices; every figure is a share from 0 to 1
except NLL (nats). An empty set gives ``None``, never 0. A class without images has no recall and stays out of means
over classes; a class that was never named has precision ``None`` and an F1 of 0.
"""

import math

import numpy as np

ECE_BINS = 15
SMALLEST_PROBABILITY = 1e-7  # so that one confident error costs 16 nats, not infinity


def confusion(labels: np.ndarray, named: np.ndarray, classes: int) -> np.ndarray:
    """(k, k) int64 counts: rows are the true labels, columns the named ones."""
    return np.bincount(labels * classes + named, minlength=classes**2).reshape(classes, classes)


def wilson_interval(hits: int, n: int, z: float = 1.959964) -> tuple[float, float] | None:
    """95 % interval of a share (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953)."""
    if n == 0:
        return None
    share, spread = hits / n, z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def expected_calibration_error(probs: np.ndarray, labels: np.ndarray, bins: int = ECE_BINS) -> float | None:
    """Mean distance of confidence and accuracy over equally wide bins (Guo et al. 2017, arXiv:1706.04599, eq. 3)."""
    if len(labels) == 0:
        return None
    confidence, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    # Bins are open below and closed above, so that a confidence of 1 falls into the last one.
    number = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    surplus = np.bincount(number, weights=confidence - right, minlength=bins)
    return float(np.abs(surplus).sum() / len(labels))


def negative_log_likelihood(probs: np.ndarray, labels: np.ndarray) -> float | None:
    """Mean of -ln(probability of the true label), in nats."""
    if len(labels) == 0:
        return None
    true = probs[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.maximum(true, SMALLEST_PROBABILITY)).mean())


def summary(probs: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> dict:
    """All figures as plain values for JSON, rounded to four digits.

    Args:
        names: label of each of the k columns.
    """
    n, named = len(labels), probs.argmax(axis=1)
    table = confusion(labels, named, len(names))
    hits, present, named_count = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    there = present > 0
    f1 = 2 * hits / np.maximum(present + named_count, 1)
    interval = wilson_interval(int(hits.sum()), n)
    return {
        "n": n,
        "accuracy": _rounded(hits.sum() / n) if n else None,
        "accuracy_95_low": _rounded(interval[0]) if interval else None,
        "accuracy_95_high": _rounded(interval[1]) if interval else None,
        "balanced_accuracy": _rounded((hits[there] / present[there]).mean()) if n else None,
        "macro_f1": _rounded(f1[there].mean()) if n else None,
        "ece_15_bins": _rounded(expected_calibration_error(probs, labels)),
        "nll": _rounded(negative_log_likelihood(probs, labels)),
        "per_class": {
            name: {
                "n": int(present[i]),
                "precision": _rounded(hits[i] / named_count[i]) if named_count[i] else None,
                "recall": _rounded(hits[i] / present[i]) if present[i] else None,
            }
            for i, name in enumerate(names)
        },
        "labels": list(names),
        "confusion_rows_true_columns_named": table.tolist(),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
