"""Trained Keras network to LiteRT: calibrated, int8 to ship and float32 to compare, each with its spec and scores.

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
from collections.abc import Callable
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"  # the only backend that writes LiteRT

import keras  # after the backend is named, which Keras reads here
import numpy as np
import tensorflow as tf
from tensorflow.lite.python.util import modify_model_io_type
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from fer_model.classifier import CROP_SHAPE, WEIGHTS, EmotionClassifier
from fer_model.preprocess import lift_dark
from train import provenance
from train.calibrate import abstain_threshold, fit_temperature
from train.data import SIDE_PX, DataError, Images, read_splits
from train.evaluate import WeightsError, keras_predict, load_network, score
from train.ferplus import FOLD, HEADS, fold_matrix, majority, read_votes
from train.model import stages_of

READS_WITH = "ferplus"
INPUT = {"name": "crops", "shape": [SIDE_PX, SIDE_PX, 1], "dtype": "uint8", "range": [0, 255], "colour": "grey"}
SPEC_SCORES = ("n", "accuracy", "accuracy_95_low", "accuracy_95_high", "macro_f1", "ece_15_bins", "nll")
REPRESENTATIVE_IMAGES = 512
FLOAT_OPS = [
    "FULLY_CONNECTED",
    "SOFTMAX",
]  # next to no work; an int8 probability has steps of 1/256


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


def to_litert_int8(model: keras.Model, training: Images, seed: int = 0) -> bytes:
    """int8 trunk, uint8 (n, 48, 48, 1) input whose values are grey levels, float32 probabilities by head name."""
    rows = np.random.default_rng(seed).permutation(len(training))[:REPRESENTATIVE_IMAGES]
    # The ramp holds 0 and 255, so that the input's scale is 1 and its zero 0: grey levels go in as they are.
    ramp = np.linspace(0, 255, SIDE_PX**2, dtype=np.float32).reshape(1, SIDE_PX, SIDE_PX, 1)

    def representative():
        yield [ramp]
        for row in rows:
            yield [lift_dark(training.pixels[row][None]).astype(np.float32)]

    def convert(converter: tf.lite.TFLiteConverter) -> bytes:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=FLOAT_OPS)
        debugger = tf.lite.experimental.QuantizationDebugger(
            converter=converter, debug_dataset=representative, debug_options=options
        )
        # The debugger gives every model a float32 input, whatever the converter was told.
        return modify_model_io_type(debugger.get_nondebug_quantized_model(), tf.uint8, tf.float32)

    return _converted(model, tf.float32, convert)


def to_litert_float(model: keras.Model, shape: tuple[int, int, int] = CROP_SHAPE, dtype: tf.DType = tf.uint8) -> bytes:
    """The network in float32; its input "crops" is (n, *shape) grey levels of ``dtype``, outputs keep their names."""
    return _converted(model, dtype, lambda converter: converter.convert(), shape)


def _converted(
    model: keras.Model,
    dtype: tf.DType,
    convert: Callable[[tf.lite.TFLiteConverter], bytes],
    shape: tuple[int, int, int] = CROP_SHAPE,
) -> bytes:
    """What ``convert`` makes of a converter for ``model``, whose input "crops" has this shape and ``dtype``."""
    crops = tf.TensorSpec([None, *shape], dtype, name="crops")
    serve = tf.function(lambda crops: model(tf.cast(crops, tf.float32), training=False), input_signature=[crops])
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
        return convert(tf.lite.TFLiteConverter.from_saved_model(folder))


def spec_of(content: bytes, name: str, model: keras.Model, by_head: dict[str, float], data: Path) -> dict:
    """The spec without what only scoring can tell: threshold and scores."""
    return {
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "network": {"stages": stages_of(model), "parameters": model.count_params(), "bytes": len(content)},
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


def publish(folder: Path, name: str, out: Path) -> None:
    """Copies the file ``name`` and its spec from ``folder`` to the folder and name of ``out``'s."""
    out.parent.mkdir(parents=True, exist_ok=True)
    for ending in (".tflite", ".json"):
        shutil.copy((folder / name).with_suffix(ending), out.parent / Path(name).with_suffix(ending).name)


def compared(by_kind: dict[str, dict]) -> str:
    """Accuracy of both heads, one row a file, and what int8 costs."""
    lines = [f"{'':<8}{'bytes':>10}{'FER2013':>10}{'FER+':>10}"]
    scores = {kind: [spec["scores"][head]["accuracy"] for head in HEADS] for kind, spec in by_kind.items()}
    for kind, spec in by_kind.items():
        shares = "".join(f"{share:>10.2%}" for share in scores[kind])
        lines.append(f"{kind:<8}{spec['network']['bytes']:>10,}{shares}")
    costs = (100 * (before - after) for before, after in zip(scores["float"], scores["int8"], strict=True))
    lines.append(f"{'cost':<18}" + "".join(f"{cost:>+8.2f} pt" for cost in costs).rstrip())
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Export a trained network to LiteRT, int8 and float32.")
    parser.add_argument("--weights", type=Path, required=True, help="trained .keras")
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--votes", type=Path, required=True, help="FER+ votes as csv")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "emotion.tflite", help="the int8 file")
    parser.add_argument(
        "--float-out", type=Path, help="the float32 file (default: emotion_float.tflite beside --weights)"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that scores better")
    args = parser.parse_args(argv)
    try:
        splits = read_splits(args.data, ("Training", "PublicTest"))
        training, choosing = splits["Training"], splits["PublicTest"]
        votes = read_votes(args.votes, choosing.names)
        model = load_network(args.weights)
    except (DataError, WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    by_head = temperatures(model, choosing, votes)
    fold_temperatures(model, by_head)
    outs = {"float": args.float_out or args.weights.parent / "emotion_float.tflite", "int8": args.out}
    contents = {"float": to_litert_float(model), "int8": to_litert_int8(model, training)}
    with tempfile.TemporaryDirectory() as folder:
        specs = {}
        for kind, content in contents.items():
            begun = spec_of(content, outs[kind].name, model, by_head, args.data)
            place = Path(folder) / kind
            place.mkdir()
            specs[kind] = write(
                content, begun, (place / outs[kind].name).with_suffix(".json"), choosing, votes, training
            )
        print(compared(specs))
        publish(Path(folder) / "float", outs["float"].name, outs["float"])
        if not args.force and (reason := worse_than(args.out.with_suffix(".json"), specs["int8"])):
            print(reason, file=sys.stderr)
            return 1
        publish(Path(folder) / "int8", outs["int8"].name, outs["int8"])
    print(json.dumps(specs["int8"]["scores"], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
