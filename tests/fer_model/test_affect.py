import numpy as np
import pytest

from fer_model.affect import PLACEMENTS, valence_arousal
from fer_model.labels import EMOTIONS


def one_hot(emotion: str) -> np.ndarray:
    return np.eye(len(EMOTIONS))[EMOTIONS.index(emotion)]


def test_no_faces_give_no_values():
    assert valence_arousal(np.empty((0, 7))).shape == (0, 2)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_a_certain_emotion_has_exactly_its_placement(emotion):
    assert valence_arousal(one_hot(emotion)) == pytest.approx(PLACEMENTS[emotion])


def test_every_emotion_is_placed_once():
    assert set(PLACEMENTS) == set(EMOTIONS)


def test_neutral_is_the_origin():
    assert valence_arousal(one_hot("neutral")).tolist() == [0.0, 0.0]


def test_only_happy_and_surprise_are_pleasant():
    assert {emotion for emotion in EMOTIONS if valence_arousal(one_hot(emotion))[0] > 0} == {"happy", "surprise"}


def test_only_sadness_is_below_the_arousal_of_neutral():
    assert {emotion for emotion in EMOTIONS if valence_arousal(one_hot(emotion))[1] < 0} == {"sad"}


def test_half_happy_half_neutral_is_half_as_pleasant():
    mixed = (one_hot("happy") + one_hot("neutral")) / 2
    assert valence_arousal(mixed) == pytest.approx(np.array(PLACEMENTS["happy"]) / 2)


def test_values_stay_within_one_for_any_distribution():
    probs = np.random.default_rng(0).dirichlet(np.full(7, 0.3), size=500)
    assert np.abs(valence_arousal(probs)).max() <= 1


def test_a_batch_gives_what_its_rows_give():
    probs = np.random.default_rng(1).dirichlet(np.ones(7), size=(2, 3))
    assert valence_arousal(probs)[1, 2] == pytest.approx(valence_arousal(probs[1, 2]))
