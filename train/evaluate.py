"""Scores a trained .keras or an exported .tflite with the same code.

``python -m train.evaluate --weights FILE --data PATH --split PublicTest --votes CSV --json OUT``. A .tflite file brings
its spec beside it (the same name with .json) and needs no TensorFlow.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer_model.classifier import EmotionClassifier
from fer_model.errors import FerModelError
from fer_model.labels import EMOTIONS
from fer_model.preprocess import lift_dark
from train import provenance, slices
from train.calibrate import cross_fitted
from train.data import SPLITS, DataError, Images, read_split, twin_mask
from train.ferplus import FERPLUS_LABELS, HEADS, fold_matrix, majority, read_votes
from train.metrics import expected_calibration_error, risk_coverage, summary

FOLDS = 5
Predict = Callable[[np.ndarray], dict[str, np.ndarray]]


class WeightsError(Exception):
    """The weights file cannot be scored."""


def load_predict(weights: Path) -> tuple[Predict, float]:
    """What turns (n, 48, 48, 1) uint8 crops into probabilities by head, in the order of ``HEADS``' labels.

    Returns:
        The function, and the confidence under which the classroom abstains (0 for a .keras, which has no spec).

    Raises:
        WeightsError: neither .keras nor .tflite, or not readable as one.
    """
    if weights.suffix == ".tflite":
        return _load_litert(weights)
    if weights.suffix == ".keras":
        return keras_predict(load_network(weights)), 0.0
    raise WeightsError(f"Expected weights ending in .keras or .tflite, got {weights}.")


def _load_litert(weights: Path) -> tuple[Predict, float]:
    spec_path = weights.with_suffix(".json")
    try:
        classifier = EmotionClassifier.load(spec_path)
    except FerModelError as error:
        raise WeightsError(str(error)) from error
    if classifier.spec.file != weights.name:
        raise WeightsError(f"{spec_path} describes {classifier.spec.file}, not {weights.name}.")
    try:
        orders = {
            head: [classifier.spec.outputs[head].index(label) for label in labels] for head, labels in HEADS.items()
        }
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{spec_path} lacks a head or a label: {error}.") from error

    def predict(crops: np.ndarray) -> dict[str, np.ndarray]:
        outputs = classifier.predict_heads(crops)
        return {head: outputs[head][:, order] for head, order in orders.items()}

    return predict, classifier.abstain_below


def load_network(weights: Path):
    """The Keras model in a .keras file, in float32; raises ``WeightsError`` when it is not one of ours."""
    import keras  # here alone, so that scoring a .tflite needs no training framework

    from train.model import in_float32  # which also registers our layers

    try:
        model = keras.saving.load_model(weights, compile=False)
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(f"{weights} is not a trained network of ours: {error}") from error
    found = {head: output.shape[-1] for head, output in model.output.items()} if isinstance(model.output, dict) else {}
    expected = {head: len(labels) for head, labels in HEADS.items()}
    if found != expected:
        raise WeightsError(f"{weights} has the outputs {found}, expected {expected}: train it with `train.fit`.")
    return in_float32(model)


def keras_predict(model, batch_size: int = 256) -> Predict:
    """``load_predict`` for a network that is loaded already."""

    def predict(crops: np.ndarray) -> dict[str, np.ndarray]:
        import keras

        parts = {head: [np.zeros((0, len(labels)), np.float32)] for head, labels in HEADS.items()}
        for start in range(0, len(crops), batch_size):
            outputs = model.predict_on_batch(lift_dark(crops[start : start + batch_size]))  # as the served file does
            for head, rows in parts.items():
                rows.append(keras.ops.convert_to_numpy(outputs[head]))
        return {head: np.concatenate(rows) for head, rows in parts.items()}

    return predict


def score(
    outputs: dict[str, np.ndarray],
    images: Images,
    votes: np.ndarray | None = None,
    training: Images | None = None,
    abstain_below: float = 0.0,
) -> dict:
    """Every figure of both heads and of the folded reading, as plain values.

    Args:
        outputs: (n, 7) of "fer2013" and (n, 8) of "ferplus".
        votes: (n, 10) FER+ votes; without them "ferplus" and "reading" are left out.
        training: images whose pixel-identical twins are left out of the "_without_twins" figures.
        abstain_below: confidence under which the reading does not count as given.
    """
    alone = ~twin_mask(images, training) if training is not None else None
    results = {"fer2013": _head(outputs["fer2013"], images.labels, EMOTIONS)}
    if alone is not None:
        results["fer2013_without_twins"] = _short(outputs["fer2013"][alone], images.labels[alone], EMOTIONS)
    if votes is None:
        return results
    labels = majority(votes)
    kept = labels >= 0
    results["ferplus"] = _head(outputs["ferplus"][kept], labels[kept], FERPLUS_LABELS)
    if alone is not None:
        rows = kept & alone
        results["ferplus_without_twins"] = _short(outputs["ferplus"][rows], labels[rows], FERPLUS_LABELS)
    results["reading"] = _reading(outputs["ferplus"] @ fold_matrix(), labels, abstain_below)
    return results


def _head(probs: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> dict:
    """``summary``, and the calibration error of temperatures that did not see the images they are measured on."""
    figures = summary(probs, labels, names)
    if len(labels) >= FOLDS:
        fitted = cross_fitted(probs, labels, FOLDS)
        figures["ece_15_bins_cross_fitted"] = round(expected_calibration_error(fitted, labels), 4)
    return figures


def _reading(folded: np.ndarray, labels: np.ndarray, abstain_below: float) -> dict:
    """What the classroom gets: FER+ folded to the seven emotions, with and without the faces that are not clear."""
    kept = labels >= 0
    truth = fold_matrix().argmax(axis=1)[labels[kept]]
    clear = folded.max(axis=1) >= abstain_below
    return {
        "abstain_below": abstain_below,
        "images": len(folded),
        "share_read": round(float(clear.mean()), 4) if len(folded) else None,
        "all": summary(folded[kept], truth, EMOTIONS),
        "clear": _short(folded[kept & clear], truth[clear[kept]], EMOTIONS),
        "risk_coverage": risk_coverage(folded[kept].max(axis=1), folded[kept].argmax(axis=1) == truth),
    }


def _short(probs: np.ndarray, labels: np.ndarray, names: tuple[str, ...]) -> dict:
    figures = summary(probs, labels, names)
    return {key: figures[key] for key in ("n", "accuracy", "accuracy_95_low", "accuracy_95_high", "macro_f1")}


def evaluate(
    weights: Path,
    data: Path,
    split: str,
    votes_path: Path | None = None,
    training_path: Path | None = None,
    with_slices: bool = True,
) -> dict:
    """Loads, predicts, scores. Raises ``WeightsError`` or ``DataError``."""
    predict, abstain_below = load_predict(weights)
    images = read_split(data, split)
    votes = read_votes(votes_path, images.names) if votes_path else None
    training = _training(data, training_path) if split != "Training" else None  # there, all have a twin: themselves
    results = score(predict(images.pixels), images, votes, training, abstain_below)
    if with_slices:
        results["slices"] = slices.measure(predict, images.pixels, images.labels, votes, abstain_below)
    return {
        "weights": weights.name,
        "sha256": provenance.sha256(weights),
        "data": data.name,
        "split": split,
        "unreadable": list(images.unreadable),
        "missing_classes": [name for i, name in enumerate(EMOTIONS) if not (images.labels == i).any()],
        **results,
        "commit": provenance.commit(),
        "versions": provenance.versions(),
    }


def _training(data: Path, training_path: Path | None) -> Images | None:
    """Where to look for twins: what was named, else the same data set if it holds Training."""
    if training_path:
        return read_split(training_path, "Training")
    try:
        return read_split(data, "Training")
    except DataError:
        return None


def table(results: dict) -> str:
    """The figures one looks at first, one row each."""
    rows = {
        "FER2013": results["fer2013"],
        "FER2013, no twins of Training": results.get("fer2013_without_twins"),
        "FER+ majority": results.get("ferplus"),
        "FER+, no twins of Training": results.get("ferplus_without_twins"),
        "reading, all": results.get("reading", {}).get("all"),
        "reading, clear": results.get("reading", {}).get("clear"),
    }
    lines = [
        f"{results['weights']} on {results['split']}",
        f"{'':<30}{'n':>6}  {'accuracy (95 %)':<24}{'macro-F1':>8}{'ECE':>9}",
    ]
    for name, figures in rows.items():
        if figures and figures["n"]:
            low, high, ece = figures["accuracy_95_low"], figures["accuracy_95_high"], figures.get("ece_15_bins")
            share = f"{figures['accuracy']:.2%} ({low:.1%} to {high:.1%})"
            calibration = "" if ece is None else f"{ece:>9.4f}"
            lines.append(f"{name:<30}{figures['n']:>6}  {share:<24}{figures['macro_f1']:>8.3f}{calibration}")
    lines += [f"Unreadable, left out: {line}" for line in results["unreadable"]]
    if results["missing_classes"]:
        lines.append(f"No images of {', '.join(results['missing_classes'])}: what is said of these is not known.")
    if "slices" in results:
        lines += ["", slices.table(results["slices"])]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score a .keras or .tflite network on a split of FER2013.")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--split", choices=SPLITS, default="PublicTest")
    parser.add_argument("--votes", type=Path, help="FER+ votes as csv")
    parser.add_argument("--training", type=Path, help="where Training is, if not in --data, to leave its twins out")
    parser.add_argument("--no-slices", action="store_true", help="leave out the same pictures made worse (quicker)")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    args = parser.parse_args(argv)
    try:
        results = evaluate(args.weights, args.data, args.split, args.votes, args.training, not args.no_slices)
    except (WeightsError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    print(table(results))
    if args.json:
        args.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
