"""Finds faces in a picture with MediaPipe's BlazeFace networks, run by LiteRT.

MediaPipe's own library is not used: since some version after 0.10.21 its native code reports usage to its maker, and
there is no switch. Its model files are only numbers.
"""

from pathlib import Path

import numpy as np

from fer_model import blazeface
from fer_model.errors import FerModelError, ModelFileError
from fer_model.faces import Faces
from fer_model.model_files import SHORT_RANGE, model_file
from fer_model.network import open_network
from fer_model.preprocess import check_frame


class DetectorClosedError(FerModelError, RuntimeError):
    """A detector was used after ``close()``."""


class FaceDetector:
    """Finds faces that fill a good part of the picture, as in front of a webcam (up to about 2 m).

    The network sees the picture shrunk to 128 x 128 (full range: 192 x 192), so small faces of a room or a gallery view
    are missed. Not thread-safe: one detector per worker.

    Args:
        model_path: the detector's .tflite, short range or full range; ``None`` finds or fetches the short-range one.
        min_score: faces that the detector is less sure of are not returned, in (0, 1]; 0.5 is MediaPipe's own default.

    Raises:
        ModelFileError: the file is missing or is neither of these networks.
    """

    def __init__(self, model_path: str | Path | None = None, min_score: float = 0.5) -> None:
        path = model_file(SHORT_RANGE) if model_path is None else Path(model_path)
        self._network = open_network(path)
        self._min_score = min_score
        inputs, outputs = self._network.get_input_details(), self._network.get_output_details()
        self._side_px = int(inputs[0]["shape"][-2]) if len(inputs[0]["shape"]) == 4 else 0
        self._anchors = blazeface.anchors(self._side_px) if self._side_px in blazeface.GRIDS else np.empty((0, 2))
        n, index = len(self._anchors), {tuple(each["shape"]): each["index"] for each in outputs}
        if n == 0 or set(index) != {(1, n, blazeface.VALUES), (1, n, 1)}:
            raise ModelFileError(f"{path} is not one of MediaPipe's face detectors; bring the right file.")
        self._input, self._values, self._logits = inputs[0]["index"], index[1, n, blazeface.VALUES], index[1, n, 1]
        # The first run is slower: over before the first student.
        self.detect(np.zeros((8, 8, 3), np.uint8))

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        """The faces of one picture, the highest score first. A face that the picture cuts off keeps its whole box.

        Args:
            frame_bgr: (H, W, 3) uint8 of any size, need not be contiguous.

        Raises:
            FrameError: it is not such a picture.
            DetectorClosedError: after ``close()``.
        """
        if self._network is None:
            raise DetectorClosedError("This face detector is closed; open a new one.")
        check_frame(frame_bgr)
        self._network.set_tensor(self._input, blazeface.letterbox(frame_bgr, self._side_px))
        self._network.invoke()
        found = blazeface.decode(
            self._network.get_tensor(self._values)[0],
            self._network.get_tensor(self._logits)[0, :, 0],
            self._anchors,
            self._side_px,
            self._min_score,
        )
        return blazeface.in_frame(*blazeface.suppress(*found), *frame_bgr.shape[:2])

    def close(self) -> None:
        """Frees the network. May be called again."""
        self._network = None
