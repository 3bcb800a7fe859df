"""The child of ``classroom.room_reader``: every face of picture after picture of one camera.

Each request ``(at_s, frame_bgr)`` gets ``SampledFaces``, or ``None`` for a black picture.
"""

import os

import cv2

from classroom.child import Parent, models_dir_asked_for
from classroom.recordings import Sample
from classroom.sampled_faces import sampled_faces
from fer_model import quality
from fer_model.crowd_reader import CrowdReader
from fer_model.errors import FerModelError

# Looks. Of a recording all is read in the end; here whoever comes into the picture is waited for.
THOROUGH_EVERY = 6
ALL_SIZES_EVERY = 60


def main() -> int:
    parent = Parent()
    cv2.setNumThreads(1)  # one core is for the students' own cameras
    if hasattr(os, "nice"):
        os.nice(10)  # and they go first
    try:
        reader = CrowdReader.open(models_dir_asked_for())
    except FerModelError as error:
        parent.answer(("failed", str(error)))
        return 1
    parent.ready()
    search = reader.search(THOROUGH_EVERY, ALL_SIZES_EVERY)
    for at_s, frame_bgr in parent:
        if quality.is_camera_off(frame_bgr):
            parent.answer(None)
        else:
            crowd = reader.read_next(frame_bgr, search)
            parent.answer(sampled_faces(Sample(at_s, frame_bgr), crowd, with_thumbnails=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
