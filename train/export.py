"""Trained Keras network to the shipped LiteRT file: calibrated, int8, with its spec, scored as it ships.

``python -m train.export --weights runs/first/model.keras --data fer2013.zip --votes votes.csv``. Training images show
the converter the ranges; PublicTest chooses temperature and threshold, so figures on it are not test scores.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"  # the only backend that writes LiteRT

import keras  # after the backend is named, which Keras reads here
import numpy as np
import tensorflow as tf
from tensorflow.lite.python.util import modify_model_io_type
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

import train.model  # noqa: F401  (registers our layer)
from fer_model.classifier import WEIGHTS, EmotionClassifier
from fer_model.preprocess import lift_dark
from train import provenance
from train.calibrate import abstain_threshold, fit_temperature
from train.data import SIDE_PX, DataError, Images, read_splits
from train.evaluate import WeightsError, keras_predict, score
from train.ferplus import FOLD, HEADS, fold_matrix, majority, read_votes

READS_WITH = "ferplus"
INPUT = {"name": "crops", "shape": [SIDE_PX, SIDE_PX, 1], "dtype": "uint8", "range": [0, 255], "colour": "grey"}
SPEC_SCORES = ("n", "accuracy", "accuracy_95_low", "accuracy_95_high", "macro_f1", "ece_15_bins", "nll")
REPRESENTATIVE_IMAGES = 512
FLOAT_OPS = ["FULLY_CONNECTED", "SOFTMAX"]  # 2,400 of 73 M multiply-adds; in int8 a probability has steps of 1/256


def temperatures(model: keras.Model, choosing: Images, votes: np.ndarray) -> dict[str, float]:
    """Temperature of each head: FER2013 on its labels, FER+ on the majority labels."""
    outputs = keras_predict(model)(choosing.pixels)
    labels = majority(votes)
    kept = labels >= 0
    return {
        "fer2013": fit_temperature(outputs["fer2013"], choosing.labels),
        "ferplus": fit_temperature(outputs["ferplus"][kept], labels[kept]),
    }


def fold_temperatures(model: keras.Model, by_head: dict[str, float]) -> None:
    """Divides kernel and bias of each head's last layer, which divides its logits exactly; changes ``model``."""
    for head, temperature in by_head.items():
        layer = model.get_layer(f"{head}_logits")
        layer.set_weights([values / temperature for values in layer.get_weights()])


def to_litert(model: keras.Model, training: Images, seed: int = 0) -> bytes:
    """int8 trunk, uint8 (n, 48, 48, 1) input whose values are grey levels, float32 probabilities by head name."""
    crops = tf.TensorSpec([None, SIDE_PX, SIDE_PX, 1], tf.float32, name="crops")
    serve = tf.function(lambda crops: dict(model(crops, training=False)), input_signature=[crops])
    rows = np.random.default_rng(seed).permutation(len(training))[:REPRESENTATIVE_IMAGES]
    # The ramp holds 0 and 255, so that the input's scale is 1 and its zero 0: grey levels go in as they are.
    ramp = np.linspace(0, 255, SIDE_PX**2, dtype=np.float32).reshape(1, SIDE_PX, SIDE_PX, 1)

    def representative():
        yield [ramp]
        for row in rows:
            yield [lift_dark(training.pixels[row][None]).astype(np.float32)]

    with tempfile.TemporaryDirectory() as folder:
        # Weights become constants first: left as variables, the converter's calibration cannot read them.
        concrete = serve.get_concrete_function()
        frozen = convert_variables_to_constants_v2(concrete)

        def by_name(crops):
            """The frozen function gives a bare list; its place in the structure before is what names it."""
            return tf.nest.pack_sequence_as(concrete.structured_outputs, tf.nest.flatten(frozen(crops)))

        module = tf.Module()
        module.serve = tf.function(by_name, input_signature=[crops])
        tf.saved_model.save(module, folder, signatures={"serving_default": module.serve})
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=FLOAT_OPS)
        debugger = tf.lite.experimental.QuantizationDebugger(
            converter=converter, debug_dataset=representative, debug_options=options
        )
        # The debugger gives every model a float32 input, whatever the converter was told.
        return modify_model_io_type(debugger.get_nondebug_quantized_model(), tf.uint8, tf.float32)


def spec_of(content: bytes, name: str, by_head: dict[str, float], data: Path) -> dict:
    """The spec without what only scoring can tell: threshold and scores."""
    return {
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "input": INPUT,
        "outputs": {
            head: {"labels": list(labels), "temperature": round(by_head[head], 4)} for head, labels in HEADS.items()
        },
        "reads_with": READS_WITH,
        "fold": FOLD,
        "abstain_below": 0.0,
        "scores": {},
        "data": f"FER2013 ({data.name}) Training, FER+ votes; PublicTest chose temperatures and threshold",
        "commit": provenance.commit(),
        "versions": provenance.versions(),
    }


def write(content: bytes, spec: dict, path: Path, choosing: Images, votes: np.ndarray, training: Images) -> dict:
    """Writes the file beside its spec ``path``, scores it as it ships, and completes the spec; returns it."""
    path.with_name(spec["file"]).write_bytes(content)
    path.write_text(json.dumps(spec), encoding="utf-8")
    classifier = EmotionClassifier.load(path)
    outputs, labels = classifier.predict_heads(choosing.pixels), majority(votes)
    folded, truth, kept = outputs["ferplus"] @ fold_matrix(), fold_matrix().argmax(axis=1)[labels], labels >= 0
    right = (folded.argmax(axis=1) == truth)[kept]
    spec["abstain_below"] = abstain_threshold(folded[kept].max(axis=1), right)
    results = score(outputs, choosing, votes, training, spec["abstain_below"])
    for name in ("fer2013", "fer2013_without_twins", "ferplus", "ferplus_without_twins"):
        figures = {key: results[name][key] for key in SPEC_SCORES if key in results[name]}
        spec["scores"][name] = {"split": "PublicTest", **figures}
    reading = results["reading"]
    spec["scores"]["reading_clear"] = {"split": "PublicTest", "share_read": reading["share_read"], **reading["clear"]}
    path.write_text(json.dumps(spec, indent=2) + "\n", encoding="utf-8")
    return spec


def worse_than(old_spec: Path, new: dict) -> str | None:
    """Why the new file should not replace the old one, ``None`` when it may."""
    if not old_spec.exists():
        return None
    old = json.loads(old_spec.read_text(encoding="utf-8"))["scores"]
    for head in HEADS:
        before, after = old[head]["accuracy"], new["scores"][head]["accuracy"]
        if after < before:
            return f"{old_spec} scores {before:.2%} on {head}, the new file {after:.2%}: give --force to replace it."
    return None


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Export a trained network to LiteRT, int8.")
    parser.add_argument("--weights", type=Path, required=True, help="trained .keras")
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--votes", type=Path, required=True, help="FER+ votes as csv")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "emotion.tflite")
    parser.add_argument("--force", action="store_true", help="replace a file that scores better")
    args = parser.parse_args(argv)
    try:
        splits = read_splits(args.data, ("Training", "PublicTest"))
        training, choosing = splits["Training"], splits["PublicTest"]
        votes = read_votes(args.votes, choosing.names)
        keras.config.set_dtype_policy("float32")
        try:
            model = keras.saving.load_model(args.weights, compile=False)
        except (OSError, ValueError, TypeError) as error:
            raise WeightsError(f"{args.weights} is not a trained network of ours: {error}") from error
    except (DataError, WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    by_head = temperatures(model, choosing, votes)
    fold_temperatures(model, by_head)
    content = to_litert(model, training)
    with tempfile.TemporaryDirectory() as folder:
        new = spec_of(content, args.out.name, by_head, args.data)
        target = args.out.with_suffix(".json")
        new = write(content, new, Path(folder) / target.name, choosing, votes, training)
        if not args.force and (reason := worse_than(target, new)):
            print(reason, file=sys.stderr)
            return 1
        args.out.parent.mkdir(parents=True, exist_ok=True)
        for name in (args.out.name, target.name):
            shutil.copy(Path(folder) / name, args.out.parent / name)
    print(json.dumps(new["scores"], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
