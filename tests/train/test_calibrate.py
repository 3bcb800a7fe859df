import numpy as np
import pytest

from train.calibrate import abstain_threshold, fit_temperature, scaled
from train.metrics import expected_calibration_error


def overconfident(temperature: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities sharpened by ``temperature``, with labels drawn from the honest ones."""
    rng = np.random.default_rng(0)
    honest = rng.dirichlet([1, 1, 1], n)
    labels = (honest.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return scaled(honest, 1 / temperature), labels


def test_the_temperature_that_sharpened_is_found_again():
    probs, labels = overconfident(2.0)
    assert fit_temperature(probs, labels) == pytest.approx(2.0, rel=0.05)


def test_scaling_calibrates_and_changes_no_decision():
    probs, labels = overconfident(2.0)
    calm = scaled(probs, fit_temperature(probs, labels))
    assert expected_calibration_error(calm, labels) < 0.02 < 0.1 < expected_calibration_error(probs, labels)
    assert np.array_equal(calm.argmax(axis=1), probs.argmax(axis=1))
    assert np.allclose(calm.sum(axis=1), 1)


def test_a_temperature_of_one_changes_nothing():
    probs = np.array([[0.7, 0.2, 0.1]])
    assert np.allclose(scaled(probs, 1.0), probs)


def test_the_threshold_keeps_at_least_the_share_asked_for():
    confidence = np.random.default_rng(0).random(1000)  # 0.003: three of them lie within the cut digit
    below = abstain_threshold(confidence, 0.9)
    assert 0.9 <= (confidence >= below).mean() <= 0.903


def test_equal_confidences_are_all_kept():
    assert (np.full(10, 0.5, np.float32) >= abstain_threshold(np.full(10, 0.5, np.float32))).all()


def test_nothing_to_fit_to_is_an_error_and_not_a_number():
    with pytest.raises(ValueError, match="needs labelled images"):
        fit_temperature(np.zeros((0, 3)), np.zeros(0, int))
    with pytest.raises(ValueError, match="needs images"):
        abstain_threshold(np.zeros(0))
