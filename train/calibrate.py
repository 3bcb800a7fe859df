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


def abstain_threshold(confidence: np.ndarray, kept_share: float = 0.9) -> float:
    """The largest confidence (three digits) that still keeps ``kept_share`` of the images at or above it."""
    if len(confidence) == 0:
        raise ValueError("a threshold needs images, got none")
    # Cut, not rounded: rounding up would keep fewer than asked for.
    smallest_kept = float(np.quantile(confidence.astype(np.float64), 1 - kept_share, method="lower"))
    return math.floor(smallest_kept * 1000) / 1000
