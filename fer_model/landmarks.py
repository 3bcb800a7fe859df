"""The mesh of a face: 468 points with depth, by MediaPipe's face landmark network in LiteRT.

Y. Kartynnik et al.: "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019, arXiv:1907.06724.
The network is given what MediaPipe gives it (``face_detection_front_detection_to_roi.pbtxt`` and
``face_landmark_cpu.pbtxt`` of version 0.10.21): a square 1.5 times as wide as the detector's box, set upright by the
face's keypoints, as 192 x 192 RGB in [0, 1].
"""

from pathlib import Path
from typing import Self

import cv2
import numpy as np

from fer_model.errors import ModelFileError
from fer_model.faces import Faces
from fer_model.model_files import LANDMARKS, model_file
from fer_model.network import open_network
from fer_model.preprocess import Framing, check_frame, crop_squares

POINTS = 468
_SIDE_PX = 192
_FRAMING = Framing(scale=1.5, shift_y=0.0)
_MIN_SCORE = 0.5  # MediaPipe's own limit on the face flag


class FaceLandmarks:
    """Finds the mesh of a face whose place is known. Not thread-safe: one per worker.

    Args:
        model_path: the network's .tflite; ``None`` finds or fetches it.

    Raises:
        ModelFileError: the file is missing or is not this network.
    """

    def __init__(self, model_path: str | Path | None = None) -> None:
        path = model_file(LANDMARKS) if model_path is None else Path(model_path)
        self._network = open_network(path)
        inputs, outputs = self._network.get_input_details(), self._network.get_output_details()
        by_size = {int(np.prod(each["shape"])): each["index"] for each in outputs}
        if set(by_size) != {3 * POINTS, 1} or inputs[0]["shape"].tolist() != [1, _SIDE_PX, _SIDE_PX, 3]:
            raise ModelFileError(f"{path} is not MediaPipe's face landmark network; bring the right file.")
        self._input, self._points, self._flag = inputs[0]["index"], by_size[3 * POINTS], by_size[1]

    @classmethod
    def open(cls, models_dir: str | Path | None = None) -> Self:
        """With the model file from this folder, see ``fer_model.model_files``; raises ``ModelFileError``."""
        return cls(model_file(LANDMARKS, models_dir))

    def find(self, frame_bgr: np.ndarray, face: Faces) -> np.ndarray | None:
        """The mesh of one face.

        Args:
            frame_bgr: (H, W, 3) uint8.
            face: exactly one face of that frame.

        Returns:
            (468, 3) float64 in MediaPipe's numbering: x and y in pixels of the frame, z about as large a unit, smaller
            towards the camera; ``None`` when the network says that this is no face.

        Raises:
            FrameError: ``frame_bgr`` is not such a picture.
            ValueError: not exactly one face.
        """
        check_frame(frame_bgr)
        if len(face) != 1:
            raise ValueError(f"expected exactly one face, got {len(face)}")
        x, y, side = crop_squares(face.boxes_xyxy, _FRAMING)[0]
        roll_rad = float(face.rolls_rad[0])
        cos, sin = np.cos(roll_rad), np.sin(roll_rad)
        turn = side / _SIDE_PX * np.array([[cos, -sin], [sin, cos]])
        self._network.set_tensor(self._input, _crop(frame_bgr, np.array([x, y]), turn))
        self._network.invoke()
        score = 1 / (1 + np.exp(-float(self._network.get_tensor(self._flag).item())))
        if not score >= _MIN_SCORE:
            return None
        points = self._network.get_tensor(self._points).reshape(POINTS, 3).astype(np.float64)
        in_frame = (points[:, :2] - _SIDE_PX / 2) @ turn.T + (x, y)
        return np.column_stack([in_frame, points[:, 2] * side / _SIDE_PX])


def _crop(frame_bgr: np.ndarray, centre: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """(1, 192, 192, 3) float32 RGB in [0, 1]; beside the frame its edge is repeated."""
    # The centre of pixel i is at i + 0.5, as in preprocess.
    first = centre - 0.5 + turn @ np.full(2, 0.5 - _SIDE_PX / 2)
    crop = cv2.warpAffine(
        frame_bgr,
        np.column_stack([turn, first]),
        (_SIDE_PX, _SIDE_PX),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.divide(cv2.cvtColor(crop, cv2.COLOR_BGR2RGB)[None], np.float32(255), dtype=np.float32)
