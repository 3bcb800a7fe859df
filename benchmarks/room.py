"""One camera of a room with a call's gallery in its picture: how soon readings are there, and what that costs.

    python -m benchmarks.room --fer2013 ../shared/data/fer2013.zip --json benchmarks/results/room.json

A made-up 7x7 gallery (``benchmarks.gallery``, 44 faces of FER2013's PublicTest, everybody moves a little) at 1920x1080
goes through the real ``RoomCamera`` with its real child, tracker and store, five pictures a second. What is left out is
the browser and the network. The first ``WARM_UP_S`` after the first seats do not count. Run it while nothing else does.
"""

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import psutil

from benchmarks.gallery import Gallery
from benchmarks.inference import cpu_name
from classroom.clock import now_ms
from classroom.records import Reading
from classroom.room import RoomCamera
from classroom.room_reader import ChildRoomReader
from classroom.store import Store
from train.data import DataError, read_split
from train.provenance import commit

FPS = 5
FRAMES = 20
WARM_UP_S = 10.0
FIRST_WITHIN_S = 120.0
GALLERY_SEED = 301
MAX_SECONDS = 3600


@dataclass(frozen=True)
class Looked:
    """One look: when its picture arrived and when its readings were handed on, milliseconds UTC."""

    arrived_ms: int
    handed_ms: int
    seats: int
    with_face: int


def measure(fer2013: Path, seconds: float) -> dict[str, float | int]:
    images = read_split(fer2013, "PublicTest")
    gallery = Gallery(images.pixels.reshape(-1, 48, 48), images.labels, seed=GALLERY_SEED)
    frames = [_frame(gallery.frame(at=at)[0]) for at in range(FRAMES)]
    looks: list[Looked] = []

    def record(readings: list[Reading]) -> None:
        if readings:
            with_face = sum(reading.face.faces_seen > 0 for reading in readings)
            looks.append(Looked(readings[0].at_ms, now_ms(), len(readings), with_face))

    with tempfile.TemporaryDirectory(prefix="classpulse-room-") as folder:
        store, reader = Store(f"sqlite:///{Path(folder) / 'room.db'}"), ChildRoomReader()
        info = store.classes.open(None, "Benchmark", (), now_ms())
        camera = RoomCamera(info, store, record, now_ms, 200, reader)
        try:
            sharer, shared_ms = camera.share(), now_ms()
            while not looks:
                if now_ms() - shared_ms > FIRST_WITHIN_S * 1000:
                    raise SystemExit(f"no seats within {FIRST_WITHIN_S:.0f} s: {camera.view.problem or 'too slow'}")
                _send(camera, sharer, frames, 1.0)
            _send(camera, sharer, frames, WARM_UP_S)
            child = psutil.Process(reader.pid)
            before, began = _cpu_s(child), time.monotonic()
            from_ms, rss = now_ms(), _send(camera, sharer, frames, seconds, child)
            took_s, cpu_s = time.monotonic() - began, _cpu_s(child) - before
        finally:
            camera.close()
            store.close()
    counted = [look for look in looks if look.arrived_ms >= from_ms]
    waits_s = np.array([look.handed_ms - look.arrived_ms for look in counted]) / 1000
    return {
        "faces_in_the_picture": len(gallery.frame()[1].people),
        "shared_to_first_readings_s": round((looks[0].handed_ms - shared_ms) / 1000, 2),
        "seats_at_the_end": counted[-1].seats,
        "seats_with_a_face_mean": round(float(np.mean([look.with_face for look in counted])), 1),
        "measured_s": round(took_s, 1),
        "looks": len(counted),
        "looks_a_second": round(len(counted) / took_s, 3),
        "frame_to_readings_p50_s": round(float(np.median(waits_s)), 3),
        "frame_to_readings_p95_s": round(float(np.percentile(waits_s, 95)), 3),
        "frame_to_readings_max_s": round(float(waits_s.max()), 3),
        "child_cpu_cores": round(cpu_s / took_s, 3),
        "child_peak_mb": round(rss / 2**20, 1),
    }


def _frame(frame_bgr: np.ndarray) -> av.VideoFrame:
    """As a browser sends it."""
    return av.VideoFrame.from_ndarray(frame_bgr, format="bgr24").reformat(format="yuv420p")


def _send(
    camera: RoomCamera, sharer: int, frames: list[av.VideoFrame], seconds: float, child: psutil.Process | None = None
) -> int:
    """Send pictures for so long; the largest memory of the child meanwhile, in bytes."""
    began, sent, peak = time.monotonic(), 0, 0
    while (now := time.monotonic()) - began < seconds:
        camera.frame_arrived(sharer, frames[sent % len(frames)])
        sent += 1
        peak = max(peak, child.memory_info().rss if child else 0)
        time.sleep(max(began + sent / FPS - now, 0))
    return peak


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fer2013", type=Path, default=Path("../shared/data/fer2013.zip"))
    parser.add_argument("--seconds", type=float, default=120.0, help=f"length of the measured period, to {MAX_SECONDS}")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    if not 5 <= given.seconds <= MAX_SECONDS:
        parser.error(f"ask for 5 to {MAX_SECONDS} seconds, got {given.seconds:g}")
    about = {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "load_average_1_min_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "commit": commit(),
    }
    try:
        figures = measure(given.fer2013, given.seconds) | about
    except DataError as error:
        raise SystemExit(str(error)) from error
    for key, value in figures.items():
        print(f"{key:28}{value:>16}" if isinstance(value, int | float) else f"{key:28}  {value}")
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
