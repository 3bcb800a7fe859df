"""Hostile recordings, made by code: no file of anybody is kept here.

Whatever breaks something once gets an entry in ``hostile`` and stays there.
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np

from tests.corpus.pictures import encoded

FPS = 10
SIZE = (96, 64)
# Larger than a decoder could ever want, and the largest that fits into the header of VP8.
HUGE = 16_383
FRAMES_OF_A_BOMB = 20_000
# What is made of this in memory says where each sample lies, and takes 24 bytes for each.
SAMPLES_OF_A_BOMB = 60_000_000
YEAR_S = 365 * 86_400

_CODEC_OPTIONS = {
    "libx264": {"preset": "ultrafast"},
    "vp8": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
}


def clip(container: str, codec: str, seconds: float = 1.0, size: tuple[int, int] = SIZE) -> bytes:
    """A short ordinary recording."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=FPS, options=_CODEC_OPTIONS.get(codec, {}))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for frame in _frames(size, round(seconds * FPS)):
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def clips() -> list[bytes]:
    """One of each kind that may be uploaded."""
    return [clip("mp4", "mpeg4"), clip("matroska", "libx264"), clip("webm", "vp8"), clip("avi", "mpeg4")]


def hostile() -> dict[str, bytes]:
    """Files that are each made for one way to break a reader, by what they try."""
    mp4, mkv, webm, avi = clips()
    return _other_kinds() | _cut(mp4, mkv, webm, avi) | _two_in_one(mp4, mkv) | _bombs(mp4, avi) | _lies(mp4, mkv, avi)


def _other_kinds() -> dict[str, bytes]:
    picture_rgb = np.full((64, 96, 3), 90, np.uint8)
    return {
        "nothing": b"",
        "a diary": b"Dear diary, " * 400,
        "zeros": bytes(5_000),
        "a picture": encoded(picture_rgb, "JPEG"),
        "another picture": encoded(picture_rgb, "PNG"),
        "a web page": b"<!doctype html><script>alert(1)</script>" * 20,
        "a ZIP": _zip(),
        "a PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF",
        "a playlist of the server's own files": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n",
        "a list of files to join": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "a session description": b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n",
        "sound alone": _sound(),
        "a box of MP4 that says it has everything": b"\x00\x00\x00\x01ftyp" + b"\xff" * 8 + bytes(100),
        "a thousand boxes of MP4 in one another": b"".join(
            struct.pack(">I4s", 8_008 - 8 * depth, b"moov") for depth in range(1_000)
        ),
    }


def _cut(mp4: bytes, mkv: bytes, webm: bytes, avi: bytes) -> dict[str, bytes]:
    return {
        "an MP4 of which there is only the beginning": mp4[:40],
        "an MP4 cut in the middle, without its index": mp4[: len(mp4) // 2],
        "an MP4 without its last byte": mp4[:-1],
        "an MKV of which there is only the header": mkv[: mkv.index(b"\x1f\x43\xb6\x75")],
        "an MKV cut in the middle": mkv[: len(mkv) * 2 // 3],
        "a WebM cut in the middle": webm[: len(webm) * 2 // 3],
        "an AVI of which there is only the header": avi[: avi.index(b"movi")],
        "an AVI cut in the middle": avi[: len(avi) * 4 // 5],
    }


def _two_in_one(mp4: bytes, mkv: bytes) -> dict[str, bytes]:
    page = b"<!doctype html><script>alert(1)</script>"
    return {
        "an MP4 with a ZIP behind it": mp4 + _zip(),
        "an MP4 with a web page behind it": mp4 + page,
        "an MKV with a web page behind it": mkv + page,
        "a web page with an MP4 behind it": page + mp4,
        "a ZIP with an MP4 behind it": _zip() + mp4,
        "a PNG with an MP4 behind it": encoded(np.full((8, 8, 3), 90, np.uint8), "PNG") + mp4,
        "an MP4 with an MKV behind it": mp4 + mkv,
    }


def _bombs(mp4: bytes, avi: bytes) -> dict[str, bytes]:
    key, *changes = _encoded("mpeg4", SIZE, 3)
    vp8 = _encoded("vp8", SIZE, 3)
    jpeg = encoded(np.full((64, 96, 3), 90, np.uint8), "JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    huge_jpeg = jpeg[:at] + struct.pack(">HH", 65_000, 65_000) + jpeg[at + 4 :]
    huge_vp8 = vp8[0][:6] + struct.pack("<HH", HUGE, HUGE) + vp8[0][10:]
    same = [key, *[changes[-1]] * (FRAMES_OF_A_BOMB - 1)]
    sizes = [packet for size in (SIZE, (640, 480), (48, 128)) for packet in _encoded("vp8", size, 10)]
    return {
        "twenty thousand pictures in two seconds": _muxed("matroska", "mpeg4", same, SIZE, FRAMES_OF_A_BOMB // 2),
        "pictures that are far too large": _muxed("webm", "vp8", [huge_vp8] * 3, (HUGE, HUGE)),
        "pictures that are far too large, and the file says nothing of it": _muxed("webm", "vp8", [huge_vp8] * 3, SIZE),
        "pictures of 65000 x 65000 as JPEG": _muxed("avi", "mjpeg", [huge_jpeg] * 3, SIZE),
        "pictures that change their size": _muxed("webm", "vp8", sizes, SIZE),
        "pictures that become far too large": _muxed("webm", "vp8", [*vp8 * 4, huge_vp8, *vp8], SIZE),
        "an index of sixty million samples": _with_samples(mp4, SAMPLES_OF_A_BOMB),
        "an index of as many samples as can be said": _with_samples(mp4, 0x0AAAAAA0),
    }


def _lies(mp4: bytes, mkv: bytes, avi: bytes) -> dict[str, bytes]:
    unit_at = mp4.index(b"mdhd") + 16
    place_at = mp4.index(b"stco") + 12
    index_at = avi.index(b"idx1") + 8
    apart = _muxed("matroska", "mpeg4", _encoded("mpeg4", SIZE, 3), SIZE, Fraction(1, YEAR_S))
    says_at = apart.index(b"\x44\x89") + 3  # its duration, in milliseconds
    cues = mkv.rindex(b"\x1c\x53\xbb\x6b")
    return {
        "an MKV that says it takes years": apart,
        "an MP4 whose title is no text": mp4.replace(b"Lavf", b"\x80avf"),
        "an MKV whose title is no text": mkv.replace(b"Lavf", b"\x80avf"),
        "an MKV in a codec that nobody knows": mkv.replace(b"ISO/AVC", b"ISO/AVQ"),
        "an MP4 whose seconds have no parts": mp4[:unit_at] + bytes(4) + mp4[unit_at + 4 :],
        "an MP4 whose pictures lie behind its end": mp4[:place_at] + b"\x7f\xff\xff\xff" + mp4[place_at + 4 :],
        "an MP4 with an index of minus one sample": _with_samples(mp4, 0xFFFFFFFF),
        "an AVI whose index is noise": avi[:index_at] + np.random.default_rng(7).bytes(len(avi) - index_at),
        "an MKV of a second with a year between its pictures": apart[:says_at]
        + struct.pack(">d", 1_000.0)
        + apart[says_at + 8 :],
        "an MKV whose index is noise": mkv[: cues + 4] + np.random.default_rng(7).bytes(len(mkv) - cues - 4),
    }


def _with_samples(mp4: bytes, count: int) -> bytes:
    """This MP4 with an index that says all samples are of one byte, so that it needs no room to say how many."""
    changed = bytearray(mp4)
    for box, offset, value in ((b"stsz", 4, 1), (b"stsz", 8, count), (b"stsc", 12, count), (b"stts", 8, count)):
        struct.pack_into(">I", changed, mp4.index(box) + 4 + offset, value)
    return bytes(changed)


def _frames(size: tuple[int, int], count: int) -> Iterator[av.VideoFrame]:
    """A grey picture that becomes lighter."""
    for number in range(count):
        picture = np.full((size[1] * 3 // 2, size[0]), 90 + 5 * number, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        yield frame


def _encoded(codec: str, size: tuple[int, int], count: int) -> list[bytes]:
    """A whole picture, and what changes after it."""
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.time_base, context.options = Fraction(1, FPS), _CODEC_OPTIONS.get(codec, {})
    packets = [packet for frame in _frames(size, count) for packet in context.encode(frame)]
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]


def _muxed(container: str, codec: str, packets: list[bytes], size: tuple[int, int], fps: int | Fraction = FPS) -> bytes:
    """A file with these encoded pictures, whatever its header says of their size."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_mux_stream(codec, rate=fps, width=size[0], height=size[1])
        for number, content in enumerate(packets):
            packet = av.Packet(content)
            packet.stream, packet.pts, packet.dts, packet.duration = stream, number, number, 1
            packet.time_base, packet.is_keyframe = Fraction(1, fps), number == 0
            file.mux(packet)
    return out.getvalue()


def _sound() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=8_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8_000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8_000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("lesson.txt", "no recording")
    return out.getvalue()
