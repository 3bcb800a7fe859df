"""Our decoding of MediaPipe's detectors against MediaPipe itself: the same faces, and what each costs.

    python3 -m venv ../reference && ../reference/bin/pip install -r requirements-reference.txt
    unshare -rn ../reference/bin/python -m benchmarks.detector --fer2013 ../shared/data/fer2013.zip \
        --votes ../shared/data/ferplus_votes.csv --json benchmarks/results/detector.json

Without a way out (``unshare -rn``), because MediaPipe's library reports to its maker. Photographs and clips come from
``../shared/media`` (``--media``); without ``--fer2013`` the galleries are left out. Both sides are timed in turns in
one process, so that their ratios hold on a busy machine too. Run it while nothing else does.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.found_faces import faces_of, intersection_over_union, photographs, still_galleries
from benchmarks.inference import SIZES, cannot_write, machine, webcam_frame
from benchmarks.timing import side_by_side_ms, summary
from fer_model.classifier import EmotionClassifier
from fer_model.crowd_reader import CrowdReader
from fer_model.detector import FaceDetector
from fer_model.faces import Faces
from fer_model.landmarks import FaceLandmarks
from fer_model.model_files import FULL_RANGE, SHORT_RANGE, model_file
from fer_model.reader import Detector, FaceReader
from fer_model.tiles import TiledDetector

MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"
RANGES = {"short_range": SHORT_RANGE, "full_range": FULL_RANGE}

# What a process does to read its first face, and then says of itself.
_START = """
import time
began = time.perf_counter()
from pathlib import Path
from fer_model.classifier import EmotionClassifier
from fer_model.landmarks import FaceLandmarks
from fer_model.model_files import SHORT_RANGE, model_file
from fer_model.reader import FaceReader
{opened}
reader = FaceReader(detector, EmotionClassifier.load(), FaceLandmarks())
import numpy as np
reader.read(np.zeros((240, 320, 3), np.uint8))
took_s = time.perf_counter() - began
kilobytes = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)
print(took_s, int(kilobytes) * 1024 / 1e6)
"""
_OPENED = {
    "ours": "from fer_model.detector import FaceDetector\ndetector = FaceDetector()",
    "mediapipe": "from benchmarks.mediapipe_detector import MediaPipeDetector\n"
    "detector = MediaPipeDetector(model_file(SHORT_RANGE))",
}


def frames_of(folder: Path, every: int = 5) -> Iterator[np.ndarray]:
    """(H, W, 3) uint8 BGR: every fifth frame of the clips of a folder, and all its photographs."""
    for path in sorted(folder.glob("*.mp4")):
        with av.open(str(path)) as container:
            for number, frame in enumerate(container.decode(video=0)):
                if number % every == 0:
                    yield frame.to_ndarray(format="bgr24")
    for path in sorted([*folder.glob("*.jpg"), *folder.glob("groups/*.jpg")]):
        yield cv2.imread(str(path))


def pairs(ours: Faces, theirs: Faces) -> np.ndarray:
    """(n, 2) rows of the same face in both, by the keypoints, which nobody pushes into the picture."""
    if len(ours) == 0 or len(theirs) == 0:
        return np.empty((0, 2), int)
    apart = np.linalg.norm(ours.keypoints[:, None] - theirs.keypoints[None], axis=3).mean(axis=2)
    near = apart < 0.2 * ours.sides.max(axis=1)[:, None]
    rows = [(row, int(apart[row].argmin())) for row in range(len(ours)) if near[row].any()]
    return np.array([(row, other) for row, other in rows if apart[:, other].argmin() == row], int).reshape(-1, 2)


def agreement(frames: list[np.ndarray], ours: Detector, theirs: Detector) -> dict[str, float | int]:
    """How far two detectors find the same faces.

    A box of MediaPipe that leaves the picture has slid off its face; both boxes are put around the same place then.
    """
    counts, overlaps, score_gaps, moved = [0, 0], [], [0.0], 0
    for frame in frames:
        one, other = ours.detect(frame), theirs.detect(frame)
        rows = pairs(one, other)
        counts[0] += len(one) - len(rows)
        counts[1] += len(other) - len(rows)
        one, other = one[rows[:, 0]], other[rows[:, 1]]
        inside = (other.boxes_xyxy[:, :2] > 0).all(axis=1)
        moved += int((~inside).sum())
        overlaps += np.diag(intersection_over_union(one[inside].boxes_xyxy, other[inside].boxes_xyxy)).tolist()
        score_gaps += np.abs(one.score - other.score).tolist()
    return {
        "frames": len(frames),
        "faces_in_both": len(score_gaps) - 1,
        "faces_only_ours": counts[0],
        "faces_only_mediapipe": counts[1],
        "boxes_that_mediapipe_slid": moved,
        "iou_median": round(float(np.median(overlaps)), 4),
        "iou_worst": round(float(np.min(overlaps)), 4),
        "score_gap_largest": round(float(np.max(score_gaps)), 6),
    }


def same_labels(frames: list[np.ndarray], ours: FaceReader, theirs: FaceReader) -> dict[str, float | int]:
    """Of frames in which one of both names an expression: how many are named alike by the whole chain."""
    said = [(ours.read(frame), theirs.read(frame)) for frame in frames]
    labels = [(one.emotion, other.emotion) for one, other in said if one.emotion or other.emotion]
    equal = sum(one == other for one, other in labels)
    apart = [np.abs(np.subtract(a.probs, b.probs)).max() for a, b in said if a.probs and b.probs]
    return {
        "frames_named": len(labels),
        "frames_named_alike_share": round(equal / max(len(labels), 1), 4),
        "probability_gap_p95": round(float(np.percentile(apart, 95)), 4) if apart else None,
    }


class InWholePixels:
    """Our detector with boxes cut to whole pixels, corner and sides, as MediaPipe cuts its own."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        faces = self._detector.detect(frame_bgr)
        corner = np.floor(faces.boxes_xyxy[:, :2])
        return Faces(np.hstack([corner, corner + np.floor(faces.sides)]), faces.score, faces.keypoints)

    def close(self) -> None:
        self._detector.close()


def reader_with(detector: Detector) -> FaceReader:
    return FaceReader(detector, EmotionClassifier.load(), FaceLandmarks())


def found(detector: Detector, media: Path, fer2013: Path | None, votes: Path | None) -> dict[str, object]:
    """Recall of one side on photographs and galleries."""
    reader = CrowdReader(TiledDetector(detector), EmotionClassifier.load())
    figures: dict[str, object] = photographs(media / "groups", reader)
    if fer2013:
        figures |= still_galleries(*faces_of(fer2013, votes), reader)
    return figures


def costs(ours: Detector, theirs: Detector, count: int) -> dict[str, float | int]:
    """Milliseconds of detector and whole chain of both in turns: on the clock, and of all processor cores together."""
    figures: dict[str, float | int] = {}
    sides = {"ours": ours, "mediapipe": theirs}
    works: dict[str, Callable[[], object]] = {}
    for width, height in SIZES:
        frame = webcam_frame(width, height)
        for side, detector in sides.items():
            works[f"{side}_detector_{width}x{height}"] = partial(detector.detect, frame)
            works[f"{side}_chain_{width}x{height}"] = partial(reader_with(detector).read, frame)
    for suffix, clock_s in (("", time.perf_counter), ("_cpu", time.process_time)):
        for name, taken in side_by_side_ms(works, count, clock_s).items():
            figures |= summary(name + suffix, taken)
    for name in [name.removeprefix("ours_") for name in figures if name.startswith("ours_") and "median" in name]:
        share = figures[f"ours_{name}"] / figures[f"mediapipe_{name}"]
        figures[f"ours_to_mediapipe_{name.removesuffix('_median_ms')}_ratio"] = round(share, 3)
    return figures


def starts() -> dict[str, float]:
    """Seconds to the first reading of a new process, and its memory then; the second start of each counts."""
    figures = {}
    for side, opened in _OPENED.items():
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-c", _START.format(opened=opened)], capture_output=True, text=True, check=True
            )
        took_s, megabytes = map(float, done.stdout.split())
        figures |= {f"{side}_start_s": round(took_s, 2), f"{side}_memory_mb": round(megabytes, 1)}
    return figures


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help="folder of photographs and clips")
    parser.add_argument("--fer2013", type=Path, help="FER2013 as zip or folder, for the galleries")
    parser.add_argument("--votes", type=Path, help="FER+ votes as csv, for the galleries' expressions")
    parser.add_argument("--count", type=int, default=300, help="calls of each step")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args(argv)
    if (given.fer2013 is None) != (given.votes is None):
        parser.error("give --fer2013 and --votes together")
    if given.json and (reason := cannot_write(given.json)):
        parser.error(f"{given.json} cannot be written: {reason}")
    try:
        from benchmarks.mediapipe_detector import MediaPipeDetector
    except ImportError:
        parser.error("MediaPipe is not installed here: use an environment with requirements-reference.txt")
    cv2.setNumThreads(1)
    about = machine("mediapipe", "ai-edge-litert", "numpy")
    figures: dict[str, object] = starts()
    frames = list(frames_of(given.media))
    for name, file in RANGES.items():
        ours, theirs = FaceDetector(model_file(file)), MediaPipeDetector(model_file(file))
        figures |= {f"{name}_{key}": value for key, value in agreement(frames, ours, theirs).items()}
        if file == SHORT_RANGE:
            figures |= same_labels(frames, reader_with(ours), reader_with(theirs))
            cut = same_labels(frames, reader_with(InWholePixels(ours)), reader_with(theirs))
            figures |= {f"{key}_in_whole_pixels": value for key, value in cut.items()}
            for side, detector in (("ours", ours), ("mediapipe", theirs)):
                for key, value in found(detector, given.media, given.fer2013, given.votes).items():
                    figures[f"{side}_{key}"] = value
            figures |= costs(ours, theirs, given.count)
        ours.close()
        theirs.close()
    for key, value in figures.items():
        print(f"{key:56}{value}")
    if given.json:
        given.json.write_text(json.dumps(figures | about, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
