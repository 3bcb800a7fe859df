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


def reliability(probs: np.ndarray, labels: np.ndarray, bins: int = ECE_BINS) -> list[dict]:
    """What a confidence is worth: n, mean confidence and accuracy of each bin that has images, lowest first."""
    confidence, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    number = _bin_of(confidence, bins)
    rows = []
    for i in range(bins):
        inside = number == i
        if inside.any():
            means = {"confidence": _rounded(confidence[inside].mean()), "accuracy": _rounded(right[inside].mean())}
            rows.append(
                {"above": _rounded(i / bins), "up_to": _rounded((i + 1) / bins), "n": int(inside.sum()), **means}
            )
    return rows


def expected_calibration_error(probs: np.ndarray, labels: np.ndarray, bins: int = ECE_BINS) -> float | None:
    """Mean distance of confidence and accuracy over equally wide bins (Guo et al. 2017, arXiv:1706.04599, eq. 3)."""
    if len(labels) == 0:
        return None
    confidence, right = probs.max(axis=1), probs.argmax(axis=1) == labels
    surplus = np.bincount(_bin_of(confidence, bins), weights=confidence - right, minlength=bins)
    return float(np.abs(surplus).sum() / len(labels))


def _bin_of(confidence: np.ndarray, bins: int) -> np.ndarray:
    """Bins are open below and closed above, so that a confidence of 1 falls into the last one."""
    return np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)


def risk_coverage(confidence: np.ndarray, right: np.ndarray, points: int = 50) -> list[dict]:
    """How many errors are left when only the surest are read (El-Yaniv and Wiener 2010, selective classification).

    Args:
        confidence: (n,) from 0 to 1.
        right: (n,) bool.
        points: at most so many rows, evenly spread over the coverage.

    Returns:
        Rows from the surest few to everything: share of the images read (coverage), the confidence that reads them and
        the share of errors among them (risk). Images of equal confidence are read together.
    """
    n = len(confidence)
    if n == 0:
        return []
    order = np.argsort(-confidence, kind="stable")
    sorted_confidence, wrong = confidence[order], np.cumsum(~right[order])
    rows: list[dict] = []
    for wanted in np.linspace(n / points, n, points):
        threshold = sorted_confidence[min(math.ceil(wanted), n) - 1]
        read = int(np.searchsorted(-sorted_confidence, -threshold, side="right"))
        row = {"coverage": _rounded(read / n), "confidence": _rounded(threshold), "n": read}
        row["risk"] = _rounded(wrong[read - 1] / read)
        if not rows or rows[-1]["n"] != read:
            rows.append(row)
    return rows


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
        "reliability": reliability(probs, labels),
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
