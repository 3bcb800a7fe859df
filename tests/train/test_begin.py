# ruff: noqa: E402 (what may be missing is asked for first)
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytest.importorskip("yaml")
pytest.importorskip("rich")

from fer_model.classifier import WEIGHTS, EmotionClassifier
from train.begin import begin_with, read_layers
from train.config import ConfigError, load_config
from train.data import read_split
from train.evaluate import keras_predict
from train.ferplus import read_votes
from train.fit import compiled, fit

SHIPPED = WEIGHTS / "emotion.tflite"
STAGES = json.loads((WEIGHTS / "emotion.json").read_text())["network"]["stages"]
FIRST = load_config(Path(__file__).parents[2] / "train" / "configs" / "first.yaml")
SHIPS = replace(FIRST, stages=STAGES, dtype="float32")


@pytest.fixture(scope="module")
def crops(tiny):
    return read_split(tiny.archive, "Training").pixels


@pytest.fixture(scope="module")
def known():
    return read_layers(SHIPPED)


def begun(stages, known, crops):
    model = compiled(replace(SHIPS, stages=stages))
    begin_with(model, known, crops, seed=0)
    return model


def test_every_layer_of_the_shipped_file_is_found_by_its_name(known):
    convolutions = [f"stage{number}_{depth}" for number, widths in enumerate(STAGES) for depth in range(len(widths))]
    assert set(known) == {*convolutions, "fer2013_logits", "ferplus_logits"}
    assert known["stage0_0"][0].shape == (3, 3, 1, STAGES[0][0])
    assert known["ferplus_logits"][0].shape == (STAGES[-1][-1], 8)


def test_the_network_says_what_the_file_says(known, crops):
    shipped = EmotionClassifier.load().predict_heads(crops)
    outputs = keras_predict(begun(STAGES, known, crops))(crops)
    # The file rounds what passes between its layers to 8 bits, so the two are close and not the same.
    assert np.abs(outputs["ferplus"] - shipped["ferplus"]).mean() < 0.02
    # A shuffled layer or a lost offset would be worlds apart.
    assert np.abs(outputs["ferplus"] - np.roll(shipped["ferplus"], 1, axis=1)).mean() > 0.1


def test_a_batch_looks_to_training_as_it_does_to_serving(known, crops):
    model = begun(STAGES, known, crops)
    trunk = keras.Model(model.inputs, model.get_layer("features").output)
    serving, training = (keras.ops.convert_to_numpy(trunk(crops, training=training)) for training in (False, True))
    assert np.abs(serving - training).mean() < 0.01 * np.abs(serving).mean()


def test_a_convolution_more_hands_on_what_it_gets(known, crops, monkeypatch):
    monkeypatch.setattr("train.begin.NOISE", 0.0)
    same = keras_predict(begun(STAGES, known, crops))(crops)
    deeper = keras_predict(begun([*STAGES[:-1], [*STAGES[-1], STAGES[-1][-1]]], known, crops))(crops)
    assert np.allclose(same["fer2013"], deeper["fer2013"], atol=1e-3)


def test_stages_that_cannot_take_the_layers_say_which(known, crops):
    with pytest.raises(ConfigError, match="stage0_0 to begin with is"):
        begun([[STAGES[0][0] + 1], *STAGES[1:]], known, crops)
    with pytest.raises(ConfigError, match=f"stage{len(STAGES) - 1}_0.* these stages have not"):
        begun(STAGES[:-1], known, crops)
    with pytest.raises(ConfigError, match="changes the number of channels"):
        begun([*STAGES[:-1], [*STAGES[-1], STAGES[-1][-1] + 1]], known, crops)


def test_a_file_that_is_no_network_of_ours_is_one_sentence(tmp_path):
    (tmp_path / "text.tflite").write_text("no network")
    for path in (tmp_path / "none.tflite", tmp_path / "text.tflite"):
        with pytest.raises(ConfigError, match="is no exported network"):
            read_layers(path)


def test_a_run_may_begin_with_the_file_that_ships(tiny, tmp_path):
    splits = [read_split(tiny.archive, split) for split in ("Training", "PublicTest")]
    data = [value for images in splits for value in (images, read_votes(tiny.votes, images.names))]
    still = replace(SHIPS, epochs=1, batch_size=28, learning_rate=0.0, weight_decay=0.0, dropout=0.0)
    run = fit(still, *data, tmp_path / "run", start=SHIPPED, quiet=True)
    kernel = keras.saving.load_model(run, compile=False).get_layer("stage1_0").get_weights()[0]
    assert np.allclose(kernel, read_layers(SHIPPED)["stage1_0"][0])
