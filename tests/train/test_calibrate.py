import numpy as np
import pytest

from train.calibrate import abstain_threshold, cross_fitted, fit_temperature, scaled
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


def test_the_threshold_is_the_lowest_that_leaves_nine_of_ten_right():
    confidence = np.arange(1000) / 1000
    right = confidence >= 0.15  # below, all are wrong: nine of ten are right from 0.0556 on, where 850 of 944 are
    below = abstain_threshold(confidence, right, accuracy=0.9)
    assert below == pytest.approx(0.056)
    assert right[confidence >= below].mean() >= 0.9 > right[confidence >= below - 0.001].mean()


def test_where_all_are_right_everything_is_read():
    assert abstain_threshold(np.array([0.3, 0.9]), np.array([True, True])) == 0


def test_a_network_that_is_hardly_ever_right_still_reads_most_images():
    confidence = np.random.default_rng(0).random(1000)
    below = abstain_threshold(confidence, np.zeros(1000, bool), least_share=0.8)
    assert 0.8 <= (confidence >= below).mean() <= 0.803


def test_equal_confidences_are_all_kept():
    same = np.full(10, 0.5, np.float32)
    assert (same >= abstain_threshold(same, np.zeros(10, bool))).all()


def test_each_image_is_scaled_with_the_temperature_of_the_others():
    probs, labels = overconfident(2.0, n=2000)
    # The first image's own label cannot move its own temperature: change it and its row stays as it was.
    changed = labels.copy()
    changed[0] = (changed[0] + 1) % 3
    assert np.allclose(cross_fitted(probs, labels)[0], cross_fitted(probs, changed)[0])
    assert not np.allclose(cross_fitted(probs, labels)[1:], cross_fitted(probs, changed)[1:])
    assert expected_calibration_error(cross_fitted(probs, labels), labels) < 0.05


def test_nothing_to_fit_to_is_an_error_and_not_a_number():
    with pytest.raises(ValueError, match="needs labelled images"):
        fit_temperature(np.zeros((0, 3)), np.zeros(0, int))
    with pytest.raises(ValueError, match="needs images"):
        abstain_threshold(np.zeros(0), np.zeros(0, bool))
    with pytest.raises(ValueError, match="5 folds need"):
        cross_fitted(np.zeros((4, 3)), np.zeros(4, int))
