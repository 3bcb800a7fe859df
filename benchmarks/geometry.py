"""How steady the measured geometry of a face is, on real clips; and whether nods can be told at the rate of a class.

    python -m benchmarks.geometry --clips ../shared/media --json benchmarks/results/geometry.json

There are no clips with known angles, so this measures how far answers that ought to agree are apart: of a frame and its
mirror image, with the face's square a little off, and of the same face made small. Nods are made: sine waves of a pitch
at the rates of real nods, with the noise that was measured, sampled as a class samples.
"""

import argparse
import json
import sys
from dataclasses import astuple, fields
from pathlib import Path

import av
import cv2
import numpy as np

from fer_model.detector import FaceDetector
from fer_model.faces import Faces
from fer_model.geometry import geometry
from fer_model.landmarks import FaceLandmarks
from fer_model.reading import Geometry

CLIPS = ("head-pose-face-detection-female.mp4", "one-face-emotional.mp4")
FRAMES = 23  # of each clip, evenly spread
NAMES = [field.name for field in fields(Geometry)]
MIRRORED = np.array([-1, 1, -1, 1, 1])
SIZES_PX = (60, 40, 30, 20)
BLUR = 0.04  # sigma in box sides: most faces are refused as "blurred" then
OFF = 0.06  # of the square's side, and of its place
TRIES = 8
SEED = 7

# Ordinary movements of the head in a conversation are 1.8 to 3.7 Hz: U. Hadar et al.: "Kinematics of head movements
# accompanying speech during conversation", Human Movement Science 2, 1983. These are on the slow side, the easier one,
# and as large from top to bottom as an eye sees.
NOD_HZ, NOD_DEG, NOD_S = (1.0, 3.0), (5.0, 15.0), 1.5
RATES_HZ = (10.0, 2.0, 1.0, 0.5)
WATCHED_S = 6.0
SWINGS = 3
FALSE_ALARMS = 0.05
MADE = 2000


def frames(path: Path, count: int) -> list[np.ndarray]:
    """``count`` (H, W, 3) uint8 BGR frames, evenly spread."""
    with av.open(str(path)) as container:
        every = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    return [every[index] for index in np.linspace(0, len(every) - 1, min(count, len(every))).round().astype(int)]


class Looker:
    """Detector and mesh."""

    def __init__(self) -> None:
        self.detector, self.landmarks = FaceDetector(), FaceLandmarks()

    def face(self, frame_bgr: np.ndarray) -> Faces:
        return self.detector.detect(frame_bgr).largest()

    def values(self, frame_bgr: np.ndarray, face: Faces | None = None) -> np.ndarray:
        """(5,) as ``NAMES``, NaN without a face."""
        face = self.face(frame_bgr) if face is None else face
        points = self.landmarks.find(frame_bgr, face) if len(face) else None
        return np.full(len(NAMES), np.nan) if points is None else np.array(astuple(geometry(points)))


def steadiness(looker: Looker, clip: list[np.ndarray]) -> dict[str, dict[str, float]]:
    """Root mean square of what answers are apart that ought to agree, by what was done and by name."""
    rng = np.random.default_rng(SEED)
    apart: dict[str, list[np.ndarray]] = {name: [] for name in ("mirrored", "square_off")}
    apart |= {f"face_{size}_px": [] for size in SIZES_PX} | {"blurred": []}
    for frame in clip:
        face, here = looker.face(frame), looker.values(frame)
        if np.isnan(here).any():
            continue
        apart["mirrored"].append(looker.values(np.ascontiguousarray(frame[:, ::-1])) * MIRRORED - here)
        side = float(face.sides[0].max())
        for _ in range(TRIES):
            centre, grown = rng.uniform(-OFF, OFF, 2) * side, rng.uniform(-OFF, OFF) * side / 2
            box = face.boxes_xyxy[0] + [*(centre - grown), *(centre + grown)]
            apart["square_off"].append(looker.values(frame, Faces(box[None], None, face.keypoints)) - here)
        for size in SIZES_PX:
            small = cv2.resize(frame, None, fx=size / side, fy=size / side, interpolation=cv2.INTER_AREA)
            apart[f"face_{size}_px"].append(looker.values(small) - here)
        apart["blurred"].append(looker.values(cv2.GaussianBlur(frame, (0, 0), BLUR * side)) - here)
    return {what: _rms(np.array(rows)) for what, rows in apart.items()}


def _rms(rows: np.ndarray) -> dict[str, float]:
    known = ~np.isnan(rows).any(axis=1)
    values = np.sqrt(np.mean(np.square(rows[known]), axis=0))
    return {name: round(float(value), 3) for name, value in zip(NAMES, values, strict=True)} | {
        "n": int(known.sum()),
        "not_found": int((~known).sum()),
    }


def nods_told(rate_hz: float, noise_deg: float, rng: np.random.Generator) -> dict[str, float]:
    """Share of made nods that are told, by the limit that is wrong in ``FALSE_ALARMS`` of the times without one.

    Told is what swings to and fro: the pitch without its trend goes at least three times from beyond the limit on one
    side to beyond it on the other. The phase between nod and readings is chance.
    """
    reach = {True: np.empty(MADE // 2), False: np.empty(MADE // 2)}
    for number in range(MADE):
        nods = number % 2 == 0
        at_s = np.arange(rng.uniform(0, 1 / rate_hz), WATCHED_S, 1 / rate_hz)
        pitch = rng.normal(0, noise_deg, len(at_s)) + rng.normal(0, 1.0) * at_s  # a head drifts, too
        if nods:
            begin, hz, deg = rng.uniform(0, WATCHED_S - NOD_S), rng.uniform(*NOD_HZ), rng.uniform(*NOD_DEG)
            within = (at_s >= begin) & (at_s < begin + NOD_S)
            pitch += np.where(within, deg / 2 * np.sin(2 * np.pi * hz * (at_s - begin)), 0.0)
        reach[nods][number // 2] = _reach(at_s, pitch)
    limit = float(np.quantile(reach[False], 1 - FALSE_ALARMS))
    told = float(np.mean(reach[True] > limit))
    return {"told": round(told, 3), "wrongly_told": round(float(np.mean(reach[False] > limit)), 3)}


def _reach(at_s: np.ndarray, pitch: np.ndarray) -> float:
    """The largest limit that the detrended pitch passes on both sides in turns, with three swings between."""
    if len(at_s) < 3:
        return 0.0
    level = pitch - np.polyval(np.polyfit(at_s, pitch, 1), at_s)
    for limit in np.sort(np.abs(level))[::-1]:
        far = level[np.abs(level) >= limit]
        if (np.diff(np.sign(far)) != 0).sum() >= SWINGS:
            return float(limit)
    return 0.0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=Path, required=True, help="folder with " + " and ".join(CLIPS))
    parser.add_argument("--json", type=Path, help="write the figures here")
    args = parser.parse_args(argv)
    if missing := [name for name in CLIPS if not (args.clips / name).is_file()]:
        print(f"{args.clips} has no {' and no '.join(missing)}", file=sys.stderr)
        return 1
    looker, facts = Looker(), {"frames_a_clip": FRAMES, "off_share": OFF, "blur_share": BLUR, "seed": SEED}
    steady = {name: steadiness(looker, frames(args.clips / name, FRAMES)) for name in CLIPS}
    looker.detector.close()
    noise_deg = max(clip["square_off"]["pitch_deg"] for clip in steady.values())
    rng = np.random.default_rng(SEED)
    nods = {f"{rate:g}_hz": nods_told(rate, noise_deg, rng) for rate in RATES_HZ}
    for name, clip in steady.items():
        print(f"{name}\n{'':14}" + "".join(f"{column:>12}" for column in [*NAMES, "n", "not_found"]))
        for what, row in clip.items():
            print(f"{what:14}" + "".join(f"{value:12}" for value in row.values()))
    print(f"nods, with a noise of {noise_deg:.1f} degrees")
    for rate, row in nods.items():
        print(f"{rate:>8}: {row['told']:.0%} of {MADE // 2} are told, {row['wrongly_told']:.0%} are where none is")
    if args.json:
        facts |= {"rms": steady, "nods_noise_deg": noise_deg, "nods_made": MADE, "nods": nods}
        args.json.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
