"""The child that decodes the pictures which students' pages send in place of video: see ``classroom.picture_way``.

``("frame", content)`` gets ``("frame", array)`` or ``("bad", sentence)``. It loads no model, so it is there at once.
"""

import cv2

from classroom.child import Parent
from classroom.errors import BadInput
from classroom.memory_limit import limit_memory
from classroom.pictures import camera_frame_of

# A picture of a camera has 640 x 640 pixels at most.
MEMORY_BYTES = 100_000_000


def main() -> int:
    parent = Parent()
    cv2.setNumThreads(1)
    limit_memory(MEMORY_BYTES)
    parent.ready()
    for _, content in parent:
        try:
            parent.answer(("frame", camera_frame_of(content)))
        except BadInput as error:
            parent.answer(("bad", str(error)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
