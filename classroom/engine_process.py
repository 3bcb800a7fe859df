"""The child of ``classroom.engine``: frames in on standard input, readings out on standard output, until input ends.

While it starts it sends pairs: ``("progress", sentence)`` as often as it likes, then ``("ready", "")`` when warm or
``("failed", sentence)`` when it cannot start.
"""

import os
import pickle
import signal
import sys
from pathlib import Path

import numpy as np

from fer_model.errors import FerModelError
from fer_model.model_files import SHORT_RANGE, model_file
from fer_model.reader import FaceReader


def main() -> int:
    # Libraries print to file descriptor 1; the messages keep it for themselves under another number.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Ctrl-C in a terminal reaches the whole group; the parent ends this process when it is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def answer(message) -> None:
        pickle.dump(message, answers, protocol=5)
        answers.flush()

    models_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    try:
        model_file(SHORT_RANGE, models_dir, progress=lambda sentence, _share: answer(("progress", sentence)))
        reader = FaceReader.open(models_dir)
        reader.read(np.zeros((240, 320, 3), np.uint8))  # the first call allocates: let nobody wait for it
    except FerModelError as error:
        answer(("failed", str(error)))
        return 1
    answer(("ready", ""))
    while True:
        try:
            frames_bgr = pickle.load(sys.stdin.buffer)
        except EOFError:
            return 0
        answer(reader.read_batch(frames_bgr))


if __name__ == "__main__":
    raise SystemExit(main())
