"""Face crops to emotions: runs the shipped network with LiteRT. No TensorFlow here, a test keeps it so."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from fer_model.errors import FrameError, ModelFileError
from fer_model.labels import EMOTIONS
from fer_model.native_log import native_log_as_debug
from fer_model.preprocess import lift_dark

WEIGHTS = Path(__file__).parent / "weights"
CROP_SHAPE = (48, 48, 1)
BATCH = 32  # crops a run: bounds the memory, and larger ones are not faster on a processor
BRING_BACK = "bring back the shipped fer_model/weights/ or export anew with `python -m train.export`"


@dataclass(frozen=True)
class ModelSpec:
    """What the JSON beside the weights says about them.

    Attributes:
        file: name of the .tflite in the same folder.
        sha256: its checksum in hexadecimal digits.
        outputs: labels of each head by the head's name, in the order of its numbers.
        reads_with: the head whose probabilities are folded to ``EMOTIONS``.
        fold: emotion of each label that is not itself one, such as ``{"happiness": "happy"}``.
        abstain_below: confidence from 0 to 1 under which an expression is not named.
        scores: measured figures with their n, for people to read.
    """

    file: str
    sha256: str
    outputs: dict[str, tuple[str, ...]]
    reads_with: str
    fold: dict[str, str]
    abstain_below: float
    scores: dict

    @classmethod
    def load(cls, path: Path) -> "ModelSpec":
        """Reads and checks a spec; raises ``ModelFileError``."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            spec = cls(
                file=str(values["file"]),
                sha256=str(values["sha256"]),
                outputs={head: tuple(output["labels"]) for head, output in values["outputs"].items()},
                reads_with=str(values["reads_with"]),
                fold=dict(values["fold"]),
                abstain_below=float(values["abstain_below"]),
                scores=dict(values["scores"]),
            )
        except OSError as error:
            raise ModelFileError(f"The model's spec {path} cannot be read: {BRING_BACK}.") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelFileError(f"{path} is not a model's spec ({error!r}): {BRING_BACK}.") from error
        spec._check(path)
        return spec

    def _check(self, path: Path) -> None:
        if self.reads_with not in self.outputs:
            raise ModelFileError(f"{path} reads with {self.reads_with!r}, which is none of its outputs: {BRING_BACK}.")
        reached = {self.fold.get(label, label) for label in self.outputs[self.reads_with]}
        if reached != set(EMOTIONS):
            raise ModelFileError(f"{path} folds to {sorted(reached)}, expected {sorted(EMOTIONS)}: {BRING_BACK}.")
        if not 0 <= self.abstain_below <= 1:
            raise ModelFileError(f"{path} abstains below {self.abstain_below}, expected 0 to 1: {BRING_BACK}.")


class EmotionClassifier:
    """The network with its labels. One caller at a time: each worker loads its own."""

    def __init__(self, spec: ModelSpec, folder: Path, num_threads: int = 1) -> None:
        """Use ``load``; this takes a spec that is read already. Raises ``ModelFileError``."""
        self.spec = spec
        self._run = _runner(folder / spec.file, spec, num_threads)
        self._fold = _fold_matrix(spec)

    @classmethod
    def load(cls, spec_path: Path = WEIGHTS / "emotion.json", num_threads: int = 1) -> "EmotionClassifier":
        """Reads spec and weights.

        Raises:
            ModelFileError: one of the two is missing, changed, or does not fit the other.
        """
        spec_path = Path(spec_path)
        return cls(ModelSpec.load(spec_path), spec_path.parent, num_threads)

    @property
    def abstain_below(self) -> float:
        """Confidence (largest of the seven probabilities) under which the expression is not clear."""
        return self.spec.abstain_below

    def predict(self, crops: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of the expression shown.

        Args:
            crops: (n, 48, 48, 1) uint8, grey.

        Returns:
            (n, 7) float32 in the order of ``EMOTIONS``, rows sum to 1; (0, 7) without crops.

        Raises:
            FrameError: another shape or dtype.
        """
        return self.predict_heads(crops)[self.spec.reads_with] @ self._fold

    def predict_heads(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        """(n, k) float32 of each head by name, columns as ``spec.outputs``; see ``predict``."""
        if not isinstance(crops, np.ndarray) or crops.shape[1:] != CROP_SHAPE or crops.dtype != np.uint8:
            got = f"{crops.dtype} {crops.shape}" if isinstance(crops, np.ndarray) else type(crops).__name__
            raise FrameError(f"Expected crops as uint8 (n, 48, 48, 1), got {got}: make them with fer_model.preprocess.")
        crops = lift_dark(crops)  # here, so that whoever scores the network gives it what a class gives it
        parts: dict[str, list[np.ndarray]] = {
            head: [np.zeros((0, len(labels)), np.float32)] for head, labels in self.spec.outputs.items()
        }
        for start in range(0, len(crops), BATCH):
            outputs = self._run(crops=crops[start : start + BATCH])
            for head, rows in parts.items():
                rows.append(_normalised(outputs[head]))
        return {head: np.concatenate(rows) for head, rows in parts.items()}


def _runner(path: Path, spec: ModelSpec, num_threads: int):
    """The checked file as a callable ``run(crops=...) -> {head: array}`` that resizes itself to the batch."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"The model's weights {path} cannot be read: {BRING_BACK}.") from error
    if (found := hashlib.sha256(content).hexdigest()) != spec.sha256:
        raise ModelFileError(
            f"{path} is not the file its spec names (SHA-256 {found[:12]}..., expected {spec.sha256[:12]}...): "
            f"{BRING_BACK}."
        )
    try:
        with native_log_as_debug():
            interpreter = Interpreter(model_content=content, num_threads=num_threads)
            run = interpreter.get_signature_runner()
        inputs, outputs = run.get_input_details(), run.get_output_details()
    except (ValueError, RuntimeError) as error:
        raise ModelFileError(f"{path} is not a LiteRT model with one signature: {BRING_BACK}.") from error
    widths = {head: int(detail["shape"][-1]) for head, detail in outputs.items()}
    expected = {head: len(labels) for head, labels in spec.outputs.items()}
    if widths != expected:
        raise ModelFileError(f"{path} has the outputs {widths}, its spec says {expected}: {BRING_BACK}.")
    detail = inputs.get("crops")
    # A scale of 1 and a zero of 0 mean that a pixel's value goes in as it is; so does no scale, which a float file has.
    if (
        detail is None
        or tuple(detail["shape"][1:]) != CROP_SHAPE
        or detail["dtype"] != np.uint8
        or not any(np.allclose(detail["quantization"], as_is, atol=1e-3) for as_is in ((1.0, 0), (0.0, 0)))
    ):
        raise ModelFileError(f"{path} does not take uint8 crops of {CROP_SHAPE} as they are: {BRING_BACK}.")
    return run


def _fold_matrix(spec: ModelSpec) -> np.ndarray:
    """(k, 7) float32 of zeros and ones that adds each label's probability to its emotion."""
    labels = spec.outputs[spec.reads_with]
    matrix = np.zeros((len(labels), len(EMOTIONS)), np.float32)
    for row, label in enumerate(labels):
        matrix[row, EMOTIONS.index(spec.fold.get(label, label))] = 1
    return matrix


def _normalised(probs: np.ndarray) -> np.ndarray:
    """Rows summing to 1: an int8 softmax has steps of 1/256, so its rows miss that by up to one percent."""
    return (probs / probs.sum(axis=1, keepdims=True)).astype(np.float32)
