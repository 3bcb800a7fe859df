"""MediaPipe's own face detector, which ours is compared with. Needs requirements-reference.txt.

Only where nothing of anybody's leaves the machine: about a minute after it was opened its library reports to its maker.
"""

import os
import sys
from pathlib import Path

# MediaPipe imports TensorFlow when it is installed, for a decorator of its documentation.
sys.modules.setdefault("tensorflow", None)
os.environ.setdefault("GLOG_minloglevel", "3")

import cv2  # noqa: E402
import mediapipe as mp  # noqa: E402
import numpy as np  # noqa: E402
from mediapipe.tasks.python import BaseOptions, vision  # noqa: E402

from fer_model.faces import KEYPOINTS, Faces  # noqa: E402
from fer_model.native_log import native_log_as_debug  # noqa: E402


class MediaPipeDetector:
    """``detect`` and ``close`` as ``fer_model.detector.FaceDetector``, by the library that the models come from.

    Its boxes are whole pixels. One that leaves the picture on the left or on top is given the corner 0 and keeps its
    width, so it slides off the face.
    """

    def __init__(self, model_path: Path, min_score: float = 0.5) -> None:
        options = vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=model_path.read_bytes()),
            running_mode=vision.RunningMode.IMAGE,
            min_detection_confidence=min_score,
        )
        with native_log_as_debug():
            self._task = vision.FaceDetector.create_from_options(options)
            self.detect(np.zeros((8, 8, 3), np.uint8))

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        height, width = frame_bgr.shape[:2]
        image = mp.Image(mp.ImageFormat.SRGB, cv2.cvtColor(frame_bgr, cv2.COLOR_BGR2RGB))
        found = self._task.detect(image).detections
        if not found:
            return Faces.empty()
        boxes = [(box.origin_x, box.origin_y, box.width, box.height) for box in (face.bounding_box for face in found)]
        boxes_xyxy = np.array(boxes, np.float32)
        boxes_xyxy[:, 2:] += boxes_xyxy[:, :2]
        shares = np.array([[(point.x, point.y) for point in face.keypoints] for face in found], np.float32)
        keypoints = shares.reshape(len(found), len(KEYPOINTS), 2) * (width, height)
        return Faces(boxes_xyxy, np.array([face.categories[0].score for face in found], np.float32), keypoints)

    def close(self) -> None:
        with native_log_as_debug():
            self._task.close()
