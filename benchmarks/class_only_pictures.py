"""When readings of two students are the same to the last digit: so "class only" tells who sends the same pictures.

Different faces of FER2013 (pixel-identical ones once), and a clip: decoded twice from the same packets, as scripts send
it, and encoded anew, as a browser with a fake camera does. A part of ``python -m benchmarks.class_only``; what is not
in ``../shared`` is left out.
"""

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks import camera_clip
from benchmarks.server import ROOT
from fer_model.classifier import EmotionClassifier
from fer_model.reader import FaceReader

FACES = ROOT.parent / "shared" / "data" / "fer2013.zip"
PICTURES, AT_ONCE = 100, 64


def same_among_faces(path: Path) -> dict[str, int]:
    """Of the test faces how many are different, and how many have the reading of another one."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("test/") and name.endswith(".png")]
        faces = [cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE) for name in names]
    different = np.unique(np.stack(faces), axis=0)[..., None]
    classifier = EmotionClassifier.load()
    parts = [classifier.predict(different[i : i + AT_ONCE]) for i in range(0, len(different), AT_ONCE)]
    counts = Counter(map(bytes, np.concatenate(parts)))
    return {"different": len(different), "with_the_reading_of_another": sum(n for n in counts.values() if n > 1)}


def same_in_a_clip(path: Path) -> dict[str, float]:
    """Of the readings of a clip the share that are the same from another copy of it."""
    pictures = list(islice(camera_clip.pictures(path, camera_clip.FPS), PICTURES))
    packets = camera_clip.encode(pictures)
    one, other = _readings(_decoded(packets)), _readings(_decoded(packets))
    anew = _readings(_decoded(camera_clip.encode(_decoded(packets))))
    return {"from_the_same_packets": _share(one, other), "encoded_anew": _share(one, anew)}


def measure() -> dict:
    found = {}
    if FACES.exists():
        found["faces_of_fer2013"] = same_among_faces(FACES)
    if camera_clip.CLIP.exists():
        found["readings_of_a_clip"] = same_in_a_clip(camera_clip.CLIP)
    return {"same_to_the_last_digit": found}


def _decoded(packets: Sequence[bytes]) -> Iterator[np.ndarray]:
    decoder = av.CodecContext.create("vp8", "r")
    for packet in packets:
        for frame in decoder.decode(av.Packet(packet)):
            yield frame.to_ndarray(format="bgr24")


def _readings(frames_bgr: Iterator[np.ndarray]) -> list[tuple[float, ...] | None]:
    reader = FaceReader.open()
    try:
        return [face.probs if face.usable else None for face in reader.read_batch(list(frames_bgr))]
    finally:
        reader.close()


def _share(one: Sequence, other: Sequence) -> float:
    known = [pair for pair in zip(one, other, strict=True) if None not in pair]
    return sum(mine == theirs for mine, theirs in known) / len(known)
