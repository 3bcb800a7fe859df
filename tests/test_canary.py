"""The search of the canary test finds what it is to find: else that it finds nothing would mean nothing."""

import base64
import io
import random
import zipfile
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from fer_model.preprocess import SIZE_PX
from tests import canary, media

FACE_XYXY = (108, 64, 221, 177)  # in the picture below
FOREHEAD_XYXY = (108, 84, 222, 100)


@pytest.fixture(scope="module")
def clean():
    return np.ascontiguousarray(media.astronaut_bgr()[:300, 60:460])


@pytest.fixture(scope="module")
def marked(clean):
    return canary.with_code(clean, FOREHEAD_XYXY)


def _jpeg(picture, quality: int = 60) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _png(picture) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def _as_camera(picture):
    return cv2.resize(picture, (320, 240), interpolation=cv2.INTER_AREA)


def _crop(picture):
    """As small as the network sees it, and in grey."""
    left, top, right, bottom = FACE_XYXY
    grey = cv2.cvtColor(picture[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA)


def _over_the_line(picture):
    """What comes out of the codec of a video connection."""
    sender = av.CodecContext.create("libvpx", "w")
    sender.width, sender.height, sender.pix_fmt, sender.bit_rate = 320, 240, "yuv420p", 300_000
    sender.framerate, sender.time_base = 6, Fraction(1, 6)
    receiver = av.CodecContext.create("vp8", "r")
    frame = av.VideoFrame.from_ndarray(_as_camera(picture), format="bgr24").reformat(format="yuv420p")
    frame.pts = 0
    packets = [*sender.encode(frame), *sender.encode(None)]
    return next(out for packet in packets for out in receiver.decode(packet)).to_ndarray(format="bgr24")


def _zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


FORMS = {
    "raw": lambda picture: picture.tobytes(),
    "raw in the middle of a file": lambda picture: b"x" * 1001 + _as_camera(picture).tobytes() + b"y" * 999,
    "YUV as from a browser": lambda picture: cv2.cvtColor(_as_camera(picture), cv2.COLOR_BGR2YUV_I420).tobytes(),
    "sent over a video connection": lambda picture: _over_the_line(picture).tobytes(),
    "the crop that is read": lambda picture: _crop(picture).tobytes(),
    "a JPEG": _jpeg,
    "mirrored": lambda picture: _png(picture[:, ::-1]),
    "a poor JPEG of what was sent": lambda picture: _jpeg(_over_the_line(picture), 40),
    "a PNG of the crop": lambda picture: _png(_crop(picture)),
    "a JPEG within a database": lambda picture: b"SQLite format 3\0" + b"\0" * 5000 + _jpeg(picture) + b"\0" * 500,
    "a picture in a page": lambda picture: (
        b'<img src="data:image/jpeg;base64,' + base64.b64encode(_jpeg(picture)) + b'">'
    ),
    "a PNG in a page": lambda picture: b'<img src="data:image/png;base64,' + base64.b64encode(_png(picture)) + b'">',
    "a zip file": lambda picture: _zipped("picture.png", _png(picture)),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_face_is_found_in_whatever_form(marked, form):
    assert canary.face_in(FORMS[form](marked))


@pytest.mark.parametrize("form", FORMS)
def test_another_picture_in_the_same_form_is_no_canary(clean, form):
    assert not canary.face_in(FORMS[form](clean))


def test_chance_is_no_canary():
    assert not canary.face_in(random.Random(1).randbytes(300_000))
    assert not canary.face_in(b"")


@pytest.mark.parametrize(
    "content",
    [
        f"x{canary.NAME}y".encode(),
        canary.NAME.upper().encode("utf-16-le"),
        canary.NAME.encode("utf-16-be"),
        b"?name=Quokkabert%20Zylinderhut&",
        b"name=Quokkabert+Zylinderhut",
        *(base64.b64encode(b"z" * shift + canary.NAME.encode() + b"tail") for shift in range(3)),
    ],
)
def test_the_name_is_found_however_it_is_written(content):
    assert canary.name_in(content)


def test_another_name_is_no_canary():
    assert not canary.name_in(b"Quokkabert Zylinder, Ann, Ben " * 1000)


def test_a_video_is_said_to_be_one():
    assert canary.has_video(b"DKIF\0\0 \0VP80") and not canary.has_video(_jpeg(np.zeros((8, 8, 3), np.uint8)))
