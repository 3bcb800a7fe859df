"""How FER2013 frames a face, in boxes of our detectors: where the framings of fer_model.preprocess come from.

    python -m benchmarks.crop_margin ../shared/data/fer2013.zip

Each sampled Training picture is enlarged onto a grey canvas, with room around it because many faces fill their
picture, and the detector is run on it. The medians of the boxes' side and centre inside the picture give the constants.
The boxes get somewhat looser around small faces, so several sizes are pooled, as far down as most faces are found.
"""

import argparse
import json
import random
import zipfile
from pathlib import Path

import cv2
import numpy as np

from fer_model.detector import FaceDetector
from fer_model.model_files import FULL_RANGE, SHORT_RANGE, model_file

CANVAS_PX = 512
# Sides of the enlarged picture. A face in front of a webcam takes a fifth to two thirds of the picture's width.
PICTURE_PX = {SHORT_RANGE: (120, 160, 240, 360), FULL_RANGE: (120, 160, 240)}
GREY = 128
SEED = 7
RESULT = Path(__file__).parent / "results" / "crop_margin.json"


def on_canvas(picture: np.ndarray, picture_px: int) -> np.ndarray:
    """(512, 512, 3) uint8: the 48 x 48 grey picture, enlarged, in the middle of a grey canvas."""
    canvas = np.full((CANVAS_PX, CANVAS_PX, 3), GREY, np.uint8)
    start = (CANVAS_PX - picture_px) // 2
    large = cv2.resize(picture, (picture_px, picture_px), interpolation=cv2.INTER_CUBIC)
    canvas[start : start + picture_px, start : start + picture_px] = large[:, :, None]
    return canvas


def in_picture(box_xyxy: np.ndarray, picture_px: int) -> np.ndarray:
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


def places(detector: FaceDetector, pictures: list[np.ndarray], picture_px: int) -> np.ndarray:
    """(k, 3) ``in_picture`` of the faces in those pictures in which exactly one was found."""
    found = [detector.detect(on_canvas(picture, picture_px)) for picture in pictures]
    # Two faces in one picture say nothing about how it was cropped.
    return np.array([in_picture(one.boxes_xyxy[0], picture_px) for one in found if len(one) == 1]).reshape(-1, 3)


def framing(places_xys: np.ndarray) -> dict[str, float]:
    """The constants with their spread from (k, 3) ``places``; the picture's side is 1, so crop / box is 1 / box."""
    x, y, side = places_xys.T
    scale, shift_y = 1 / side, (0.5 - y) / side
    return {
        "crop_scale": _round(np.median(scale)),
        "crop_scale_p10": _round(np.percentile(scale, 10)),
        "crop_scale_p90": _round(np.percentile(scale, 90)),
        "crop_shift_y_box_sides": _round(np.median(shift_y)),
        "crop_shift_y_p10_box_sides": _round(np.percentile(shift_y, 10)),
        "crop_shift_y_p90_box_sides": _round(np.percentile(shift_y, 90)),
        "crop_shift_x_box_sides": _round(np.median((0.5 - x) / side)),
    }


def measure(name: str, pictures: list[np.ndarray]) -> dict[str, object]:
    """Framing of one detector, pooled and for each size."""
    detector = FaceDetector(model_file(name))
    by_size = {size: places(detector, pictures, size) for size in PICTURE_PX[name]}
    detector.close()
    pooled = framing(np.concatenate(list(by_size.values())))
    sizes = [
        {"picture_px": size, "found_share": _round(len(found) / len(pictures))} | framing(found)
        for size, found in by_size.items()
    ]
    return pooled | {"by_size": sizes}


def _round(value: float) -> float:
    return round(float(value), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="fer2013.zip")
    parser.add_argument("--count", type=int, default=1500, help="pictures, each at every size")
    parser.add_argument("--json", type=Path, default=RESULT)
    given = parser.parse_args()
    pictures = sample_pictures(given.archive, given.count)
    result = {"pictures": len(pictures), "canvas_px": CANVAS_PX, "seed": SEED}
    for name in PICTURE_PX:
        result[name] = measure(name, pictures)
        pooled = result[name]
        print(f"{name}: scale {pooled['crop_scale']}, shift_y {pooled['crop_shift_y_box_sides']}")
        for row in pooled["by_size"]:
            print("   ", ", ".join(f"{key} {value}" for key, value in row.items()))
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
