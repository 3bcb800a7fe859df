import subprocess
import sys

import numpy as np
import pytest

from fer_model.detector import DetectorClosedError, FaceDetector
from fer_model.errors import FerModelError, FrameError, ModelFileError
from fer_model.model_files import FULL_RANGE, LANDMARKS, model_file
from tests.media import astronaut_bgr, frames, media, picture


@pytest.fixture(scope="module")
def detector():
    detector = FaceDetector()
    yield detector
    detector.close()


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two boxes."""
    inside = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    both = inside.clip(0).prod()
    return both / ((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - both)


def test_an_empty_room_has_no_faces(detector):
    assert [len(detector.detect(frame)) for frame in frames(media("no_face.mp4"), every_s=0.5)].count(0) >= 3
    assert not any(len(detector.detect(frame)) for frame in frames(media("no_face.mp4"), every_s=0.5))


def test_one_man_is_one_face_with_his_eyes_inside(detector):
    faces = detector.detect(picture("single_face.jpg"))
    assert len(faces) == 1
    left, top, right, bottom = faces.boxes_xyxy[0]
    assert ((faces.keypoints[0, :4] > (left, top)) & (faces.keypoints[0, :4] < (right, bottom))).all()
    assert faces.score[0] > 0.8


def test_five_people_are_seen_by_the_full_range_model():
    """The short-range one finds three of them at its default score: it is for one person before a webcam."""
    detector = FaceDetector(model_file(FULL_RANGE))
    assert len(detector.detect(picture("multi_face.jpg"))) >= 4
    detector.close()


def test_the_right_eye_is_on_the_left_of_the_picture_and_above_the_mouth(detector):
    face = detector.detect(astronaut_bgr())
    right_eye, left_eye, _, mouth = face.keypoints[0, :4]
    assert right_eye[0] < left_eye[0]
    assert mouth[1] > max(right_eye[1], left_eye[1])


def test_a_mirrored_picture_gives_the_mirrored_box(detector):
    frame = astronaut_bgr()
    box = detector.detect(frame).boxes_xyxy[0]
    mirrored = detector.detect(frame[:, ::-1]).boxes_xyxy[0]  # a view with negative strides
    width = frame.shape[1]
    assert overlap(box, np.array([width - mirrored[2], mirrored[1], width - mirrored[0], mirrored[3]])) > 0.8


@pytest.mark.parametrize(("cut_x", "cut_y"), [(120, 0), (150, 0), (0, 100), (150, 80)])
def test_a_face_cut_by_the_picture_keeps_its_box(detector, cut_x, cut_y):
    """MediaPipe's own library pushes such a box back into the picture and so off the face."""
    frame = astronaut_bgr()[:300, 60:460]
    whole = detector.detect(frame).largest().boxes_xyxy[0]
    cut_x, cut_y = int(cut_x and whole[0] + 0.2 * (whole[2] - whole[0])), int(cut_y and whole[1] + 15)
    faces = detector.detect(frame[cut_y:, cut_x:])
    assert len(faces) == 1
    assert overlap(faces.boxes_xyxy[0] + (cut_x, cut_y, cut_x, cut_y), whole) > 0.7


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (7, 5), (239, 321), (2161, 3841)])
def test_any_size_of_picture_is_looked_at(detector, shape):
    assert len(detector.detect(np.full((*shape, 3), 90, np.uint8))) == 0


def test_noise_does_not_break_it(detector):
    detector.detect(np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    "frame", [None, np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)]
)
def test_what_is_not_a_picture_is_a_frame_error(detector, frame):
    with pytest.raises(FrameError):
        detector.detect(frame)


def test_a_closed_detector_says_so_and_closes_twice():
    detector = FaceDetector()
    detector.close()
    detector.close()
    with pytest.raises(DetectorClosedError, match="closed"):
        detector.detect(np.zeros((9, 9, 3), np.uint8))
    assert issubclass(DetectorClosedError, FerModelError)


def test_a_missing_or_broken_model_is_a_model_file_error(tmp_path):
    with pytest.raises(ModelFileError, match="gone.tflite"):
        FaceDetector(tmp_path / "gone.tflite")
    (tmp_path / "broken.tflite").write_bytes(b"not a model")
    with pytest.raises(ModelFileError, match="broken.tflite"):
        FaceDetector(tmp_path / "broken.tflite")


def test_another_network_is_no_detector():
    with pytest.raises(ModelFileError, match="face_landmark.tflite is not one of MediaPipe's face detectors"):
        FaceDetector(model_file(LANDMARKS))


@pytest.mark.parametrize("ending", ["detector.close()", "pass", "del detector"])
def test_opening_using_and_ending_prints_nothing(ending):
    """LiteRT's own lines would drown the server's log."""
    code = (
        "import numpy as np; from fer_model.detector import FaceDetector; detector = FaceDetector()\n"
        f"detector.detect(np.zeros((240, 320, 3), np.uint8)); {ending}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_installed_tensorflow_stays_out(tmp_path):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise SystemExit('TensorFlow was imported')")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import fer_model.detector; print('fine')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "fine", done.stderr
