"""Finds faces in a picture with MediaPipe's BlazeFace for webcams.

V. Bazarevsky et al.: "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019, arXiv:1907.05047.
"""

import contextlib
import logging
import os
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from fer_model.errors import FerModelError, ModelFileError
from fer_model.faces import KEYPOINTS, Faces
from fer_model.model_files import SHORT_RANGE, model_file
from fer_model.preprocess import check_frame

# MediaPipe imports TensorFlow when it is installed, for a decorator of its documentation: 12.8 s and 665 MB instead of
# 1.4 s and 117 MB. With None there, that import fails as if it were not installed, which MediaPipe provides for.
_hide_tensorflow = "tensorflow" not in sys.modules
if _hide_tensorflow:
    sys.modules["tensorflow"] = None

import mediapipe as mp  # noqa: E402
from mediapipe.tasks.python import BaseOptions, vision  # noqa: E402

if _hide_tensorflow:
    del sys.modules["tensorflow"]  # whoever trains in this process still can

# Box centre - mean of the six keypoints, in box sides. Medians over 400 FER2013 pictures and two clips: (0.005, 0.080)
# for the short-range detector, (-0.012, 0.035) for the full-range one. Good to 0.07 for four faces in five.
_CENTRE_FROM_KEYPOINTS = np.array([0.0, 0.06], np.float32)

_log = logging.getLogger(__name__)
_stderr_lock = threading.Lock()


class DetectorClosedError(FerModelError, RuntimeError):
    """A detector was used after ``close()``."""


class FaceDetector:
    """Finds faces that fill a good part of the picture, as in front of a webcam (up to about 2 m).

    The network sees the picture shrunk to 128 x 128, so small faces of a room or a gallery view are missed.
    Not thread-safe: one detector per worker.

    Args:
        model_path: the detector's .tflite; ``None`` finds or fetches the short-range one.
        min_score: faces that the detector is less sure of are not returned, in [0, 1]; 0.5 is MediaPipe's own default.

    Raises:
        ModelFileError: the file is missing or MediaPipe cannot load it.
    """

    def __init__(self, model_path: str | Path | None = None, min_score: float = 0.5) -> None:
        path = model_file(SHORT_RANGE) if model_path is None else Path(model_path)
        options = vision.FaceDetectorOptions(
            # As bytes: MediaPipe opens paths with C functions that stumble over umlauts in a Windows user name.
            base_options=BaseOptions(model_asset_buffer=_bytes_of(path)),
            running_mode=vision.RunningMode.IMAGE,
            min_detection_confidence=min_score,
        )
        with native_log_as_debug():
            try:
                self._task = vision.FaceDetector.create_from_options(options)
            except (RuntimeError, ValueError) as error:
                raise ModelFileError(f"MediaPipe cannot load {path}; bring the right file.") from error
            # The first call is slower and may print a warning about memory alignment: over before the first student.
            self._task.detect(_image(np.zeros((8, 8, 3), np.uint8)))
        # Also runs when the detector is dropped or Python ends without close(); at most once.
        self._finalize = weakref.finalize(self, _close, self._task)

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        """The faces of one picture, in the detector's order.

        Args:
            frame_bgr: (H, W, 3) uint8 of any size, need not be contiguous.

        Raises:
            FrameError: it is not such a picture.
            DetectorClosedError: after ``close()``.
        """
        if not self._finalize.alive:  # MediaPipe itself would take the process down
            raise DetectorClosedError("This face detector is closed; open a new one.")
        check_frame(frame_bgr)
        height, width = frame_bgr.shape[:2]
        found = self._task.detect(_image(frame_bgr)).detections
        if not found:
            return Faces.empty()
        boxes = [(box.origin_x, box.origin_y, box.width, box.height) for box in (face.bounding_box for face in found)]
        boxes_xyxy = np.array(boxes, np.float32)
        boxes_xyxy[:, 2:] += boxes_xyxy[:, :2]
        shares = np.array([[(point.x, point.y) for point in face.keypoints] for face in found], np.float32)
        keypoints = shares.reshape(len(found), len(KEYPOINTS), 2) * (width, height)
        score = np.array([face.categories[0].score for face in found], np.float32)
        return Faces(_put_back(boxes_xyxy, keypoints), score, keypoints)

    def close(self) -> None:
        """Frees MediaPipe's graph. May be called again."""
        self._finalize()


def _put_back(boxes_xyxy: np.ndarray, keypoints: np.ndarray) -> np.ndarray:
    """Moves boxes that leave the picture on the left or on top to where they belong.

    MediaPipe gives such a box the corner 0 but keeps its width, so it slides off the face, by a quarter of a face in a
    picture that cuts one off. The keypoints stay right; the box's centre follows from their mean.
    """
    sides = boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]
    corner = keypoints.mean(axis=1) + _CENTRE_FROM_KEYPOINTS * sides - sides / 2
    corner = np.where(boxes_xyxy[:, :2] <= 0, np.minimum(corner, 0), boxes_xyxy[:, :2])
    return np.hstack([corner, corner + sides])


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read; run `python -m fer_model.model_files`.") from error


def _image(frame_bgr: np.ndarray) -> mp.Image:
    # Not by an index that runs backwards, which is many times slower.
    return mp.Image(mp.ImageFormat.SRGB, cv2.cvtColor(frame_bgr, cv2.COLOR_BGR2RGB))


def _close(task: vision.FaceDetector) -> None:
    with native_log_as_debug():
        try:
            task.close()
        except RuntimeError:
            # Python is ending and MediaPipe's threads are gone already; without this its __del__ would try again and
            # print a traceback. The process is about to give the memory back.
            task._handle = None


@contextlib.contextmanager
def native_log_as_debug() -> Iterator[None]:
    """Sends what native code writes to stderr meanwhile to our debug log.

    MediaPipe and LiteRT print a dozen lines per detector, and neither an environment variable nor an exported function
    of the library lowers their level. The file descriptor belongs to the whole process, hence the lock and the short
    use: around opening and closing, not around every picture. One line about memory alignment may still come later.
    """
    with _stderr_lock, contextlib.ExitStack() as stack:
        try:
            said = stack.enter_context(tempfile.TemporaryFile())
            stderr = os.dup(2)
        except OSError:  # no stderr (a service, pythonw) or no room: let it print where it may
            yield
            return
        try:
            os.dup2(said.fileno(), 2)
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            said.seek(0)
            if text := said.read().decode(errors="replace").strip():
                _log.debug("%s", text)
