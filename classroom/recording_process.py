"""The child of ``classroom.recording_reader``: reads parts of recordings, every face of every sampled frame.

Requests come pickled on standard input until it ends: ``(path, every_s, from_s, until_s)``. Answers go to standard
output: ``("ready", "")`` or ``("failed", sentence)`` once, then for each request ``("sample", SampledFaces)`` for every
sample, and at last ``("done", "")`` or ``("bad", sentence)``.
"""

import os
import pickle
import signal
import sys
from pathlib import Path

import cv2

from classroom.errors import BadInput
from classroom.recordings import samples
from classroom.sampled_faces import sampled_faces
from fer_model.crowd import CrowdReader
from fer_model.errors import FerModelError

THUMBNAIL_EVERY = 10  # samples


def main() -> int:
    # Libraries print to file descriptor 1; the messages keep it for themselves under another number.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Ctrl-C in a terminal reaches the whole group; the parent ends this process when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)  # each core has its own child

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
            path, every_s, from_s, until_s = pickle.load(sys.stdin.buffer)
        except EOFError:
            return 0
        try:
            search = reader.search()
            for number, sample in enumerate(samples(path, every_s, from_s, until_s)):
                crowd = reader.read_next(sample.frame_bgr, search)
                answer("sample", sampled_faces(sample, crowd, number % THUMBNAIL_EVERY == 0))
            answer("done", "")
        except BadInput as error:
            answer("bad", str(error))


if __name__ == "__main__":
    raise SystemExit(main())
