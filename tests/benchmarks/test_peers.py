# ruff: noqa: E402 (what may be missing is asked for first)
import json

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs requirements-train.txt")
keras = pytest.importorskip("keras", reason="needs requirements-train.txt")
if keras.backend.backend() != "tensorflow":
    pytest.skip("Keras runs on another backend in this process", allow_module_level=True)

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from benchmarks import peers
from benchmarks.peers import SHAPES, SpecError, main, mini_xception, shipped_shape
from fer_model.classifier import WEIGHTS
from train.export import to_litert_float
from train.model import build


def a_spec(tmp_path, **network):
    path = tmp_path / "emotion.json"
    path.write_text(json.dumps({"network": network}))
    return path


def test_mini_xception_has_the_parameters_of_the_published_one():
    """Its authors' network for FER2013 has 58,423, of which the 1,472 statistics are not trained."""
    model = mini_xception()
    assert model.count_params() == 58_423
    assert sum(int(np.prod(each.shape)) for each in model.non_trainable_weights) == 1_472


def test_mini_xception_halves_the_picture_five_times_less_once():
    """Four modules, each half as wide and high as the one before: 60 pixels after the first convolutions, 4 at the end."""
    sides = [layer.output.shape[1] for layer in mini_xception().layers if isinstance(layer, keras.layers.Add)]
    assert sides == [30, 15, 8, 4]


def test_mini_xception_gives_probabilities():
    crops = np.random.default_rng(0).uniform(0, 255, (2, *SHAPES["mini_xception"])).astype(np.float32)
    probs = np.asarray(mini_xception()(crops))
    assert probs.shape == (2, 7)
    assert np.allclose(probs.sum(axis=1), 1, atol=1e-5)


def test_the_network_is_built_as_the_spec_says(tmp_path):
    model = shipped_shape(a_spec(tmp_path, stages=[[4], [8]]))
    assert model.count_params() == build([[4], [8]], dropout=0.3, seed=1).count_params()


def test_stages_that_are_not_the_shipped_ones_are_said(tmp_path):
    with pytest.raises(SpecError, match="says 633575 parameters, its stages make"):
        shipped_shape(a_spec(tmp_path, stages=[[4], [8]], parameters=633_575))


def test_the_shipped_spec_describes_a_network_of_the_shipped_files_size():
    """A parameter takes a byte in int8; the rest are scales, biases and the graph."""
    size = (WEIGHTS / "emotion.tflite").stat().st_size
    assert 0.7 * size < shipped_shape().count_params() < size


@pytest.mark.parametrize("name", ["network", "mini_xception"])
def test_the_float_file_computes_what_the_network_does(name, tmp_path):
    model = mini_xception() if name == "mini_xception" else shipped_shape(a_spec(tmp_path, stages=[[4], [8]]))
    crops = np.random.default_rng(0).uniform(0, 255, (3, *SHAPES[name])).astype(np.float32)
    run = Interpreter(model_content=to_litert_float(model, SHAPES[name], tf.float32)).get_signature_runner()
    wanted, found = model(crops, training=False), run(crops=crops)
    wanted = wanted if isinstance(wanted, dict) else dict.fromkeys(found, wanted)
    assert set(found) == set(wanted)
    for head, probs in found.items():
        assert np.allclose(probs, wanted[head], atol=1e-4), head


def test_the_command_leaves_two_files_and_the_figures_of_keras(tmp_path, monkeypatch):
    tiny = build([[4], [8]], dropout=0.0, seed=0)
    monkeypatch.setattr(peers, "shipped_shape", lambda: tiny)
    assert main([str(tmp_path), "--count", "2"]) == 0
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["mini_xception_parameters"] == 58_423
    assert figures["network_parameters"] == tiny.count_params()
    for name in ("network", "mini_xception"):
        assert (tmp_path / f"{name}_fp32.tflite").stat().st_size > 1000
        for way in ("predict", "call"):
            assert figures[f"{name}_keras_{way}_batch_1_median_ms"] > 0
            assert figures[f"{name}_keras_{way}_batch_1_n"] == 2


def test_the_files_are_timed_beside_the_shipped_one(tmp_path):
    from benchmarks.inference import BATCHES, measure_networks, ratios
    from benchmarks.peers_process import Peers
    from fer_model.classifier import EmotionClassifier

    tiny = shipped_shape(a_spec(tmp_path, stages=[[4], [8]]))
    files = [
        to_litert_float(model, SHAPES[name], tf.float32)
        for name, model in (("network", tiny), ("mini_xception", mini_xception()))
    ]
    figures = measure_networks(EmotionClassifier.load(), Peers(*files, {}), np.full((1, 48, 48, 1), 90, np.uint8), 1)
    timed = {key.removesuffix("_n") for key in figures if key.endswith("_n")}
    each_batch = {f"{name}_batch_{batch}" for name in ("network", "network_fp32") for batch in BATCHES}
    assert timed == each_batch | {"mini_xception_fp32_batch_1"}
    assert figures["network_fp32_bytes"] == len(files[0]) and figures["mini_xception_fp32_bytes"] == len(files[1])
    assert len(ratios(figures)) == len(BATCHES) + 1


@pytest.mark.parametrize("arguments", [["no/such/folder"], [".", "--count", "0"]])
def test_bad_arguments_are_one_sentence(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert "ask for a folder that is there and at least one call" in capsys.readouterr().err.splitlines()[-1]
