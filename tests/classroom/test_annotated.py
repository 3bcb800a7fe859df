import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from classroom import annotated as module
from classroom.annotated import annotated
from classroom.colours import COLOURS, UNKNOWN
from fer_model.crowd import Crowd
from fer_model.faces import Faces
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading, Reason
from tests.fakes import crowd, face


@pytest.fixture
def labels(monkeypatch) -> list[tuple[str, tuple[float, float]]]:
    """Words and place of every label."""
    found = []
    real = ImageDraw.ImageDraw.text
    monkeypatch.setattr(
        ImageDraw.ImageDraw,
        "text",
        lambda self, xy, words, **kw: (found.append((words, xy)), real(self, xy, words, **kw))[1],
    )
    return found


def drawn(frame, faces: Crowd) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(annotated(frame, faces))))


def near(pixel, colour: str) -> bool:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool(np.abs(pixel.astype(int) - wanted).max() < 40)


def test_a_picture_without_faces_stays_as_it_is():
    frame = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8), (0, 0), 9)
    assert np.abs(drawn(frame, crowd())[:, :, ::-1].astype(int) - frame).max() < 12


def test_every_face_has_its_number_its_word_and_its_colour(labels):
    frame = np.full((300, 800, 3), 255, np.uint8)
    picture = drawn(frame, crowd(face("happy"), face("sad"), FaceReading(reason=Reason.TOO_DARK)))
    assert [words for words, _ in labels] == ["1 happy 88%", "2 sad 88%", "3 too dark"]
    for (_, (x, y)), colour in zip(labels, (COLOURS["happy"], COLOURS["sad"], UNKNOWN), strict=True):
        assert near(picture[int(y) + 1, int(x) - 2], colour)


def test_a_label_never_leaves_the_picture(labels):
    boxes = np.array([[-20, -10, 40, 50], [760, 250, 830, 320]], np.float32)
    both = crowd(face("surprise"), face("surprise"))
    annotated(np.zeros((300, 800, 3), np.uint8), Crowd(Faces(boxes), both.probs, both.reasons))
    assert len(labels) == 2
    for _, (x, y) in labels:
        assert 0 <= x < 800 - 60 and 0 <= y < 300 - 10


def test_labels_cover_no_other_face_and_where_there_is_no_room_the_number_stands_alone(labels):
    n = 12
    boxes = np.array([[x, y, x + 20, y + 20] for y in (0, 20, 40) for x in (0, 20, 40, 60)], np.float32)
    many = crowd(*[face("neutral")] * n)
    annotated(np.zeros((60, 80, 3), np.uint8), Crowd(Faces(boxes), many.probs, many.reasons))
    assert [words for words, _ in labels] == [str(number) for number in range(1, n + 1)]


@pytest.mark.parametrize("colour", [*COLOURS.values(), UNKNOWN])
def test_the_words_stand_out_from_their_colour(colour):
    def luminance(hex_colour: str) -> float:
        channels = [int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    light, dark = sorted((luminance(colour), luminance(module._readable_on(colour))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, "WCAG AA"


def test_the_word_of_a_face_is_its_most_probable_expression():
    probs = np.full(7, 0.05)
    probs[EMOTIONS.index("fear")] = 0.7
    assert module.label_words(probs, None) == "fear 70%"
    assert module.label_words(probs, Reason.LOW_CONFIDENCE) == "not clear"
