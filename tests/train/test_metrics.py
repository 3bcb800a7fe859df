import math

import numpy as np
import pytest

from train.metrics import (
    confusion,
    expected_calibration_error,
    negative_log_likelihood,
    reliability,
    risk_coverage,
    summary,
    wilson_interval,
)

NAMES = ("a", "b", "c")


def test_an_empty_set_gives_none_not_zero():
    figures = summary(np.zeros((0, 3)), np.zeros(0, int), NAMES)
    assert figures["n"] == 0
    assert [figures[key] for key in ("accuracy", "accuracy_95_low", "macro_f1", "ece_15_bins", "nll")] == [None] * 5
    assert wilson_interval(0, 0) is None


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),  # Brown, Cai and DasGupta 2001: never below 0, never empty
        (5, 10, 0.2366, 0.7634),  # around one half it is symmetric
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (10, 10, 0.7225, 1.0),
    ],
)
def test_wilson_interval_meets_published_values(hits, n, low, high):
    assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5e-5)


def test_confusion_has_truth_in_rows():
    assert confusion(np.array([0, 0, 2]), np.array([0, 1, 1]), 3).tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize(
    ("confidence", "right", "ece"),
    [
        ([1.0, 1.0], [True, True], 0.0),  # sure and right
        ([1.0, 1.0], [False, False], 1.0),  # sure and wrong
        ([0.8] * 5, [True] * 4 + [False], 0.0),  # as often right as it says
        ([0.9, 0.6], [True, False], 0.35),  # two bins: |0.9 - 1| / 2 + |0.6 - 0| / 2
    ],
)
def test_calibration_error_meets_hand_counted_values(confidence, right, ece):
    probs = np.array([[share, 1 - share] for share in confidence])
    labels = np.where(right, 0, 1)
    assert expected_calibration_error(probs, labels) == pytest.approx(ece, abs=1e-9)


def test_likelihood_of_a_coin_is_ln_2_and_of_certain_error_finite():
    assert negative_log_likelihood(np.full((4, 2), 0.5), np.array([0, 1, 0, 1])) == pytest.approx(math.log(2))
    assert negative_log_likelihood(np.array([[1.0, 0.0]]), np.array([1])) == pytest.approx(-math.log(1e-7))


def test_summary_meets_hand_counted_values():
    named = [0, 0, 1, 1, 1, 0]
    labels = np.array([0, 0, 0, 1, 1, 1])  # class c never occurs
    figures = summary(np.eye(3)[named], labels, NAMES)
    assert figures["accuracy"] == figures["balanced_accuracy"] == figures["macro_f1"] == pytest.approx(4 / 6, abs=1e-4)
    assert figures["per_class"]["a"] == {"n": 3, "precision": 0.6667, "recall": 0.6667}
    assert figures["per_class"]["c"] == {"n": 0, "precision": None, "recall": None}


def test_balanced_accuracy_does_not_reward_naming_the_largest_class():
    labels = np.array([0] * 9 + [1])
    figures = summary(np.eye(3)[np.zeros(10, int)], labels, NAMES)
    assert figures["accuracy"] == 0.9
    assert figures["balanced_accuracy"] == 0.5


def test_reliability_says_what_each_confidence_was_worth():
    probs = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    rows = reliability(probs, np.array([0, 0, 0, 1]), bins=10)
    assert [(row["above"], row["n"], row["confidence"], row["accuracy"]) for row in rows] == [
        (0.5, 2, 0.6, 0.5),
        (0.8, 2, 0.9, 1.0),
    ]
    assert reliability(np.zeros((0, 2)), np.zeros(0, int)) == []


def test_the_calibration_error_is_the_weighted_gap_of_the_reliability_rows():
    rng = np.random.default_rng(0)
    probs = rng.dirichlet([1, 1, 1], 500)
    labels = rng.integers(0, 3, 500)
    gaps = sum(row["n"] * abs(row["confidence"] - row["accuracy"]) for row in reliability(probs, labels)) / 500
    assert expected_calibration_error(probs, labels) == pytest.approx(gaps, abs=1e-3)


def test_the_surest_are_read_first_and_the_last_row_is_everything():
    confidence = np.array([0.9, 0.5, 0.7, 0.7])
    rows = risk_coverage(confidence, np.array([True, False, True, False]), points=4)
    assert [(row["n"], row["coverage"], row["confidence"], row["risk"]) for row in rows] == [
        (1, 0.25, 0.9, 0.0),
        (3, 0.75, 0.7, 0.3333),  # equal confidences are read together
        (4, 1.0, 0.5, 0.5),
    ]
    assert risk_coverage(np.zeros(0), np.zeros(0, bool)) == []
