"""Where the network begins to fail: pictures darkened, blurred and shrunk step by step.

    python -m benchmarks.quality_limits --data ../shared/data/fer2013.zip --votes ../shared/data/ferplus_votes.csv \
        --json benchmarks/results/quality_limits.json

The limits in ``fer_model.quality`` and the light in ``fer_model.preprocess`` are read off this table. It uses FER2013's
PublicTest, so these choices are not a test of anything.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from fer_model import quality
from fer_model.classifier import EmotionClassifier
from fer_model.labels import EMOTIONS
from fer_model.preprocess import LIT_BRIGHTNESS
from train.data import DataError, read_splits
from train.ferplus import fold_matrix, majority, read_votes
from train.slices import NOISE_GREY_LEVELS, blurred, darkened, shrunk

LIGHT = (1.0, 0.5, 0.35, 0.25, 0.18, 0.12, 0.08)
BLUR_PX = (0.0, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
FACE_PX = (40, 30, 25, 20, 17, 13, 10)  # side of the detector's box


def table(crops: np.ndarray, expected: np.ndarray) -> list[dict]:
    """A row a change: what the quality measures say of it, and what the network makes of it.

    Args:
        crops: (n, 48, 48, 1) uint8.
        expected: (n,) index in ``EMOTIONS``.
    """
    classifier = EmotionClassifier.load()
    changes: list[tuple[str, tuple, Callable]] = [
        ("light", LIGHT, darkened),
        ("blur_px", BLUR_PX, blurred),
        ("face_px", FACE_PX, shrunk),
    ]
    rows = []
    for name, steps, change in changes:
        for step in steps:
            changed = change(crops, step)
            probs = classifier.predict(changed)
            clear = probs.max(axis=1) >= classifier.abstain_below
            right = probs.argmax(axis=1) == expected
            rows.append(
                {
                    "change": name,
                    "step": step,
                    "median_brightness": round(float(np.median(quality.brightness(changed))), 1),
                    "median_sharpness": round(float(np.median(quality.sharpness(changed))), 4),
                    "right": round(float(right.mean()), 4),
                    "clear": round(float(clear.mean()), 4),
                    "right_of_clear": round(float(right[clear].mean()), 4) if clear.any() else None,
                }
            )
    return rows


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Where the network begins to fail in the dark, blurred, or small.")
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--votes", type=Path, required=True, help="FER+ votes as csv")
    parser.add_argument("--json", type=Path, help="write the table here")
    args = parser.parse_args(argv)
    try:
        images = read_splits(args.data, ("PublicTest",))["PublicTest"]
        labels = majority(read_votes(args.votes, images.names))
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    kept = labels >= 0
    expected = fold_matrix()[labels[kept]].argmax(axis=1)
    rows = table(images.pixels[kept], expected)
    print(f"{'change':8} {'step':>6} {'bright':>7} {'sharp':>7} {'right':>7} {'clear':>7} {'right of clear':>15}")
    for row in rows:
        of_clear = f"{row['right_of_clear']:.1%}" if row["right_of_clear"] is not None else "-"
        print(
            f"{row['change']:8} {row['step']:6} {row['median_brightness']:7} {row['median_sharpness']:7}"
            f" {row['right']:7.1%} {row['clear']:7.1%} {of_clear:>15}"
        )
    if args.json:
        facts = {"split": "PublicTest", "n": int(kept.sum()), "labels": "FER+ majority, folded", "emotions": EMOTIONS}
        facts |= {"lit_brightness": LIT_BRIGHTNESS, "noise_grey_levels": NOISE_GREY_LEVELS, "rows": rows}
        args.json.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
