"""The child of ``classroom.engine``: frames in on standard input, readings out on standard output, until input ends.

It is ready when it is warm. ``classroom.attention_process`` is the same without expressions.
"""

import cv2
import numpy as np

from classroom.child import Parent, models_dir_asked_for
from fer_model.errors import FerModelError
from fer_model.model_files import LANDMARKS, SHORT_RANGE, model_file
from fer_model.reader import FaceReader


def main(with_expression: bool = True) -> int:
    cv2.setNumThreads(1)  # a frame is small: waking a second thread costs more than it does
    parent, models_dir = Parent(), models_dir_asked_for()
    try:
        for name in (SHORT_RANGE, LANDMARKS):
            model_file(name, models_dir, progress=lambda sentence, _share: parent.answer(("progress", sentence)))
        reader = FaceReader.open(models_dir, with_expression)
        reader.read(np.zeros((240, 320, 3), np.uint8))  # the first call allocates: let nobody wait for it
    except FerModelError as error:
        parent.answer(("failed", str(error)))
        return 1
    parent.ready()
    for frames_bgr in parent:
        parent.answer(reader.read_batch(frames_bgr))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
