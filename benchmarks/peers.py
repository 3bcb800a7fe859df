"""What the shipped network is compared with: itself in float32, mini-Xception, and both in Keras on TensorFlow.

    python -m benchmarks.peers FOLDER

``benchmarks.inference`` runs this in a process of its own, because students are served in one without TensorFlow, and
times the files itself. FOLDER receives ``network_fp32.tflite`` and ``mini_xception_fp32.tflite``, which take float32
``crops`` of grey levels, and ``figures.json``: Keras' milliseconds in one thread, parameters, versions. All weights are
fresh ones: time does not depend on them. Needs requirements-train.txt.
"""

import argparse
import json
import os
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"  # the only backend that writes LiteRT

import keras  # after the backend is named, which Keras reads here
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.timing import side_by_side_ms, summary
from fer_model.classifier import CROP_SHAPE, WEIGHTS
from train.export import to_litert_float
from train.model import build

SHAPES = {"network": CROP_SHAPE, "mini_xception": (64, 64, 1)}
PEER_CLASSES = 7


class SpecError(Exception):
    """The spec of the shipped network does not describe what its stages build."""


def shipped_shape(spec_path: Path = WEIGHTS / "emotion.json") -> keras.Model:
    """The shipped network with fresh weights; raises ``SpecError`` where its spec counts other parameters."""
    network = json.loads(spec_path.read_text(encoding="utf-8"))["network"]
    model = build(network["stages"], dropout=0.0, seed=0)
    said, found = network.get("parameters"), model.count_params()
    if said not in (None, found):
        raise SpecError(f"{spec_path} says {said} parameters, its stages make {found}: export the network anew.")
    return model


def mini_xception() -> keras.Model:
    """(n, 64, 64, 1) grey levels to (n, 7) probabilities, 58,423 parameters (batch normalisation's statistics counted).

    Mini-Xception with the scaling of grey levels inside, as ours has it.

    O. Arriaga, M. Valdenegro-Toro, P. Plöger: "Real-time Convolutional Neural Networks for Emotion and Gender
    Classification", 2017, arXiv:1710.07557, figure 4.
    """
    crops = keras.Input(SHAPES["mini_xception"], name="crops")
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(crops)
    for _ in range(2):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, use_bias=False)(x)))
    for channels in (16, 32, 64, 128):
        shortcut = layers.Conv2D(channels, 1, strides=2, padding="same", use_bias=False)(x)
        shortcut = layers.BatchNormalization()(shortcut)
        x = layers.BatchNormalization()(layers.SeparableConv2D(channels, 3, padding="same", use_bias=False)(x))
        x = layers.ReLU()(x)
        x = layers.BatchNormalization()(layers.SeparableConv2D(channels, 3, padding="same", use_bias=False)(x))
        x = layers.Add()([layers.MaxPooling2D(3, strides=2, padding="same")(x), shortcut])
    x = layers.Conv2D(PEER_CLASSES, 3, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(crops, layers.Softmax()(x), name="mini_xception")


def keras_figures(models: dict[str, keras.Model], count: int) -> dict[str, float | int]:
    """Milliseconds of ``model.predict(crop)`` and ``model(crop)`` for one crop, all of them side by side."""
    works = {}
    for name, model in models.items():
        crop = np.random.default_rng(0).uniform(0, 255, (1, *SHAPES[name])).astype(np.float32)
        works[f"{name}_keras_predict_batch_1"] = partial(model.predict, crop, verbose=0)
        works[f"{name}_keras_call_batch_1"] = partial(model, crop, training=False)
    figures = {}
    for name, taken in side_by_side_ms(works, count).items():
        figures |= summary(name, taken)
    return figures


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the files go; it is there already")
    parser.add_argument("--count", type=int, default=300, help="calls of each step")
    given = parser.parse_args(argv)
    if given.count < 1 or not given.folder.is_dir():
        parser.error(f"ask for a folder that is there and at least one call, got {given.folder} and {given.count}")
    try:
        models = {"network": shipped_shape(), "mini_xception": mini_xception()}
    except SpecError as error:
        print(error, file=sys.stderr)
        return 1
    figures: dict[str, object] = {f"{name}_parameters": model.count_params() for name, model in models.items()}
    for name, model in models.items():
        (given.folder / f"{name}_fp32.tflite").write_bytes(to_litert_float(model, SHAPES[name], tf.float32))
    figures |= keras_figures(models, given.count)
    figures["keras_threads"] = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
    figures |= {f"version_{name}": version(name) for name in ("tensorflow", "keras")}
    (given.folder / "figures.json").write_text(json.dumps(figures), encoding="utf-8")
    return 0


def use_one_thread() -> None:
    """Keras on one processor thread, as LiteRT is measured; only before TensorFlow has done anything."""
    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


if __name__ == "__main__":
    use_one_thread()
    sys.exit(main())
