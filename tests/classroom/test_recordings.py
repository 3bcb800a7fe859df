"""Frames at the right times out of real files, and a sentence for what is none."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from classroom.errors import BadInput
from classroom.recordings import recording_info, samples
from tests.media import media


def grey_clip(
    path: Path, seconds: float = 4.0, fps: int = 10, codec: str = "mpeg4", size=(96, 64), gop: int = 12
) -> Path:
    """A clip whose n-th frame is of one grey, 20 plus 5 n, so that a frame tells when it was."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", gop
        for number in range(round(seconds * fps)):
            picture = np.full((size[1], size[0], 3), 20 + 5 * number % 230, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("ending", "codec"), [("mp4", "mpeg4"), ("mov", "mpeg4"), ("mkv", "libx264"), ("webm", "vp8"), ("avi", "mpeg4")]
)
def test_every_format_gives_the_frames_of_the_moments_asked_for(tmp_path, ending, codec):
    path = grey_clip(tmp_path / f"clip.{ending}", codec=codec)
    info = recording_info(path)
    assert (info.width_px, info.height_px) == (96, 64)
    assert info.duration_s == pytest.approx(4.0, abs=0.15)
    found = list(samples(path, 0.5))
    assert [sample.at_s for sample in found] == pytest.approx(np.arange(8) * 0.5, abs=0.01)
    assert [sample.frame_bgr.mean() for sample in found] == pytest.approx(20 + 25 * np.arange(8), abs=8)


@pytest.mark.parametrize("gop", [1, 12, 200])
def test_a_part_is_the_same_frames_as_in_the_whole(tmp_path, gop):
    path = grey_clip(tmp_path / "clip.mp4", gop=gop)
    whole = [(sample.at_s, sample.frame_bgr.mean()) for sample in samples(path, 0.3)]
    parts = []
    for from_s, until_s in ((0.0, 1.5), (1.5, 3.0), (3.0, None)):
        parts += [(sample.at_s, sample.frame_bgr.mean()) for sample in samples(path, 0.3, from_s, until_s)]
    assert parts == whole


def test_where_frames_are_further_apart_than_asked_for_none_comes_twice(tmp_path):
    path = grey_clip(tmp_path / "slow.mp4", seconds=10, fps=1)
    assert [sample.at_s for sample in samples(path, 0.25)] == pytest.approx(range(10))


def test_times_count_from_the_files_first_frame(tmp_path):
    path = tmp_path / "late.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((64, 96, 3), 100, np.uint8), format="bgr24")
            frame.pts, frame.time_base = 70 + number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert [sample.at_s for sample in samples(path, 0.5)] == pytest.approx([0, 0.5, 1.0, 1.5], abs=0.01)


def test_what_comes_before_the_damage_is_read(tmp_path):
    content = media("one-face-emotional.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) // 2])
    assert 10 <= len(list(samples(cut, 0.5))) < 40


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"Dear students, " * 400, "is not a recording"),
        (b"\x00" * 5000, "is not a recording"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n", "is not a recording"),
    ],
    ids=["empty", "text", "zeros", "playlist"],
)
def test_what_is_no_recording_is_one_sentence(tmp_path, content, says):
    path = tmp_path / "lesson.mp4"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=f"lesson.mp4 {says}"):
        recording_info(path)


def test_a_header_without_its_index_is_one_sentence(tmp_path):
    whole = grey_clip(tmp_path / "whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])  # this writer puts the index at the end
    with pytest.raises(BadInput, match="damaged or cut off"):
        recording_info(cut)


def test_sound_without_a_picture_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="has no picture, only sound"):
        recording_info(sound_only(tmp_path / "sound.mp4"))


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="There is no file none.mp4"):
        recording_info(tmp_path / "none.mp4")


def test_a_still_picture_is_no_recording(tmp_path):
    picture = tmp_path / "still.mp4"
    picture.write_bytes(media("single_face.jpg").read_bytes())
    with pytest.raises(BadInput, match="is not a recording"):
        recording_info(picture)
