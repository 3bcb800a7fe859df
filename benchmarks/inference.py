"""What one face costs: detector, crop, network and the whole chain, in milliseconds on this machine.

    python -m benchmarks.inference --json benchmarks/results/inference.json

Pictures are the astronaut of scikit-image (NASA, public domain) at webcam sizes. The network
runs in one thread, as in each worker. Run it while nothing else does; the load average is written down beside.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from fer_model.classifier import EmotionClassifier
from fer_model.detector import FaceDetector
from fer_model.preprocess import crop_faces
from fer_model.reader import FaceReader

SIZES = ((320, 240), (640, 480))
BATCHES = (1, 8, 32)
WARM_UP = 10


def webcam_frame(width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8 BGR: a face that fills about a third of the picture's width."""
    from skimage.data import astronaut

    return cv2.resize(astronaut()[:300, 60:460, ::-1], (width, height), interpolation=cv2.INTER_AREA)


def times_ms(work: Callable[[], object], count: int) -> np.ndarray:
    """(count,) milliseconds of each call, after some that do not count."""
    for _ in range(WARM_UP):
        work()
    taken = np.empty(count)
    for number in range(count):
        began = time.perf_counter()
        work()
        taken[number] = (time.perf_counter() - began) * 1000
    return taken


def summary(name: str, taken_ms: np.ndarray, faces: int = 1) -> dict[str, float | int]:
    """Flat figures of one step, per face."""
    per_face = taken_ms / faces
    return {
        f"{name}_median_ms": round(float(np.median(per_face)), 3),
        f"{name}_p95_ms": round(float(np.percentile(per_face, 95)), 3),
        f"{name}_n": len(per_face),
    }


def cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def measure(count: int) -> dict[str, object]:
    classifier, detector, reader = EmotionClassifier.load(num_threads=1), FaceDetector(), FaceReader.open()
    figures: dict[str, object] = {}
    for width, height in SIZES:
        frame, size = webcam_frame(width, height), f"{width}x{height}"
        reading = reader.read(frame)
        if not reading.faces_seen:
            raise SystemExit(f"no face found at {size}: the figures would be of an empty picture")
        box = np.array([reading.box_xyxy])
        figures |= summary(f"detector_{size}", times_ms(lambda frame=frame: detector.detect(frame), count))
        figures |= summary(f"crop_{size}", times_ms(lambda frame=frame, box=box: crop_faces(frame, box), count))
        figures |= summary(f"chain_{size}", times_ms(lambda frame=frame: reader.read(frame), count))
    for batch in BATCHES:
        crops = np.repeat(crop_faces(frame, box), batch, axis=0)
        taken = times_ms(lambda crops=crops: classifier.predict(crops), max(count // batch, 30))
        figures |= summary(f"network_batch_{batch}", taken, faces=batch)
    detector.close()
    reader.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--count", type=int, default=300, help="calls of each step")
    given = parser.parse_args()
    figures = measure(given.count)
    print(f"{'per face':24}{'median ms':>12}{'p95 ms':>12}{'n':>8}")
    for name in [key.removesuffix("_n") for key in figures if key.endswith("_n")]:
        print(
            f"{name:24}{figures[f'{name}_median_ms']:12.3f}{figures[f'{name}_p95_ms']:12.3f}{figures[f'{name}_n']:8d}"
        )
    machine = {
        "network_threads": 1,
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "load_average_1_min": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(figures | machine, indent=2) + "\n")


if __name__ == "__main__":
    main()
