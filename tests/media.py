"""Pictures and clips of real faces for the tests, and what to do where there are none.

They lie in ``shared/media`` beside the repository and are never committed. Where that folder is missing a test that needs
it is skipped with the reason, and fails when the environment says CI=true, so that a green run there means they were used.
"""

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "media"


def media(name: str) -> Path:
    """The path of a real picture or clip; skips the test (CI=true: fails it) when it is not there."""
    path = FOLDER / name
    if not path.exists():
        reason = f"needs the real picture or clip {name} in {FOLDER}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return path


def frames(path: Path, every_s: float = 0.0, limit: int | None = None) -> Iterator[np.ndarray]:
    """(H, W, 3) uint8 BGR frames of a clip, or the one of a picture, at least ``every_s`` apart, at most ``limit``."""
    given, next_s = 0, 0.0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            at_s = frame.time or 0.0
            if at_s < next_s:
                continue
            if given == limit:
                return
            yield frame.to_ndarray(format="bgr24")
            given += 1
            next_s = at_s + every_s


def picture(name: str) -> np.ndarray:
    """(H, W, 3) uint8 BGR of a real picture."""
    return next(frames(media(name)))


def astronaut_bgr() -> np.ndarray:
    """(512, 512, 3) uint8: Eileen Collins, NASA, public domain, from scikit-image. One smiling face, always at hand."""
    data = pytest.importorskip("skimage.data", reason="needs scikit-image (requirements-dev.txt)")
    return np.ascontiguousarray(data.astronaut()[:, :, ::-1])


def stand_in_clip(tmp_path: Path, seconds: float = 4.0, fps: int = 10) -> Path:
    """A 320x240 clip of the astronaut moving gently, for where a clip of a face is needed but not a certain one."""
    face = astronaut_bgr()[:300, 60:460]  # the head with some room, 4:3
    path = tmp_path / "stand_in.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 320, 240, "yuv420p", 2_000_000
        for number in range(round(seconds * fps)):
            shift = round(8 * np.sin(number / fps * 2))
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(face, shift, axis=1)), format="bgr24")
            frame = frame.reformat(width=320, height=240)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
