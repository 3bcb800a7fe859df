# ruff: noqa: E402 (what may be missing is asked for first)
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")
if keras.backend.backend() != "tensorflow":
    pytest.skip("Keras runs on another backend in this process", allow_module_level=True)

from fer_model.classifier import EmotionClassifier
from train.config import load_config
from train.data import read_split
from train.evaluate import keras_predict, load_network, load_predict
from train.export import fold_temperatures, main, worse_than
from train.fit import compiled
from train.model import stages_of

CONFIG = load_config(Path(__file__).parents[2] / "train" / "configs" / "first.yaml")


@pytest.fixture(scope="module")
def model():
    return compiled(replace(CONFIG, stages=[[4], [8]], dtype="float32"))


@pytest.fixture(scope="module")
def exported(model, tiny, tmp_path_factory):
    """The folder of an exported network and its Keras file."""
    folder = tmp_path_factory.mktemp("weights")
    model.save(folder / "model.keras")
    arguments = ["--weights", str(folder / "model.keras"), "--data", str(tiny.archive), "--votes", str(tiny.votes)]
    assert main([*arguments, "--out", str(folder / "emotion.tflite")]) == 0
    return folder


def test_folding_a_temperature_divides_the_logits_exactly(model, tiny):
    crops = read_split(tiny.archive, "PublicTest").pixels
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    fold_temperatures(copy, {"fer2013": 2.0, "ferplus": 0.5})
    for head, temperature in (("fer2013", 2.0), ("ferplus", 0.5)):
        before = keras_predict(model)(crops)[head] ** (1 / temperature)
        assert np.allclose(keras_predict(copy)(crops)[head], before / before.sum(axis=1, keepdims=True), atol=1e-5)


def test_the_exported_file_loads_and_scores_by_the_same_code_as_the_trained_one(exported, tiny):
    crops = read_split(tiny.archive, "PublicTest").pixels
    spec = json.loads((exported / "emotion.json").read_text())
    trained, shipped = (
        load_predict(exported / "model.keras")[0](crops),
        load_predict(exported / "emotion.tflite")[0](crops),
    )
    for head in trained:
        sharp = trained[head] ** (1 / spec["outputs"][head]["temperature"])
        assert np.allclose(shipped[head], sharp / sharp.sum(axis=1, keepdims=True), atol=0.08), head


def test_the_float_file_is_the_trained_network_to_the_fourth_digit(exported, tiny):
    crops = read_split(tiny.archive, "PublicTest").pixels
    spec = json.loads((exported / "emotion_float.json").read_text())
    trained, float_file = (load_predict(exported / name)[0](crops) for name in ("model.keras", "emotion_float.tflite"))
    for head in trained:
        sharp = trained[head] ** (1 / spec["outputs"][head]["temperature"])
        assert np.allclose(float_file[head], sharp / sharp.sum(axis=1, keepdims=True), atol=1e-4), head


def test_the_spec_describes_the_network(exported, model):
    for name in ("emotion.json", "emotion_float.json"):
        spec = json.loads((exported / name).read_text())
        assert spec["network"]["stages"] == stages_of(model) == [[4], [8]]
        assert spec["network"]["parameters"] == model.count_params()
        assert spec["network"]["bytes"] == (exported / spec["file"]).stat().st_size


def test_a_network_of_other_heads_is_one_sentence(tiny, tmp_path, capsys):
    crops = keras.Input((48, 48, 1))
    keras.Model(crops, keras.layers.GlobalAveragePooling2D()(crops)).save(tmp_path / "other.keras")
    arguments = ["--data", str(tiny.archive), "--votes", str(tiny.votes)]
    assert main(["--weights", str(tmp_path / "other.keras"), *arguments]) == 1
    assert "other.keras has the outputs {}, expected" in capsys.readouterr().err


def test_the_spec_says_where_the_file_comes_from(exported):
    spec = json.loads((exported / "emotion.json").read_text())
    assert {"file", "sha256", "input", "outputs", "reads_with", "fold", "abstain_below"} <= set(spec)
    assert {"scores", "data", "commit", "versions"} <= set(spec)
    assert spec["scores"]["fer2013"]["n"] == 14
    assert EmotionClassifier.load(exported / "emotion.json").predict(np.zeros((0, 48, 48, 1), np.uint8)).shape == (0, 7)


def test_a_better_file_is_not_replaced(exported, tmp_path):
    better = json.loads((exported / "emotion.json").read_text())
    new = {"scores": {head: {"accuracy": better["scores"][head]["accuracy"] - 0.01} for head in ("fer2013", "ferplus")}}
    assert "give --force" in worse_than(exported / "emotion.json", new)
    assert worse_than(exported / "emotion.json", better) is None
    assert worse_than(tmp_path / "none.json", new) is None


def test_a_file_that_is_no_network_is_one_sentence(tiny, tmp_path, capsys):
    (tmp_path / "bad.keras").write_bytes(b"no network")
    assert (
        main(["--weights", str(tmp_path / "bad.keras"), "--data", str(tiny.archive), "--votes", str(tiny.votes)]) == 1
    )
    assert "is not a trained network of ours" in capsys.readouterr().err


def test_a_network_that_was_trained_in_bfloat16_is_exported_in_float32(tiny, tmp_path):
    half = compiled(replace(CONFIG, stages=[[4], [8]], dtype="mixed_bfloat16"))
    keras.config.set_dtype_policy("float32")  # which the line above has set for the whole process
    half.save(tmp_path / "model.keras")
    assert {layer.compute_dtype for layer in load_network(tmp_path / "model.keras").layers} == {"float32"}
    arguments = ["--weights", str(tmp_path / "model.keras"), "--data", str(tiny.archive), "--votes", str(tiny.votes)]
    assert main([*arguments, "--out", str(tmp_path / "emotion.tflite")]) == 0
