"""The child of ``classroom.recording_reader`` and ``classroom.analysis_desk``: reads pictures and recordings.

Each request gets its answers, or ``("bad", sentence)``:

- ``("picture", content)``: ``("picture", PictureFaces)``.
- ``("frame", content)`` of a picture: ``("frame", array)``, decoded and not read.
- ``("info", path)`` of a recording: ``("info", RecordingInfo)``.
- ``(path, every_s, from_s, until_s, with_names)``, a part of a recording: ``("sample", SampledFaces)`` for every
  sample, and at last ``("done", "")``.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import cv2

from classroom.child import Parent, models_dir_asked_for
from classroom.errors import BadInput
from classroom.memory_limit import limit_memory
from classroom.name_labels import LabelReader
from classroom.picture_faces import read_picture
from classroom.pictures import frame_of
from classroom.recordings import recording_info, samples
from classroom.sampled_faces import SampledFaces, sampled_faces
from fer_model.crowd_reader import CrowdReader
from fer_model.errors import FerModelError, FrameError

THUMBNAIL_EVERY = 10  # samples
# A decoder keeps up to 20 pictures of at most 25 megapixels. Reading a picture of that size takes 150 MB.
MEMORY_BYTES = 1_500_000_000
NAMES_EVERY_S = 10.0  # reading the names takes some ten times as long as the faces of a frame


def main() -> int:
    parent = Parent()
    cv2.setNumThreads(1)  # each core has its own child
    if hasattr(os, "nice"):
        os.nice(10)  # a class that is running goes first
    try:
        reader = CrowdReader.open(models_dir_asked_for())
    except FerModelError as error:
        parent.answer(("failed", str(error)))
        return 1
    labels = LabelReader.find()
    limit_memory(MEMORY_BYTES)
    parent.ready()
    for request in parent:
        try:
            match request:
                case "picture", content:
                    parent.answer(("picture", read_picture(content, reader)))
                case "frame", content:
                    parent.answer(("frame", frame_of(content)))
                case "info", path:
                    parent.answer(("info", recording_info(path)))
                case path, every_s, from_s, until_s, with_names:
                    for sample in _sampled(reader, labels if with_names else None, path, every_s, from_s, until_s):
                        parent.answer(("sample", sample))
                    parent.answer(("done", ""))
        except (BadInput, FrameError) as error:
            parent.answer(("bad", str(error)))
    return 0


def _sampled(
    reader: CrowdReader, labels: LabelReader | None, path: Path, every_s: float, from_s: float, until_s: float | None
) -> Iterator[SampledFaces]:
    search, names_s = reader.search(), from_s
    for number, sample in enumerate(samples(path, every_s, from_s, until_s)):
        crowd = reader.read_next(sample.frame_bgr, search)
        names: tuple[str, ...] = ()
        if labels and sample.at_s >= names_s:
            names, names_s = labels.read(sample.frame_bgr, crowd.faces.boxes_xyxy), sample.at_s + NAMES_EVERY_S
        yield sampled_faces(sample, crowd, number % THUMBNAIL_EVERY == 0, names)


if __name__ == "__main__":
    raise SystemExit(main())
