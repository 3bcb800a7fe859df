"""What a tilted head costs, and what setting its crop upright gives back.

    python -m benchmarks.tilt --data ../shared/data/fer2013.zip --votes ../shared/data/ferplus_votes.csv \
        --json benchmarks/results/tilt.json

Pictures of PublicTest, enlarged onto a grey canvas as in ``benchmarks.crop_margin``, are turned as a whole and go
through detector, crop and network like a webcam's frame. Compared are crops as they are, upright by the eyes alone, and
upright by eyes and mouth. The choice among them is made here, so these are no test scores.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

from benchmarks.crop_margin import CANVAS_PX, GREY, on_canvas
from fer_model.classifier import EmotionClassifier
from fer_model.detector import FaceDetector
from fer_model.faces import Faces
from fer_model.preprocess import crop_faces
from train.data import DataError, read_split
from train.ferplus import fold_matrix, majority, read_votes
from train.slices import share

PICTURE_PX = 200
DEGREES = (0, -10, 10, -20, 20, -30, 30, -45, 45)
SEED = 7


def tilted(frame_bgr: np.ndarray, degrees: float) -> np.ndarray:
    """The whole frame turned clockwise about its centre."""
    centre = ((CANVAS_PX - 1) / 2, (CANVAS_PX - 1) / 2)
    matrix = cv2.getRotationMatrix2D(centre, -degrees, 1)
    return cv2.warpAffine(frame_bgr, matrix, (CANVAS_PX, CANVAS_PX), borderValue=(GREY, GREY, GREY))


def rolls_by_eyes_rad(faces: Faces) -> np.ndarray:
    """(n,) from the line between the eyes alone."""
    across = faces.keypoints[:, 1] - faces.keypoints[:, 0]
    return np.arctan2(across[:, 1], across[:, 0]).astype(np.float64)


WAYS = {
    "as it is": lambda faces: np.zeros(len(faces)),
    "upright by eyes": rolls_by_eyes_rad,
    "upright by eyes and mouth": lambda faces: faces.rolls_rad,
}


def measure(pictures: np.ndarray, expected: np.ndarray) -> list[dict]:
    """A row an angle: share of the faces found, accuracy of each way on the found ones, error of the roll.

    Args:
        pictures: (n, 48, 48) uint8.
        expected: (n,) index in ``EMOTIONS``.
    """
    detector, classifier = FaceDetector(), EmotionClassifier.load()
    rows = []
    for degrees in DEGREES:
        crops: dict[str, list[np.ndarray]] = {way: [] for way in WAYS}
        found, errors_deg = [], []
        for number, picture in enumerate(pictures):
            frame = tilted(on_canvas(picture, PICTURE_PX), degrees)
            faces = detector.detect(frame).largest()
            if len(faces) == 0:
                continue
            found.append(number)
            errors_deg.append(np.degrees(faces.rolls_rad[0]) - degrees)
            for way, rolls_rad in WAYS.items():
                crops[way].append(crop_faces(frame, faces.boxes_xyxy, rolls_rad=rolls_rad(faces)))
        row: dict = {"degrees": degrees, "pictures": len(pictures), "found": len(found)}
        row["median_roll_error_deg"] = round(float(np.median(errors_deg)), 2)
        for way, parts in crops.items():
            row[way] = share(classifier.predict(np.concatenate(parts)).argmax(axis=1) == expected[found])
        rows.append(row)
    detector.close()
    return rows


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="FER2013 as zip or folder")
    parser.add_argument("--votes", type=Path, required=True, help="FER+ votes as csv")
    parser.add_argument("--count", type=int, default=1500, help="pictures, each at every angle")
    parser.add_argument("--json", type=Path, help="write the table here")
    args = parser.parse_args(argv)
    try:
        images = read_split(args.data, "PublicTest")
        labels = majority(read_votes(args.votes, images.names))
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    kept = np.flatnonzero(labels >= 0)
    chosen = np.sort(np.random.default_rng(SEED).permutation(kept)[: args.count])
    rows = measure(images.pixels[chosen, :, :, 0], fold_matrix().argmax(axis=1)[labels[chosen]])
    print(f"{'degrees':>8}{'found':>7}" + "".join(f"{way:>27}" for way in WAYS))
    for row in rows:
        cells = "".join(f"{row[way]['accuracy']:>27.1%}" for way in WAYS)
        print(f"{row['degrees']:>8}{row['found']:>7}{cells}")
    if args.json:
        facts = {"split": "PublicTest", "labels": "FER+ majority, folded", "picture_px": PICTURE_PX, "seed": SEED}
        args.json.write_text(json.dumps(facts | {"rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
