"""The same pictures made worse step by step: what light, blur, tilt, distance, packing and hands cost.

Each slice changes every image in one way and scores it again. The changes are the ones of ``train.augment`` where
training has them; here their amount is fixed, so that a slice is the same for every network.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from fer_model.preprocess import SHORT_RANGE_FRAMING, SIZE_PX
from train.augment import down_and_up, jpeg
from train.ferplus import fold_matrix, majority
from train.metrics import wilson_interval

NOISE_GREY_LEVELS = 2.0  # of the sensor; stays when the light goes
COVER_GREY = 40  # a dark hand, mask or pair of glasses


@dataclass(frozen=True)
class Change:
    """One way of making pictures worse: ``apply(crops, step)`` for each step; the first step changes nothing."""

    name: str
    unit: str
    steps: tuple[float | str, ...]
    apply: Callable[[np.ndarray, float | str], np.ndarray]


def darkened(crops: np.ndarray, light: float) -> np.ndarray:
    """(n, 48, 48, 1) uint8 in ``light`` times the light, with the noise of a sensor; above 1 it burns out."""
    if light == 1:
        return crops
    noise = np.random.default_rng(0).normal(0, NOISE_GREY_LEVELS, crops.shape)
    return np.clip(np.rint(crops * light + noise), 0, 255).astype(np.uint8)


def blurred(crops: np.ndarray, sigma_px: float) -> np.ndarray:
    """Gaussian, in pixels of the 48x48 crop."""
    if sigma_px == 0:
        return crops
    return _each(crops, lambda crop: cv2.GaussianBlur(crop, (0, 0), sigma_px))


def turned(crops: np.ndarray, degrees: float) -> np.ndarray:
    """The head tilted to the left (positive: counter-clockwise), the edge continued by its mirror image."""
    if degrees == 0:
        return crops
    centre = (SIZE_PX - 1) / 2
    matrix = cv2.getRotationMatrix2D((centre, centre), degrees, 1)
    size = (SIZE_PX, SIZE_PX)
    return _each(crops, lambda crop: cv2.warpAffine(crop, matrix, size, borderMode=cv2.BORDER_REFLECT_101))


def shrunk(crops: np.ndarray, face_px: int) -> np.ndarray:
    """As if the detector's box had been ``face_px`` wide; the crop around it is a little larger."""
    side_px = round(face_px * SHORT_RANGE_FRAMING.scale)
    return crops if side_px >= SIZE_PX else _each(crops, lambda crop: down_and_up(crop, side_px))


def packed(crops: np.ndarray, quality: int) -> np.ndarray:
    """JPEG of the crop itself, quality 1 to 100; 100 stands for unpacked."""
    return crops if quality == 100 else _each(crops, lambda crop: jpeg(crop, quality))


def covered(crops: np.ndarray, part: str) -> np.ndarray:
    """A part of the face under one dark grey; see ``COVERS``."""
    if part == "nothing":
        return crops
    top, bottom, left, right = COVERS[part]
    out = crops.copy()
    out[:, top:bottom, left:right] = COVER_GREY
    return out


# Rows from, to, columns from, to of a 48x48 crop, where FER2013 has eyes near row 18 and the mouth near row 37.
COVERS = {
    "glasses": (13, 23, 3, 45),
    "mask": (28, 48, 6, 42),
    "left half": (0, 48, 0, 24),
    "right half": (0, 48, 24, 48),
    "hand on the chin": (34, 48, 0, 30),
}

CHANGES = (
    Change("brightness", "times the light", (1.0, 2.0, 1.5, 0.5, 0.25, 0.12), darkened),
    Change("blur", "px, sigma", (0.0, 0.5, 1.0, 1.5, 2.0), blurred),
    Change("rotation", "degrees", (0, -45, -30, -15, 15, 30, 45), turned),
    Change("face size", "px wide", (40, 30, 20, 15, 10), shrunk),
    Change("JPEG quality", "of 100", (100, 50, 25, 10, 5), packed),
    Change("occlusion", "covered", ("nothing", *COVERS), covered),
)


def measure(
    predict: Callable[[np.ndarray], dict[str, np.ndarray]],
    crops: np.ndarray,
    labels: np.ndarray,
    votes: np.ndarray | None,
    abstain_below: float,
    changes: tuple[Change, ...] = CHANGES,
) -> list[dict]:
    """A row a step of each change, as plain values.

    Args:
        predict: (n, 48, 48, 1) uint8 to probabilities by head.
        crops: (n, 48, 48, 1) uint8.
        labels: (n,) FER2013 labels.
        votes: (n, 10) FER+ votes; without them a row has the figures of FER2013 alone.
        abstain_below: confidence under which a face is not read.

    Returns:
        Rows with "fer2013" and, with votes, "ferplus" (both n, accuracy, 95 % interval) and "reading": how many of all
        images were read, and how many of the read ones with a majority were right.
    """
    rows = []
    for change in changes:
        for step in change.steps:
            outputs = predict(change.apply(crops, step))
            row = {"change": change.name, "step": step, "unit": change.unit}
            row["fer2013"] = share(outputs["fer2013"].argmax(axis=1) == labels)
            if votes is not None:
                truth = majority(votes)
                kept = truth >= 0
                row["ferplus"] = share((outputs["ferplus"].argmax(axis=1) == truth)[kept])
                folded, emotion = outputs["ferplus"] @ fold_matrix(), fold_matrix().argmax(axis=1)[truth]
                clear = folded.max(axis=1) >= abstain_below
                read = share((folded.argmax(axis=1) == emotion)[kept & clear])
                row["reading"] = {"share_read": round(float(clear.mean()), 4) if len(clear) else None, **read}
            rows.append(row)
    return rows


def share(right: np.ndarray) -> dict:
    """n, share of ``True`` and its 95 % interval, as plain values; without images the shares are ``None``."""
    n = len(right)
    low, high = wilson_interval(int(right.sum()), n) or (None, None)
    accuracy = float(right.mean()) if n else None
    figures = {"accuracy": accuracy, "accuracy_95_low": low, "accuracy_95_high": high}
    return {"n": n, **{key: None if value is None else round(value, 4) for key, value in figures.items()}}


def table(rows: list[dict]) -> str:
    """The rows of ``measure`` for a terminal."""
    lines = [f"{'change':<14}{'step':>18}{'FER2013':>10}{'FER+':>10}{'read':>8}{'right of read':>15}"]
    for row in rows:
        cells = [row["fer2013"]["accuracy"]]
        if "ferplus" in row:
            cells += [row["ferplus"]["accuracy"], row["reading"]["share_read"], row["reading"]["accuracy"]]
        widths = (10, 10, 8, 15)
        text = "".join(
            f"{'-' if cell is None else f'{cell:.1%}':>{width}}" for cell, width in zip(cells, widths, strict=False)
        )
        lines.append(f"{row['change']:<14}{row['step']!s:>18}{text}")
    return "\n".join(lines)


def _each(crops: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """``change`` takes and gives (48, 48); the whole stays (n, 48, 48, 1), also when n is 0."""
    out = np.empty_like(crops)
    for row, crop in zip(out, crops, strict=True):
        row[..., 0] = change(crop[..., 0])
    return out
