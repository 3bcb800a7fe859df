"""Temperature scaling (Guo et al. 2017, arXiv:1706.04599) and the threshold under which the classroom abstains."""

import math

import numpy as np

from train.metrics import SMALLEST_PROBABILITY, negative_log_likelihood


def scaled(probs: np.ndarray, temperature: float) -> np.ndarray:
    """(n, k) probabilities as if the logits had been divided by ``temperature``; above 1 makes them less sure."""
    logits = np.log(np.maximum(probs.astype(np.float64), SMALLEST_PROBABILITY)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def fit_temperature(probs: np.ndarray, labels: np.ndarray, low: float = 0.2, high: float = 5.0) -> float:
    """The temperature of the smallest negative log-likelihood, between ``low`` and ``high``.

    Golden-section search on a logarithmic scale: the likelihood has one minimum there.

    Raises:
        ValueError: there are no labels to fit to.
    """
    if len(labels) == 0:
        raise ValueError("a temperature needs labelled images, got none")
    ratio = (np.sqrt(5) - 1) / 2
    a, b = np.log(low), np.log(high)

    def cost(at: float) -> float:
        return negative_log_likelihood(scaled(probs, float(np.exp(at))), labels)

    for _ in range(40):
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        if cost(c) < cost(d):
            b = d
        else:
            a = c
    return float(np.exp((a + b) / 2))


def cross_fitted(probs: np.ndarray, labels: np.ndarray, folds: int = 5, seed: int = 0) -> np.ndarray:
    """(n, k) probabilities, each row scaled with the temperature of the other folds.

    The calibration error of these is not flattered by having fitted and measured on the same images.

    Raises:
        ValueError: fewer images than folds.
    """
    if len(labels) < folds:
        raise ValueError(f"{folds} folds need as many labelled images, got {len(labels)}")
    fold = np.random.default_rng(seed).permutation(len(labels)) % folds
    out = np.empty(probs.shape, np.float64)
    for number in range(folds):
        inside = fold == number
        out[inside] = scaled(probs[inside], fit_temperature(probs[~inside], labels[~inside]))
    return out


def abstain_threshold(
    confidence: np.ndarray, right: np.ndarray, accuracy: float = 0.9, least_share: float = 0.8
) -> float:
    """On the risk-coverage curve the lowest confidence (three digits) at which ``accuracy`` of the read ones are right.

    Where that would leave less than ``least_share`` of the images, the largest one that keeps them: a class of which
    nobody is ever read is of no use.

    Args:
        confidence: (n,) from 0 to 1.
        right: (n,) bool.

    Raises:
        ValueError: there are no images.
    """
    if len(confidence) == 0:
        raise ValueError("a threshold needs images, got none")
    confidence = confidence.astype(np.float64)
    # Cut, not rounded: rounding up would keep fewer than asked for.
    highest = math.floor(float(np.quantile(confidence, 1 - least_share, method="lower")) * 1000)
    for thousandth in range(highest):
        read = confidence >= thousandth / 1000
        if right[read].mean() >= accuracy:
            return thousandth / 1000
    return highest / 1000
