"""How well and how fast pictures and recordings of many are read.

    python -m benchmarks.recordings --fer2013 ../shared/data/fer2013.zip --votes ../shared/data/ferplus_votes.csv \
        --json benchmarks/results/recordings.json

Photographs and clips come from ``../shared/media`` (``--media``), galleries are made of FER2013's PublicTest pictures
(``benchmarks.gallery``) with other seeds than those that the detector's threshold was chosen on. Without ``--fer2013``
the galleries are left out. Files are made in a temporary folder and removed. Run it while nothing else does.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.found_faces import faces_of, matched, photographs, still_galleries
from benchmarks.gallery import Gallery, Truth
from benchmarks.inference import cpu_name
from benchmarks.made_recordings import gallery_recording, long_recording
from classroom.name_labels import can_read_names
from classroom.people import People, Person, readings_of
from classroom.recording_reader import RecordingReader
from classroom.records import Sharing
from classroom.store import Store
from fer_model.crowd_reader import CrowdReader
from fer_model.labels import EMOTIONS
from train.data import DataError
from train.provenance import commit

EVERY_S = 0.5
SHUFFLE_SEED = 201
CLIPS = ("head-pose-face-detection-female.mp4", "one-face-emotional.mp4")


def read_and_store(path: Path, store_path: Path, with_names: bool) -> tuple[People, dict]:
    """Reads a recording and writes it to a new store as a class; the people, and how long it took."""
    began = time.perf_counter()
    reader, people = RecordingReader(path, EVERY_S, with_names=with_names), People()
    for sample in reader.samples():
        people.add(sample)
    store = Store(f"sqlite:///{store_path}")
    info = store.classes.open(None, path.stem, (), reader.info.recorded_ms)
    for person in people.found():
        student = store.classes.join(info.id, person.name, f"{person.number}", Sharing.CAMERA, info.opened_ms, 10_000)
        store.readings.write(
            readings_of(person, people.times_s, info.id, student.id, info.opened_ms), {}, info.opened_ms
        )
    store.close()
    seconds = time.perf_counter() - began
    return people, {"samples": len(people.times_s), "samples_a_second": round(len(people.times_s) / seconds, 2)}


def shuffled_gallery(pictures: np.ndarray, expressions: np.ndarray, folder: Path, minutes: float) -> dict:
    """A gallery recording whose tiles are re-ordered four times: speed from detection to store, identity switches.

    Once without the names in the tiles, and where Tesseract is installed once with them.
    """
    path = folder / "gallery.mp4"
    gallery = Gallery(pictures, expressions, seed=SHUFFLE_SEED)
    truths = gallery_recording(path, gallery, minutes * 60, 2, shuffles=4)
    persons = len(truths[0].people)
    figures = {"shuffled_gallery_minutes": minutes, "shuffled_gallery_persons": persons}
    for with_names in (False, True) if can_read_names() else (False,):
        start = "shuffled_gallery_with_names" if with_names else "shuffled_gallery"
        people, speed = read_and_store(path, folder / f"{start}.db", with_names)
        found = people.found()
        switches, seen = identity_switches(truths, people, found)
        figures |= {f"{start}_{key}": value for key, value in speed.items()} | {
            f"{start}_tracks": len(found),
            f"{start}_found_share": round(seen / sum(len(truth.people) for truth in truths), 4),
            f"{start}_identity_switches_a_person": round(switches / persons, 4),
        }
        if with_names:
            names = [person.name for person in gallery.people]
            figures |= {f"{start}_{key}": value for key, value in named(truths, people, found, names).items()}
    return figures


def sightings(truths: list[Truth], people: People, found: list[Person]) -> Iterator[tuple[int, Person]]:
    """Every true face that was found, in the order of time: index of the true person, and who it was taken for."""
    step_of = {at_s: step for step, at_s in enumerate(people.times_s.tolist())}
    at_step: list[list[tuple[np.ndarray, Person]]] = [[] for _ in step_of]
    for person in found:
        for at_s, box in zip(person.at_s.tolist(), person.boxes_xyxy, strict=True):
            at_step[step_of[at_s]].append((box, person))
    for truth, faces in zip(truths, at_step, strict=True):
        rows = matched(truth.boxes_xyxy, np.array([box for box, _ in faces], np.float32).reshape(-1, 4))
        for person, row in zip(truth.people.tolist(), rows.tolist(), strict=True):
            if row >= 0:
                yield person, faces[row][1]


def identity_switches(truths: list[Truth], people: People, found: list[Person]) -> tuple[int, int]:
    """How often a true person's number changes from one sighting to the next, and how many sightings there are."""
    last: dict[int, int] = {}
    switches, seen = 0, 0
    for true, person in sightings(truths, people, found):
        switches += last.get(true, person.number) != person.number
        last[true] = person.number
        seen += 1
    return switches, seen


def named(truths: list[Truth], people: People, found: list[Person], names: list[str]) -> dict:
    """How many people are named right, each as it is called most of the time, and how many of their sightings."""
    called = Counter((true, person.name, person.is_name_read) for true, person in sightings(truths, people, found))
    right = sum(count for (true, name, _), count in called.items() if name == names[true])
    wrong = sum(count for (true, name, is_read), count in called.items() if is_read and name != names[true])
    mostly = {true: name for (true, name, _), _ in reversed(called.most_common())}
    return {
        "people_named_right_share": round(sum(names[true] == name for true, name in mostly.items()) / len(mostly), 4),
        "faces_named_right_share": round(right / called.total(), 4),
        "faces_named_wrong_share": round(wrong / called.total(), 4),
    }


class PeakMemory:
    """The largest sum of resident memory of this process and its children while the block runs, in MB (Linux)."""

    def __enter__(self) -> "PeakMemory":
        self.start_mb = self.peak_mb = _resident_mb()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.2):
            self.peak_mb = max(self.peak_mb, _resident_mb())


def _resident_mb() -> float:
    """Of this process and its direct children, without what they share with files."""
    pages = 0
    me = os.getpid()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if me in (int(process.name), parent):
                _, resident, shared, *_ = map(int, (process / "statm").read_text().split())
                pages += resident - shared
        except (OSError, ValueError):
            continue  # it has just ended
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def long_lesson(clip: Path, folder: Path, minutes: float) -> dict:
    """A single face for an hour: speed, and memory above what it takes to be ready."""
    path = folder / "long.mp4"
    seconds = long_recording(path, clip, minutes * 60)
    reader, people = RecordingReader(path, EVERY_S), People()
    samples = reader.samples()
    people.add(next(samples))  # all children are up, and each has read a part or is about to
    began = time.perf_counter()
    with PeakMemory() as memory:
        for sample in samples:
            people.add(sample)
    taken = time.perf_counter() - began
    return {
        "long_minutes": round(seconds / 60, 1),
        "long_samples_a_second": round(len(people.times_s) / taken, 1),
        "long_times_real_time": round(seconds / taken, 1),
        "long_peak_mb_above_start": round(memory.peak_mb - memory.start_mb, 1),
        "long_start_mb": round(memory.start_mb, 1),
        "long_people": len(people.found()),
    }


def clips(folder: Path) -> dict:
    figures = {}
    for name in CLIPS:
        reader, people = RecordingReader(folder / name, EVERY_S), People()
        with_face = 0
        for sample in reader.samples():
            people.add(sample)
            with_face += len(sample.boxes_xyxy) > 0
        key = Path(name).stem.replace("-", "_")
        figures[f"{key}_tracks"] = len(people.found()) + people.passers_by
        figures[f"{key}_with_face_share"] = round(with_face / len(people.times_s), 4)
    return figures


def main(argv: list[str] | None = None) -> int:
    media = Path(__file__).resolve().parents[2] / "shared" / "media"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fer2013", type=Path, help="FER2013 as zip or folder, for the galleries")
    parser.add_argument("--votes", type=Path, help="FER+ votes as csv, for the galleries' expressions")
    parser.add_argument("--media", type=Path, default=media, help="folder of photographs and clips")
    parser.add_argument("--minutes", type=float, default=60, help="of the long recording")
    parser.add_argument("--gallery-minutes", type=float, default=10, help="of the re-ordered gallery")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    args = parser.parse_args(argv)
    if (args.fer2013 is None) != (args.votes is None):
        parser.error("give --fer2013 and --votes together")
    figures: dict = {"emotions": list(EMOTIONS)}
    reader = CrowdReader.open()
    try:
        figures |= photographs(args.media / "groups", reader) | clips(args.media)
        with tempfile.TemporaryDirectory(prefix="classpulse-recordings-") as folder:
            if args.fer2013:
                pictures, expressions = faces_of(args.fer2013, args.votes)
                figures |= still_galleries(pictures, expressions, reader)
                figures |= shuffled_gallery(pictures, expressions, Path(folder), args.gallery_minutes)
            figures |= long_lesson(args.media / CLIPS[1], Path(folder), args.minutes)
    except (DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        reader.close()
    figures |= {"cpu": cpu_name(), "cores": os.cpu_count(), "commit": commit()}
    for key, value in figures.items():
        print(f"{key:52}{value}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
