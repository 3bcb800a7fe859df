import subprocess
import sys

import cv2
import numpy as np
import pytest

from fer_model.detector import DetectorClosedError, FaceDetector
from fer_model.errors import FrameError
from fer_model.faces import Faces
from fer_model.geometry import geometry
from fer_model.labels import EMOTIONS
from fer_model.preprocess import check_frame
from fer_model.reader import FaceReader
from fer_model.reading import FaceReading, Reason
from tests.media import astronaut_bgr, frames, media, picture, stand_in_clip

HAPPY = EMOTIONS.index("happy")


class SureOfHappy:
    """A classifier that is always as sure of "happy" as it is told to be, and remembers its batches."""

    abstain_below = 0.4

    def __init__(self, sure: float = 0.9) -> None:
        self.sure = sure
        self.batches: list[np.ndarray] = []

    def predict(self, crops: np.ndarray) -> np.ndarray:
        assert crops.dtype == np.uint8 and crops.shape[1:] == (48, 48, 1)
        self.batches.append(crops)
        probs = np.full((len(crops), 7), (1 - self.sure) / 6, np.float32)
        probs[:, HAPPY] = self.sure
        return probs


class Placed:
    """A detector that finds the boxes it is given in every frame that is a picture."""

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self.boxes = boxes

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        check_frame(frame_bgr)
        return Faces(np.array(self.boxes, np.float32).reshape(-1, 4))

    def close(self) -> None:
        pass


def textured(level: int = 120, spread: int = 40) -> np.ndarray:
    """(240, 320, 3) uint8 random cells of 4 px around a level: neither dark, nor blurred, nor black."""
    cells = np.random.default_rng(0).integers(level - spread, level + spread + 1, (60, 80, 3))
    return cells.clip(0, 255).astype(np.uint8).repeat(4, axis=0).repeat(4, axis=1)


@pytest.fixture(scope="module")
def detector():
    detector = FaceDetector()
    yield detector
    detector.close()


@pytest.fixture
def reader(detector):
    return FaceReader(detector, SureOfHappy())


def test_no_frames_give_no_readings_and_ask_no_network(reader):
    assert reader.read_batch([]) == []
    assert reader._classifier.batches == []


def test_frames_without_a_face_ask_no_network():
    classifier = SureOfHappy()
    readings = FaceReader(Placed(), classifier).read_batch([textured()] * 3)
    assert [reading.reason for reading in readings] == [Reason.NO_FACE] * 3
    assert classifier.batches == []


@pytest.mark.parametrize(
    ("frame", "boxes", "sure", "reason", "seen"),
    [
        (textured(), [(50, 50, 150, 150)], 0.9, None, 1),
        (np.zeros((240, 320, 3), np.uint8), [(50, 50, 150, 150)], 0.9, Reason.CAMERA_OFF, 0),
        (textured(12, 10), [], 0.9, Reason.TOO_DARK, 0),
        (textured(), [], 0.9, Reason.NO_FACE, 0),
        (textured(), [(50, 50, 60, 60)], 0.9, Reason.TOO_SMALL, 1),
        (textured(12, 10), [(50, 50, 60, 60)], 0.9, Reason.TOO_SMALL, 1),
        (textured(12, 10), [(50, 50, 150, 150)], 0.9, Reason.TOO_DARK, 1),
        (np.full((240, 320, 3), 90, np.uint8), [(50, 50, 150, 150)], 0.9, Reason.BLURRED, 1),
        (textured(), [(50, 50, 150, 150), (200, 50, 260, 110)], 0.3, Reason.LOW_CONFIDENCE, 2),
        (textured(), [(50, 50, 150, 150)], float("nan"), Reason.LOW_CONFIDENCE, 1),
        (textured(), [(50, 50, 150, 150)], 0.4, None, 1),
    ],
)
def test_the_first_reason_that_holds_is_the_reading(frame, boxes, sure, reason, seen):
    reading = FaceReader(Placed(*boxes), SureOfHappy(np.float32(sure))).read(frame)
    assert (reading.reason, reading.faces_seen) == (reason, seen)
    assert len(reading.box_xyxy) == (4 if seen else 0)


class Meshed:
    """Finds the same mesh in every face, and remembers the faces."""

    def __init__(self, points: np.ndarray | None) -> None:
        self.points = points
        self.faces: list[Faces] = []

    def find(self, frame_bgr: np.ndarray, face: Faces) -> np.ndarray | None:
        self.faces.append(face)
        return self.points


MESH = np.random.default_rng(0).uniform(0, 100, (468, 3))
FLAT = np.full((240, 320, 3), 90, np.uint8)


@pytest.mark.parametrize(
    ("frame", "box", "sure", "mesh", "known", "why"),
    [
        (textured(), (50, 50, 150, 150), 0.9, MESH, True, "read"),
        (textured(), (50, 50, 150, 150), 0.3, MESH, True, "not clear: its expression is not known, how it is held is"),
        (textured(), (50, 50, 150, 150), 0.9, None, False, "the network says that this is no face"),
        (textured(), (50, 50, 85, 85), 0.9, MESH, False, "too small for a mesh, large enough to be read"),
        (textured(12, 10), (50, 50, 150, 150), 0.9, MESH, False, "too dark"),
    ],
)
def test_a_face_that_can_be_seen_well_has_a_geometry(frame, box, sure, mesh, known, why):
    reading = FaceReader(Placed(box), SureOfHappy(sure), Meshed(mesh)).read(frame)
    assert (reading.geometry == geometry(MESH)) is known, why


def test_of_a_blurred_face_the_pose_is_known_and_eyes_and_mouth_are_not():
    """A face that is turned aside shows little that is sharp; who faces away would be not known just then."""
    held = FaceReader(Placed((50, 50, 150, 150)), SureOfHappy(), Meshed(MESH)).read(FLAT).geometry
    whole = geometry(MESH)
    assert (held.yaw_deg, held.pitch_deg, held.roll_deg) == (whole.yaw_deg, whole.pitch_deg, whole.roll_deg)
    assert np.isnan(held.eyes_open) and np.isnan(held.mouth_open)


def test_a_mesh_is_looked_for_in_the_largest_face_only():
    landmarks = Meshed(MESH)
    FaceReader(Placed((10, 10, 60, 60), (100, 50, 250, 200)), SureOfHappy(), landmarks).read(textured())
    assert [face.boxes_xyxy.tolist() for face in landmarks.faces] == [[[100, 50, 250, 200]]]


def test_without_landmarks_there_is_no_geometry():
    assert FaceReader(Placed((50, 50, 150, 150)), SureOfHappy()).read(textured()).geometry is None


def test_the_largest_face_is_read_and_all_are_counted():
    boxes = [(10, 10, 60, 60), (100, 50, 250, 200), (5, 150, 65, 210)]
    reading = FaceReader(Placed(*boxes), SureOfHappy()).read(textured())
    assert reading.faces_seen == 3
    assert reading.box_xyxy == boxes[1]
    assert all(type(number) is float for number in reading.box_xyxy + reading.probs)


def test_every_frame_gets_its_own_answer_and_the_network_is_asked_once():
    class ByBrightness(SureOfHappy):
        def predict(self, crops):
            super().predict(crops)
            return np.eye(7, dtype=np.float32)[(crops.mean(axis=(1, 2, 3)) > 150).astype(int)]

    classifier = ByBrightness()
    batch = [textured(80), np.zeros((9, 9, 3), np.uint8), textured(180), None, textured(70)]
    readings = FaceReader(Placed((50, 50, 150, 150)), classifier).read_batch(batch)
    assert [reading.emotion for reading in readings] == [EMOTIONS[0], None, EMOTIONS[1], None, EMOTIONS[0]]
    assert [len(crops) for crops in classifier.batches] == [3]


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "frame",
        np.zeros((240, 320), np.uint8),
        np.zeros((240, 320, 4), np.uint8),
        np.zeros((240, 320, 3), np.float64),
        np.zeros((0, 320, 3), np.uint8),
        np.array(5),
        np.empty((2, 2, 3), object),
    ],
)
def test_garbage_is_no_face_for_itself_only(reader, garbage):
    face = astronaut_bgr()
    before, broken, after = reader.read_batch([face, garbage, face])
    assert broken == FaceReading(reason=Reason.NO_FACE)
    assert before == after and before.usable


def test_what_is_wrong_in_the_detector_is_not_taken_for_a_missing_face():
    class Broken(Placed):
        def detect(self, frame_bgr):
            raise RuntimeError("the graph is gone")

    with pytest.raises(RuntimeError, match="graph"):
        FaceReader(Broken(), SureOfHappy()).read(textured())


def test_a_closed_reader_says_so_and_closes_twice():
    reader = FaceReader(FaceDetector(), SureOfHappy())
    reader.close()
    reader.close()
    with pytest.raises(DetectorClosedError):
        reader.read(textured())


def test_noise_gives_a_reading_with_a_reason(reader):
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    assert reader.read(noise).reason is not None


def test_a_moving_face_is_readable_in_every_frame(reader, tmp_path):
    readings = reader.read_batch(list(frames(stand_in_clip(tmp_path), every_s=0.5)))
    assert len(readings) == 8
    assert [reading.reason for reading in readings] == [None] * 8


def dimmed(frame: np.ndarray) -> np.ndarray:
    return (frame * 0.15).astype(np.uint8)


def blurred(frame: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(frame, (0, 0), frame.shape[0] / 40)


def far_away(frame: np.ndarray) -> np.ndarray:
    return cv2.resize(frame, None, fx=0.05, fy=0.05, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize(
    ("spoil", "reasons"),
    [
        (lambda frame: frame, {None}),
        (lambda frame: frame[::2, ::2], {None}),
        (dimmed, {Reason.TOO_DARK}),
        (blurred, {Reason.BLURRED}),
        (far_away, {Reason.TOO_SMALL}),
        (np.zeros_like, {Reason.CAMERA_OFF}),
    ],
)
@pytest.mark.parametrize("name", ["one-face-emotional.mp4", "single_face.jpg"])
def test_a_real_face_is_read_and_a_spoiled_one_refused_for_what_was_done(reader, name, spoil, reasons):
    readings = reader.read_batch([spoil(frame) for frame in frames(media(name), every_s=2.0)])
    assert {reading.reason for reading in readings} == reasons


def test_a_turning_head_is_mostly_read(reader):
    readings = reader.read_batch(list(frames(media("head-pose-face-detection-female.mp4"))))
    assert np.mean([reading.usable for reading in readings]) >= 0.9


def test_an_empty_room_is_no_face(reader):
    readings = reader.read_batch(list(frames(media("no_face.mp4"), every_s=0.5)))
    assert {reading.reason for reading in readings} == {Reason.NO_FACE}


def test_the_largest_of_five_people_is_read_once(reader):
    reading = reader.read(picture("multi_face.jpg"))
    assert reading.usable and reading.faces_seen >= 3


def test_the_shipped_models_read_a_smile():
    reader = FaceReader.open()
    reading = reader.read(picture("single_face.jpg"))
    reader.close()
    assert (reading.emotion, reading.faces_seen) == ("happy", 1)
    assert sum(reading.probs) == pytest.approx(1, abs=1e-3)


def test_reading_one_is_reading_a_batch_of_one(reader):
    frame = astronaut_bgr()
    assert reader.read(frame) == reader.read_batch([frame])[0]


def test_check_frame_tells_who_wants_the_error():
    with pytest.raises(FrameError, match="expected an"):
        check_frame(np.zeros((4, 4), np.uint8))


def test_importing_the_reader_brings_neither_tensorflow_nor_streamlit():
    code = (
        "import sys, fer_model.reader; "
        "print([n for n in ('tensorflow', 'keras', 'streamlit', 'sqlalchemy', 'plotly') if sys.modules.get(n)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr
