import numpy as np
import pytest

from fer_model.crowd_reader import CrowdReader
from fer_model.errors import FrameError
from fer_model.faces import Faces
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason
from fer_model.tiles import TiledDetector


class Sure:
    """A classifier that is surer the brighter a crop is."""

    abstain_below = 0.5

    def predict(self, crops: np.ndarray) -> np.ndarray:
        happy = crops.mean(axis=(1, 2, 3)) / 255
        probs = np.repeat((1 - happy)[:, None] / 6, 7, axis=1).astype(np.float32)
        probs[:, EMOTIONS.index("happy")] = happy
        return probs


class Placed:
    """A detector that knows the boxes of pictures of one size and sees nothing in parts of them."""

    def __init__(self, *boxes: tuple[float, ...]) -> None:
        self.boxes = np.array(boxes, np.float32).reshape(-1, 4)

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        return Faces(self.boxes) if frame_bgr.shape == (200, 400, 3) else Faces.empty()

    def close(self) -> None:
        pass


def noisy(level: int) -> np.ndarray:
    cells = np.random.default_rng(0).integers(level - 30, level + 30, (50, 50, 1)).clip(0, 255).astype(np.uint8)
    return cells.repeat(4, axis=0).repeat(4, axis=1).repeat(3, axis=2)


FRAME = np.hstack([noisy(210), noisy(60)])  # bright on the left, dim on the right


def read(*boxes):
    return CrowdReader(TiledDetector(Placed(*boxes)), Sure()).read(FRAME)


def test_a_picture_without_faces_is_an_empty_crowd():
    crowd = read()
    assert (len(crowd), crowd.probs.shape, crowd.reasons, crowd.readings) == (0, (0, 7), (), [])


def test_each_face_has_an_expression_or_its_own_reason():
    crowd = read((60, 60, 140, 140), (260, 60, 340, 140), (390, 190, 399, 199))
    assert crowd.reasons == (None, Reason.LOW_CONFIDENCE, Reason.TOO_SMALL)
    named, unclear, small = crowd.readings
    assert (named.emotion, named.faces_seen, named.box_xyxy) == ("happy", 3, (60, 60, 140, 140))
    assert (unclear.emotion, small.emotion) == (None, None)
    assert np.isfinite(crowd.probs[1]).all(), "not clear, but what the network said is kept"
    assert np.isnan(crowd.probs[2]).all()


def test_what_is_no_picture_is_refused():
    with pytest.raises(FrameError):
        CrowdReader(TiledDetector(Placed()), Sure()).read(np.zeros((4, 4), np.uint8))


def test_all_five_people_of_a_photograph_are_found():
    from tests.media import picture

    crowd_reader = CrowdReader.open()
    crowd = crowd_reader.read(picture("multi_face.jpg"))
    crowd_reader.close()
    assert len(crowd) == 5
    assert {reading.emotion for reading in crowd.readings} & {"happy"}
