"""Soft targets: what trained networks, the teachers, say of every Training image, to be learnt by the next network.

``python -m train.teach --weights runs/A/model.keras runs/B/model.keras --data fer2013.zip --out runs/soft.npz``, then
``python -m train.fit --teachers runs/soft.npz ...`` with a configuration whose ``teacher_share`` is above 0.

Hinton et al. 2015 (arXiv:1503.02531). A label of FER2013 is one person's guess and often wrong; the mean of several
networks over several views of an image is a calmer guess, and it also says what an image could be taken for.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from train.data import DataError, read_split
from train.evaluate import Predict, WeightsError, load_predict
from train.ferplus import HEADS

SHIFTS_PX = ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2))


def views(crops: np.ndarray) -> Iterator[np.ndarray]:
    """(n, 48, 48, 1) -> ten times the same shape: shifted by up to two pixels, each also mirrored."""
    for down, right in SHIFTS_PX:
        shifted = np.pad(crops, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
        shifted = shifted[:, 2 - down : shifted.shape[1] - 2 - down, 2 - right : shifted.shape[2] - 2 - right]
        yield np.ascontiguousarray(shifted)
        yield np.ascontiguousarray(shifted[:, :, ::-1])


def soft_targets(teachers: list[Predict], crops: np.ndarray) -> dict[str, np.ndarray]:
    """Mean probabilities over teachers and views.

    Args:
        teachers: as ``train.evaluate.load_predict`` gives them, at least one.
        crops: (n, 48, 48, 1) uint8.

    Returns:
        (n, k) float32 by head, rows sum to 1.
    """
    sums = {head: np.zeros((len(crops), len(labels)), np.float64) for head, labels in HEADS.items()}
    count = 0
    for view in views(crops):
        for predict in teachers:
            for head, probs in predict(view).items():
                sums[head] += probs
            count += 1
    return {head: (values / count).astype(np.float32) for head, values in sums.items()}


def mean_soft_targets(paths: Sequence[Path], names: np.ndarray) -> dict[str, np.ndarray]:
    """The mean over several files, each counting the same however many networks are behind it.

    So a new network can join the teachers without asking the ones before it anew, which takes longer than an epoch.

    Raises:
        DataError: as ``read_soft_targets``.
    """
    files = [read_soft_targets(path, names) for path in paths]
    return {head: np.mean([file[head] for file in files], axis=0) for head in HEADS}


def read_soft_targets(path: Path, names: np.ndarray) -> dict[str, np.ndarray]:
    """(n, k) float32 by head, in the order of ``names``.

    Raises:
        DataError: no such file, another file, or one that lacks a named image.
    """
    try:
        with np.load(path) as file:
            row_of = {str(name): row for row, name in enumerate(file["names"])}
            values = {head: file[head].astype(np.float32) for head in HEADS}
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path} holds no soft targets ({error}): make it with `python -m train.teach`.") from error
    missing = [str(name) for name in names if str(name) not in row_of]
    if missing:
        raise DataError(f"{path} lacks {len(missing)} images, such as {missing[0]}: make it anew from the same data.")
    rows = np.array([row_of[str(name)] for name in names], int)
    return {head: probs[rows] for head, probs in values.items()}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What trained networks say of every Training image.")
    parser.add_argument("--weights", type=Path, nargs="+", required=True, help="trained .keras files, the teachers")
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--out", type=Path, required=True, help="where to write the .npz")
    args = parser.parse_args(argv)
    try:
        images = read_split(args.data, "Training")
        teachers = [load_predict(path)[0] for path in args.weights]
    except (DataError, WeightsError) as error:
        print(error, file=sys.stderr)
        return 1
    targets = soft_targets(teachers, images.pixels)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, names=images.names, **targets)
    agreed = (targets["fer2013"].argmax(axis=1) == images.labels).mean()
    print(f"{len(images)} images, {len(teachers)} teachers; they give the FER2013 label to {agreed:.1%} of them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
