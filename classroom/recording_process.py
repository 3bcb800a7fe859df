"""The child of ``classroom.recording_reader`` and ``classroom.analysis_desk``: reads pictures and recordings.

Requests come pickled on standard input until it ends, answers go to standard output: ``("ready", "")`` or ``("failed",
sentence)`` once, then for each request its answers, or ``("bad", sentence)``:

- ``("picture", content)``: ``("picture", PictureFaces)``.
- ``("info", path)`` of a recording: ``("info", RecordingInfo)``.
- ``(path, every_s, from_s, until_s)``, a part of a recording: ``("sample", SampledFaces)`` for every sample, and at
  last ``("done", "")``.
"""

import os
import pickle
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2

from classroom.errors import BadInput
from classroom.picture_faces import read_picture
from classroom.recordings import recording_info, samples
from classroom.sampled_faces import SampledFaces, sampled_faces
from fer_model.crowd_reader import CrowdReader
from fer_model.errors import FerModelError, FrameError

THUMBNAIL_EVERY = 10  # samples


def main() -> int:
    # Libraries print to file descriptor 1; the messages keep it for themselves under another number.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Ctrl-C in a terminal reaches the whole group; the parent ends this process when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)  # each core has its own child
    if hasattr(os, "nice"):
        os.nice(10)  # a class that is running goes first

    def answer(kind: str, content) -> None:
        pickle.dump((kind, content), answers, protocol=5)
        answers.flush()

    try:
        reader = CrowdReader.open(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except FerModelError as error:
        answer("failed", str(error))
        return 1
    answer("ready", "")
    while True:
        try:
            request = pickle.load(sys.stdin.buffer)
        except EOFError:
            return 0
        try:
            match request:
                case "picture", content:
                    answer("picture", read_picture(content, reader))
                case "info", path:
                    answer("info", recording_info(path))
                case path, every_s, from_s, until_s:
                    for sample in _sampled(reader, path, every_s, from_s, until_s):
                        answer("sample", sample)
                    answer("done", "")
        except (BadInput, FrameError) as error:
            answer("bad", str(error))


def _sampled(
    reader: CrowdReader, path: Path, every_s: float, from_s: float, until_s: float | None
) -> Iterator[SampledFaces]:
    search = reader.search()
    for number, sample in enumerate(samples(path, every_s, from_s, until_s)):
        crowd = reader.read_next(sample.frame_bgr, search)
        yield sampled_faces(sample, crowd, number % THUMBNAIL_EVERY == 0)


if __name__ == "__main__":
    raise SystemExit(main())
