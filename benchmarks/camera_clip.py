"""What fake cameras show, and the same as a browser sends it: encoded once for all peers, who then cost no encoder."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from aiortc import MediaStreamTrack

from benchmarks import browser
from benchmarks.server import ROOT

CLIP = ROOT.parent / "shared" / "media" / "one-face-emotional.mp4"
FPS = 5
# Nobody encodes anew when a picture was lost: a decoder that lost one waits for the next whole picture.
WHOLE_PICTURE_EVERY = 5 * FPS
BITS_PER_S = 200_000
_CLOCK = Fraction(1, 90_000)


def pictures(clip: Path | None, fps: int, seconds: float = 60.0) -> Iterator[np.ndarray]:
    """(H, W, 3) uint8 BGR pictures of a clip; without one the astronaut of scikit-image sways gently."""
    if clip is None or not clip.exists():
        from benchmarks.inference import webcam_frame  # loads the whole reader of faces, which a clip does not need

        yield from list(browser.moving(webcam_frame(browser.WIDTH, browser.HEIGHT)))[:: max(browser.FPS // fps, 1)]
        return
    next_s = 0.0
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            at_s = frame.time or 0.0
            if at_s >= seconds:
                return
            if at_s >= next_s:
                next_s += 1 / fps
                yield frame.to_ndarray(format="bgr24")


def encode(frames_bgr: Iterable[np.ndarray], fps: int = FPS) -> list[bytes]:
    """VP8 of (H, W, 3) uint8 pictures of one size, one element a picture; the first one is a whole picture."""
    codec: av.CodecContext | None = None
    packets: list[bytes] = []
    for number, frame_bgr in enumerate(frames_bgr):
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame_bgr), format="bgr24").reformat(format="yuv420p")
        picture.pts, picture.time_base = number, Fraction(1, fps)
        codec = codec or _codec(picture, fps)
        packets += [bytes(packet) for packet in codec.encode(picture)]
    return packets + ([bytes(packet) for packet in codec.encode(None)] if codec else [])


def _codec(picture: av.VideoFrame, fps: int) -> av.CodecContext:
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = picture.width, picture.height, "yuv420p"
    codec.framerate, codec.time_base = Fraction(fps), Fraction(1, fps)
    codec.bit_rate, codec.gop_size = BITS_PER_S, WHOLE_PICTURE_EVERY
    codec.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    return codec


class ClipTrack(MediaStreamTrack):
    """The camera of one peer: plays encoded pictures again and again."""

    kind = "video"

    def __init__(self, packets: Sequence[bytes], fps: int = FPS) -> None:
        super().__init__()
        self.sent = 0
        self._packets = packets
        self._fps = fps
        self._began_s: float | None = None

    async def recv(self) -> av.Packet:
        if self._began_s is None:
            self._began_s = time.monotonic()
        await asyncio.sleep(max(self._began_s + self.sent / self._fps - time.monotonic(), 0))
        packet = av.Packet(self._packets[self.sent % len(self._packets)])
        packet.time_base, packet.pts = _CLOCK, self.sent * _CLOCK.denominator // self._fps
        self.sent += 1
        return packet
