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
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from benchmarks.gallery import Gallery, Truth
from benchmarks.inference import cpu_name
from benchmarks.made_recordings import gallery_recording, long_recording
from classroom.name_labels import can_read_names
from classroom.people import People, Person, readings_of
from classroom.recording_reader import RecordingReader
from classroom.records import Sharing
from classroom.store import Store
from fer_model.classifier import EmotionClassifier
from fer_model.crowd_reader import CrowdReader
from fer_model.labels import EMOTIONS
from train.data import DataError, read_split
from train.ferplus import fold_matrix, majority, read_votes
from train.provenance import commit

SAME_FACE = 0.3  # intersection over union
EVERY_S = 0.5
GALLERY_SEEDS = (101, 102, 103, 104, 105, 106)
SHUFFLE_SEED = 201
CLIPS = ("head-pose-face-detection-female.mp4", "one-face-emotional.mp4")


def intersection_over_union(one_xyxy: np.ndarray, other_xyxy: np.ndarray) -> np.ndarray:
    """(n, m) of (n, 4) and (m, 4) boxes."""
    corner = np.maximum(one_xyxy[:, None, :2], other_xyxy[None, :, :2])
    shared = np.clip(np.minimum(one_xyxy[:, None, 2:], other_xyxy[None, :, 2:]) - corner, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (one_xyxy, other_xyxy)]
    return shared / np.maximum(areas[0][:, None] + areas[1][None, :] - shared, 1e-9)


def matched(truth_xyxy: np.ndarray, found_xyxy: np.ndarray) -> np.ndarray:
    """(n,) row of ``found`` for each true box, -1 where it was not found; no row twice, the best overlaps first."""
    overlaps = intersection_over_union(truth_xyxy, found_xyxy)
    rows = np.full(len(truth_xyxy), -1)
    taken: set[int] = set()
    for flat in np.argsort(-overlaps, axis=None, kind="stable"):
        true, found = np.unravel_index(flat, overlaps.shape)
        if overlaps[true, found] < SAME_FACE:
            break
        if rows[true] < 0 and found not in taken:
            rows[true] = found
            taken.add(int(found))
    return rows


def photographs(folder: Path, reader: CrowdReader) -> dict:
    """Drawn boxes that were found, and boxes on nothing drawn (look at those: some real faces have no drawn box)."""
    drawn, hits, others = 0, 0, 0
    for image in ElementTree.parse(folder / "training.xml").getroot().iter("image"):
        boxes = [[float(box.get(side)) for side in ("left", "top", "width", "height")] for box in image.iter("box")]
        truth = np.array(boxes, np.float32)
        truth[:, 2:] += truth[:, :2]
        rows = matched(truth, (crowd := reader.read(cv2.imread(str(folder / image.get("file"))))).faces.boxes_xyxy)
        drawn, hits = drawn + len(truth), hits + int((rows >= 0).sum())
        others += len(crowd) - int((rows >= 0).sum())
    return {"photographs_drawn_faces": drawn, "photographs_found": hits, "photographs_other_boxes": others}


def still_galleries(pictures: np.ndarray, expressions: np.ndarray, reader: CrowdReader) -> dict:
    """Single frames of 7x7 galleries: faces found, false ones, and the expression through the whole chain."""
    faces, hits, false, right, bare_right = 0, 0, 0, 0, 0
    classifier = EmotionClassifier.load()
    for seed in GALLERY_SEEDS:
        gallery = Gallery(pictures, expressions, seed=seed)
        frame, truth = gallery.frame()
        crowd = reader.read(frame)
        rows = matched(truth.boxes_xyxy, crowd.faces.boxes_xyxy)
        seen = rows >= 0
        faces, hits, false = faces + len(rows), hits + int(seen.sum()), false + len(crowd) - int(seen.sum())
        named = np.nan_to_num(crowd.probs[rows[seen]]).argmax(axis=1)
        right += int((named == truth.expressions[seen]).sum())
        bare = np.stack([gallery.people[person].picture for person in truth.people[seen]])[..., None]
        bare_right += int((classifier.predict(bare).argmax(axis=1) == truth.expressions[seen]).sum())
    return {
        "gallery_faces": faces,
        "gallery_found_share": round(hits / faces, 4),
        "gallery_false_share_of_found": round(false / max(hits + false, 1), 4),
        "gallery_expression_chain_accuracy": round(right / hits, 4),
        "gallery_expression_bare_crops_accuracy": round(bare_right / hits, 4),
    }


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


def faces_of(fer2013: Path, votes: Path) -> tuple[np.ndarray, np.ndarray]:
    """(n, 48, 48) PublicTest pictures with a majority of FER+, and (n,) that, folded to ``EMOTIONS``."""
    images = read_split(fer2013, "PublicTest")
    labels = majority(read_votes(votes, images.names))
    kept = labels >= 0
    return images.pixels[kept, :, :, 0], fold_matrix().argmax(axis=1)[labels[kept]]


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
