"""Files that people upload, good and bad. Every bad one is one sentence that says what to do."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from classroom import pictures
from classroom.errors import BadInput
from classroom.pictures import FRAME_SIDE_PX, SHOWN_SIDE_PX, frame_of, jpeg_of


def picture(width: int = 64, height: int = 48) -> Image.Image:
    """Red on its left, blue on its right."""
    array = np.zeros((height, width, 3), np.uint8)
    array[:, : width // 2, 0] = array[:, width // 2 :, 2] = 200
    return Image.fromarray(array)


def saved(image: Image.Image, kind: str = "JPEG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


BAD = {
    "empty": (b"", "is empty"),
    "a text file renamed": (b"Dear diary, " * 50, "not a JPEG, PNG or WebP"),
    "another kind of picture": (saved(picture(), "GIF"), "not a JPEG, PNG or WebP"),
    "a cut off JPEG": (saved(picture(640, 480))[:-900], "damaged or cut off"),
    "a cut off PNG": (saved(picture(640, 480), "PNG")[:-40], "damaged or cut off"),
    "a cut off WebP": (saved(picture(640, 480), "WEBP")[:-40], "damaged or cut off"),
    "only the first bytes": (saved(picture())[:12], "JPEG, PNG or WebP|damaged"),
    "an animated PNG": (saved(picture(), "PNG", save_all=True, append_images=[picture().rotate(180)]), "animated"),
    "an animated WebP": (saved(picture(), "WEBP", save_all=True, append_images=[picture().rotate(180)]), "animated"),
    "too many pixels": (saved(Image.new("L", (6000, 5000)), "PNG"), "30 megapixels, and at most 25"),
    "a bomb": (saved(Image.new("1", (20_000, 20_000)), "PNG"), "far more than"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_one_sentence_that_says_what_to_do(name):
    content, words = BAD[name]
    with pytest.raises(BadInput, match=words) as error:
        frame_of(content)
    assert any(hint in str(error.value) for hint in ("Choose", "Save", "Make it smaller"))


def test_a_file_that_is_too_large_is_not_even_looked_at(monkeypatch):
    monkeypatch.setattr(pictures, "MAX_MB", 0)
    monkeypatch.setattr(pictures.Image, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(BadInput, match="larger than"):
        frame_of(saved(picture()))


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch):
    monkeypatch.setattr(pictures.cv2, "imdecode", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(BadInput):
        frame_of(BAD["too many pixels"][0])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_comes_as_bgr_of_its_size(kind):
    frame = frame_of(saved(picture(), kind))
    assert (frame.shape, frame.dtype) == ((48, 64, 3), np.uint8)
    blue, _, red = frame[24, 8]
    assert red > 150 > 50 > blue


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_taken_sideways_is_turned_upright(kind):
    exif = Image.Exif()
    exif[0x112] = 6  # to be shown turned by 90 degrees clockwise
    assert frame_of(saved(picture(), kind, exif=exif)).shape == (64, 48, 3)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixels_becomes_bgr(mode):
    image = Image.fromarray(np.full((8, 8), 30_000, np.uint16)) if mode == "I;16" else picture().convert(mode)
    assert frame_of(saved(image, "JPEG" if mode == "CMYK" else "PNG")).shape[2] == 3


def test_a_phones_jpeg_with_a_second_view_is_a_picture():
    content = saved(picture(), "MPO", save_all=True, append_images=[picture()])
    assert frame_of(content).shape == (48, 64, 3)


def test_a_large_picture_is_shrunk_and_a_small_one_left():
    assert frame_of(saved(picture(3000, 1500))).shape == (FRAME_SIDE_PX // 2, FRAME_SIDE_PX, 3)
    assert frame_of(saved(picture(4000, 1))).shape[0] == 1, "a line stays a line"
    shown = cv2.imdecode(np.frombuffer(jpeg_of(np.zeros((1280, 320, 3), np.uint8)), np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (SHOWN_SIDE_PX, SHOWN_SIDE_PX // 4, 3)
