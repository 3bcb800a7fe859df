"""What one face costs: detector, crop, network and the whole chain, in milliseconds on this machine.

    python -m benchmarks.inference --json benchmarks/results/inference.json --peers-python ../train-venv/bin/python

Pictures are the astronaut of scikit-image (NASA, public domain) at webcam sizes. The network runs in one thread, as in
each worker, and is timed in turns with itself in float32 and with mini-Xception, so that their ratios hold on a busy
machine too. These peers, and Keras on TensorFlow, are built by a process of their own (``benchmarks.peers``): give
``--peers-python`` where another environment has TensorFlow; without one they are left out, which the result says. Run
it while nothing else does; the load average is written down beside.
"""

import argparse
import copy
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from benchmarks.peers_process import Peers, PeersError, build_peers, has_tensorflow
from benchmarks.timing import side_by_side_ms, summary, times_ms
from fer_model.classifier import WEIGHTS, EmotionClassifier
from fer_model.detector import FaceDetector
from fer_model.errors import FerModelError
from fer_model.faces import Faces
from fer_model.landmarks import FaceLandmarks
from fer_model.preprocess import crop_faces
from fer_model.reader import FaceReader
from train.provenance import commit

SIZES = ((320, 240), (640, 480))
BATCHES = (1, 8, 32)
MIN_BATCH_CALLS = 30
MAX_COUNT = 100_000
PEER_SIDE_PX = 64
FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "asimddp", "i8mm")
NO_PEERS = "not measured: needs requirements-train.txt"
WITH_PEERS = "measured with fresh weights of the same shapes: time does not depend on them"

# What the table calls each step, in its order; the keys are those of the JSON without their ends.
STEPS = (
    {
        f"{step}_{width}x{height}": f"{words}, {width}x{height}"
        for width, height in SIZES
        for step, words in (("detector", "detector"), ("crop", "crop"), ("chain", "whole chain"))
    }
    | {"landmarks": "landmarks, one face"}
    | {f"network_batch_{batch}": f"network, int8, batch {batch}" for batch in BATCHES}
    | {f"network_fp32_batch_{batch}": f"network, float32, batch {batch}" for batch in BATCHES}
    | {
        "mini_xception_fp32_batch_1": "mini-Xception, float32, batch 1",
        "network_keras_predict_batch_1": "network, Keras model.predict(crop)",
        "network_keras_call_batch_1": "network, Keras model(crop)",
        "mini_xception_keras_predict_batch_1": "mini-Xception, Keras model.predict(crop)",
        "mini_xception_keras_call_batch_1": "mini-Xception, Keras model(crop)",
    }
)
COMPARED = (
    *(f"network_fp32_batch_{batch}" for batch in BATCHES),
    "mini_xception_fp32_batch_1",
    "network_keras_predict_batch_1",
    "mini_xception_keras_predict_batch_1",
)
FACTS = {
    "network_parameters": "parameters, network",
    "mini_xception_parameters": "parameters, mini-Xception",
    "network_int8_bytes": "bytes, network, int8",
    "network_fp32_bytes": "bytes, network, float32",
    "mini_xception_fp32_bytes": "bytes, mini-Xception, float32",
} | {f"network_int8_to_{other}_ratio": f"time of int8 / {STEPS[other]}" for other in COMPARED}


def webcam_frame(width: int, height: int) -> np.ndarray:
    """(height, width, 3) uint8 BGR: a face that fills about a third of the picture's width."""
    from skimage.data import astronaut

    return cv2.resize(astronaut()[:300, 60:460, ::-1], (width, height), interpolation=cv2.INTER_AREA)


def cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def runner(content: bytes) -> Callable[..., dict[str, np.ndarray]]:
    """A LiteRT file in one thread as ``run(crops=...)``."""
    return Interpreter(model_content=content, num_threads=1).get_signature_runner()


def served_with(classifier: EmotionClassifier, run: Callable[..., dict[str, np.ndarray]]) -> EmotionClassifier:
    """The classifier around another network, which takes float32: lifting and folding stay, so they cancel out."""
    other = copy.copy(classifier)
    other._run = lambda crops: run(crops=crops.astype(np.float32))
    return other


def measure(count: int, peers: Peers | None) -> dict[str, object]:
    """Figures of every step that can be measured here; raises ``FerModelError``."""
    classifier, detector, reader = EmotionClassifier.load(num_threads=1), FaceDetector(), FaceReader.open()
    figures: dict[str, object] = {}
    for width, height in SIZES:
        frame, size = webcam_frame(width, height), f"{width}x{height}"
        reading = reader.read(frame)
        if not reading.faces_seen:
            raise SystemExit(f"no face found at {size}: the figures would be of an empty picture")
        box = np.array([reading.box_xyxy])
        figures |= summary(f"detector_{size}", times_ms(partial(detector.detect, frame), count))
        figures |= summary(f"crop_{size}", times_ms(partial(crop_faces, frame, box), count))
        figures |= summary(f"chain_{size}", times_ms(partial(reader.read, frame), count))
    figures |= summary("landmarks", times_ms(partial(FaceLandmarks().find, frame, Faces(box)), count))
    figures |= measure_networks(classifier, peers, crop_faces(frame, box), count)
    detector.close()
    reader.close()
    return figures


def measure_networks(
    classifier: EmotionClassifier, peers: Peers | None, crop: np.ndarray, count: int
) -> dict[str, object]:
    """The networks in turns, a batch size at a time, and their files' sizes; ``crop`` is (1, 48, 48, 1) uint8.

    Ours are timed as they serve, with lifting and folding; mini-Xception alone, so its ratio rather flatters it.
    """
    figures: dict[str, object] = {"network_int8_bytes": (WEIGHTS / classifier.spec.file).stat().st_size}
    ours = {"network": classifier}
    if peers:
        figures |= {"network_fp32_bytes": len(peers.network_fp32)}
        figures |= {"mini_xception_fp32_bytes": len(peers.mini_xception_fp32)}
        ours["network_fp32"] = served_with(classifier, runner(peers.network_fp32))
    for batch in BATCHES:
        crops = np.repeat(crop, batch, axis=0)
        works = {f"{name}_batch_{batch}": partial(each.predict, crops) for name, each in ours.items()}
        if peers and batch == 1:
            larger = cv2.resize(crop[0, :, :, 0], (PEER_SIDE_PX, PEER_SIDE_PX))[None, :, :, None].astype(np.float32)
            works["mini_xception_fp32_batch_1"] = partial(runner(peers.mini_xception_fp32), crops=larger)
        for name, taken in side_by_side_ms(works, max(count // batch, MIN_BATCH_CALLS)).items():
            figures |= summary(name, taken, faces=batch)
    return figures


def ratios(figures: dict[str, object]) -> dict[str, float]:
    """Median time of the int8 network as a share of each peer's at the same batch; peers not measured are left out."""
    found = {}
    for other in COMPARED:
        if f"{other}_median_ms" in figures:
            batch = other.rpartition("_")[2]
            share = figures[f"network_batch_{batch}_median_ms"] / figures[f"{other}_median_ms"]
            found[f"network_int8_to_{other}_ratio"] = round(share, 4)
    return found


def cpu_flags() -> str:
    """Which of the instructions that decide over a network's speed the processor has."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        flags = next(line.split(":", 1)[1].split() for line in lines if line.startswith(("flags", "Features")))
    except (OSError, StopIteration):
        return "not known"
    return " ".join(flag for flag in FLAGS if flag in flags) or "none of them"


def machine(*packages: str) -> dict[str, object]:
    """Where and with what the figures are made; its load is that of before."""
    return {
        "network_threads": 1,
        "cpu": cpu_name(),
        "cpu_flags": cpu_flags(),
        "cores": os.cpu_count(),
        "load_average_1_min": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit(),
    } | {f"version_{name}": version(name) for name in packages}


def show(figures: dict[str, object]) -> None:
    """Print a row a step, then parameters, sizes and ratios, then whether there were peers."""
    print(f"{'per face':58}{'median ms':>12}{'p95 ms':>12}{'n':>8}")
    for name, words in STEPS.items():
        if f"{name}_n" in figures:
            median, p95, n = (figures[f"{name}_{end}"] for end in ("median_ms", "p95_ms", "n"))
            print(f"{words:58}{median:12.3f}{p95:12.3f}{n:8d}")
    for name, words in FACTS.items():
        if name in figures:
            print(f"{words:58}{figures[name]:{'12.4f' if name.endswith('_ratio') else '12,'}}")
    print(f"peers: {figures['peers']}")


def cannot_write(path: Path) -> str | None:
    """Why not, before minutes of measuring; ``None`` when it can, and then its folder is there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"its folder cannot be made ({error.strerror})"
    if path.is_dir():
        return "it is a folder"
    return None if os.access(path if path.exists() else path.parent, os.W_OK) else "permission denied"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--count", type=int, default=300, help=f"calls of each step, 1 to {MAX_COUNT}")
    parser.add_argument("--peers-python", default=sys.executable, help="a Python that has requirements-train.txt")
    given = parser.parse_args(argv)
    if not 1 <= given.count <= MAX_COUNT:
        parser.error(f"ask for 1 to {MAX_COUNT} calls of each step, got {given.count}")
    if (python := shutil.which(given.peers_python)) is None:
        parser.error(f"there is no Python at {given.peers_python}: give the one of an environment for training")
    if given.json and (reason := cannot_write(given.json)):
        parser.error(f"{given.json} cannot be written: {reason}")
    about, peers = machine("opencv-python-headless", "ai-edge-litert", "numpy"), None
    try:
        # Not resolved: a link in a virtual environment is what makes it one.
        python = Path(python).absolute()
        if has_tensorflow(python):
            print("peers: being built and timed in Keras, a minute or two", file=sys.stderr, flush=True)
            peers = build_peers(python, given.count)
        figures = {"peers": WITH_PEERS if peers else NO_PEERS} | measure(given.count, peers)
    except (FerModelError, PeersError) as error:
        raise SystemExit(str(error)) from error
    figures |= peers.figures if peers else {}
    figures |= ratios(figures)
    show(figures)
    if given.json:
        given.json.write_text(json.dumps(figures | about, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
