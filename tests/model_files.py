"""Made-up spec and results of a network, in the format that ``train.export`` and ``train.evaluate`` write."""

import json
from pathlib import Path

from fer_model.labels import EMOTIONS

SHA256 = "ab" * 32


def written(path: Path, values: dict) -> Path:
    path.write_text(json.dumps(values), "utf-8")
    return path


def _figures(n: int, accuracy: float, low: float, high: float) -> dict:
    return {"n": n, "accuracy": accuracy, "accuracy_95_low": low, "accuracy_95_high": high}


def _step(change: str, unit: str, step: float | str, n: int, accuracy: float, low: float, high: float) -> dict:
    return {"change": change, "unit": unit, "step": step, "reading": {"share_read": 0.8} | _figures(n, accuracy, low, high)}  # fmt: skip


_CLEAR = _figures(800, 0.9, 0.88, 0.92)
# angry, disgust, fear, happy, sad, surprise, neutral; no picture of disgust.
_COUNTS = [
    [170, 0, 0, 10, 5, 0, 15],
    [0, 0, 0, 0, 0, 0, 0],
    [5, 0, 5, 0, 0, 10, 0],
    [0, 0, 0, 196, 0, 0, 4],
    [0, 0, 0, 5, 60, 0, 35],
    [0, 0, 0, 0, 0, 92, 8],
    [5, 0, 0, 5, 5, 0, 265],
]
_FERPLUS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
_BINS = [
    {"above": 0.4, "up_to": 0.5, "n": 100, "confidence": 0.45, "accuracy": 0.4},
    {"above": 0.9, "up_to": 1.0, "n": 700, "confidence": 0.97, "accuracy": 0.98},
]


def _head(labels: tuple[str, ...], counts: list[list[int]]) -> dict:
    return {"labels": list(labels), "confusion_rows_true_columns_named": counts, "reliability": _BINS}


SPEC = {
    "file": "emotion.tflite",
    "sha256": SHA256,
    "scores": {"reading_clear": {"split": "PublicTest", "share_read": 0.8} | _CLEAR},
}
RESULTS = {
    "sha256": SHA256,
    "data": "made_up.zip",
    "split": "PublicTest",
    "fer2013": _head(EMOTIONS, _COUNTS),
    "ferplus": _head(_FERPLUS, [[10 if row == column else 1 for column in range(8)] for row in range(8)]),
    "reading": {
        "abstain_below": 0.6,
        "images": 1000,
        "share_read": 0.8,
        "all": _head(EMOTIONS, _COUNTS),
        "clear": _CLEAR,
        "risk_coverage": [
            {"coverage": 0.5, "confidence": 0.9, "n": 450, "risk": 0.01},
            {"coverage": 1.0, "confidence": 0.3, "n": 900, "risk": 0.12},
        ],
    },
    "slices": [
        _step("face size", "px wide", 40, 800, 0.9, 0.88, 0.92),
        _step("face size", "px wide", 30, 700, 0.8, 0.77, 0.83),
        _step("face size", "px wide", 10, 400, 0.5, 0.45, 0.55),
        _step("blur", "px, sigma", 0.0, 800, 0.9, 0.88, 0.92),
        _step("blur", "px, sigma", 1.0, 790, 0.89, 0.87, 0.91),
        _step("rotation", "degrees", 0, 800, 0.9, 0.88, 0.92),
        _step("rotation", "degrees", 45, 800, 0.6, 0.56, 0.64),
        _step("occlusion", "covered", "nothing", 800, 0.9, 0.88, 0.92),
        _step("occlusion", "covered", "hand on the chin", 800, 0.9, 0.88, 0.92),
    ],
}
