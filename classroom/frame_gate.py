"""What a peer may send: what a camera sends passes; what only a program made to hurt sends ends the connection.

Everything is looked at before a decoder has spent anything on it. The limits lie far above what pages ask a browser for
(320 x 240 at 6 a second, a room 1920 x 1080 at 5), because a browser may send more than it was asked for.
"""

from collections import deque
from collections.abc import Callable

MAX_POINTS = 1920 * 1200
MAX_FRAMES_S = 65
MAX_BYTES_S = 3_000_000
MAX_PACKETS_S = 5_000
# A browser changes the size step by step as it learns what the line carries.
MAX_SIZES, SIZES_S = 20, 10.0
# One camera is one stream, with a second one for what was lost, and new ones after it was switched off and on.
MAX_STREAMS = 32
# A line that loses packets gives pictures that cannot be decoded, until the next whole one comes, which is asked for.
MAX_UNREADABLE, UNREADABLE_S = 120, 20.0
_RATE_S = 2.0


class FrameGate:
    """Looks at one connection. ``packet`` and ``frame`` say in one sentence what is wrong, or ``None``.

    Not locked: both are called on the event loop alone, and ``decoded`` only sets two numbers.
    """

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._streams: set[int] = set()
        self._window_s = clock_s()
        self._bytes = self._packets = 0
        self._frames_s: deque[float] = deque(maxlen=round(MAX_FRAMES_S * _RATE_S) + 1)
        self._sizes_s: deque[float] = deque(maxlen=MAX_SIZES + 1)
        self._size = (0, 0)
        self._unread = 0
        self._read_s = clock_s()

    def packet(self, stream: int, size_bytes: int) -> str | None:
        """One RTP packet of a stream (its SSRC)."""
        now_s = self._clock_s()
        if now_s - self._window_s > _RATE_S:
            self._window_s, self._bytes, self._packets = now_s, 0, 0
        self._bytes += size_bytes
        self._packets += 1
        self._streams.add(stream)
        if len(self._streams) > MAX_STREAMS:
            return f"it came in more than {MAX_STREAMS} streams"
        if self._bytes > MAX_BYTES_S * _RATE_S:
            return f"it was more than {MAX_BYTES_S / 1e6:.0f} MB a second"
        if self._packets > MAX_PACKETS_S * _RATE_S:
            return f"it came in more than {MAX_PACKETS_S} packets a second"
        return None

    def frame(self, encoded: bytes) -> str | None:
        """One encoded VP8 picture."""
        now_s = self._clock_s()
        if self._is_too_often(self._frames_s, now_s, _RATE_S):
            return f"it had more than {MAX_FRAMES_S} pictures a second"
        if size := key_frame_size(encoded):
            width_px, height_px = size
            if width_px * height_px > MAX_POINTS:
                return f"its pictures had {width_px} x {height_px} points"
            if size != self._size:
                self._size = size
                if self._is_too_often(self._sizes_s, now_s, SIZES_S):
                    return f"its size changed more than {MAX_SIZES} times in {SIZES_S:.0f} s"
        self._unread += 1
        if self._unread > MAX_UNREADABLE and now_s - self._read_s > UNREADABLE_S:
            return "no picture of it could be decoded"
        return None

    def decoded(self) -> None:
        """A picture came out of the decoder."""
        self._unread, self._read_s = 0, self._clock_s()

    @staticmethod
    def _is_too_often(times_s: deque[float], now_s: float, within_s: float) -> bool:
        times_s.append(now_s)
        return len(times_s) == times_s.maxlen and now_s - times_s[0] < within_s


def is_key_frame(encoded: bytes) -> bool:
    """Whether the first bit says that this VP8 picture needs none before it (RFC 6386, 9.1)."""
    return bool(encoded) and not encoded[0] & 1


def key_frame_size(encoded: bytes) -> tuple[int, int] | None:
    """Width and height that a VP8 key frame says of itself (RFC 6386, 9.1); ``None`` for all others."""
    if len(encoded) < 10 or not is_key_frame(encoded) or encoded[3:6] != b"\x9d\x01\x2a":
        return None
    # The two highest bits are a scale for showing it.
    return int.from_bytes(encoded[6:8], "little") & 0x3FFF, int.from_bytes(encoded[8:10], "little") & 0x3FFF
