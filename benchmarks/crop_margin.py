"""How FER2013 frames a face, in boxes of our detector: where CROP_SCALE and CROP_SHIFT_Y of fer_model.preprocess come from.

    python -m benchmarks.crop_margin ../shared/data/fer2013.zip

Each sampled Training picture is enlarged onto a grey canvas, with room around it because many faces fill their picture,
and the detector is run on it. The medians of the boxes' side and centre inside the 48 x 48 picture give the constants.
"""

import argparse
import json
import random
import zipfile
from pathlib import Path

import cv2
import numpy as np

from fer_model.detector import FaceDetector
from fer_model.preprocess import SIZE_PX

CANVAS_PX = 512
PICTURE_PX = 240  # the enlarged picture; the face is then as large in the canvas as in front of a webcam
GREY = 128
SEED = 7
RESULT = Path(__file__).parent / "results" / "crop_margin.json"


def on_canvas(picture: np.ndarray, picture_px: int = PICTURE_PX) -> np.ndarray:
    """(512, 512, 3) uint8: the 48 x 48 grey picture, enlarged, in the middle of a grey canvas."""
    canvas = np.full((CANVAS_PX, CANVAS_PX, 3), GREY, np.uint8)
    start = (CANVAS_PX - picture_px) // 2
    large = cv2.resize(picture, (picture_px, picture_px), interpolation=cv2.INTER_CUBIC)
    canvas[start : start + picture_px, start : start + picture_px] = large[:, :, None]
    return canvas


def in_picture(box_xyxy: np.ndarray, picture_px: int = PICTURE_PX) -> np.ndarray:
    """A box on the canvas as (centre x, centre y, side), each as a share of the picture's side."""
    start = (CANVAS_PX - picture_px) // 2
    box = (np.asarray(box_xyxy, float) - start) / picture_px
    return np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, (box[2:] - box[:2]).max()])


def sample_pictures(archive: Path, count: int) -> list[np.ndarray]:
    """``count`` random (48, 48) uint8 Training pictures; the same ones every time."""
    with zipfile.ZipFile(archive) as pack:
        names = sorted(name for name in pack.namelist() if Path(name).name.startswith("Training_"))
        chosen = random.Random(SEED).sample(names, min(count, len(names)))
        return [cv2.imdecode(np.frombuffer(pack.read(name), np.uint8), cv2.IMREAD_GRAYSCALE) for name in chosen]


def measure(pictures: list[np.ndarray], picture_px: int = PICTURE_PX) -> dict[str, float]:
    """The constants with their spread. Crop side / box side is 1 / box side here, since the picture's side is 1."""
    detector = FaceDetector()
    places = []
    for picture in pictures:
        faces = detector.detect(on_canvas(picture, picture_px))
        if len(faces) == 1:  # two faces in one picture say nothing about how it was cropped
            places.append(in_picture(faces.boxes_xyxy[0], picture_px))
    detector.close()
    x, y, side = np.array(places).T
    return {
        "pictures": len(pictures),
        "found_share": round(len(places) / len(pictures), 4),
        "picture_px": picture_px,
        "box_side_median_share": round(float(np.median(side)), 4),
        "box_side_p10_share": round(float(np.percentile(side, 10)), 4),
        "box_side_p90_share": round(float(np.percentile(side, 90)), 4),
        "box_x_median_share": round(float(np.median(x)), 4),
        "box_y_median_share": round(float(np.median(y)), 4),
        "box_y_p10_share": round(float(np.percentile(y, 10)), 4),
        "box_y_p90_share": round(float(np.percentile(y, 90)), 4),
        "crop_scale": round(float(np.median(1 / side)), 4),
        "crop_shift_y_box_sides": round(float(np.median((0.5 - y) / side)), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="fer2013.zip")
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--picture-px", type=int, default=PICTURE_PX)
    parser.add_argument("--json", type=Path, default=RESULT)
    given = parser.parse_args()
    result = measure(sample_pictures(given.archive, given.count), given.picture_px)
    for name, value in result.items():
        print(f"{name:26} {value}")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(result | {"crop_height_px": SIZE_PX, "seed": SEED}, indent=2) + "\n")


if __name__ == "__main__":
    main()
