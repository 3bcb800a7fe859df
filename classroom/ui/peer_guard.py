"""Ends the connection of a peer that sends what no camera sends, before it costs the others anything.

streamlit-webrtc gives a picture to us only after it was decoded, and closing a connection waits for the decoder on the
event loop that carries every student's video. A peer with large pictures would hold up everybody in both ways. So the
queue in front of the decoder is replaced by one that looks at what comes in, holds little, and is emptied before
closing. Sound, data channels and a second video are refused by what an offer says, before anything is made for them.
"""

import asyncio
import contextlib
import logging
import queue
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from types import ModuleType

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import CODECS, HEADER_EXTENSIONS
from aiortc.sdp import SessionDescription

from classroom.frame_gate import FrameGate, is_key_frame

logger = logging.getLogger(__name__)

# Encoded pictures that wait for a decoder. When more come the machine is busy, and the camera is asked for a whole one.
MAX_WAITING = 30
# The largest offer of a browser has some 10 kB.
MAX_OFFER = 50_000

# The time at which a packet was sent, with which a receiver guesses how much the way to it would bear.
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

_closing: set[asyncio.Task] = set()
_guard: ContextVar["PeerGuard | None"] = ContextVar("peer_guard", default=None)


class PeerGuard:
    """Watches the connections of one camera, one after the other."""

    def __init__(self, who: str, ended: Callable[[str], None]) -> None:
        """
        Args:
            who: whose camera, for the log.
            ended: is told why a connection was ended, in a thread of its own.
        """
        self.who = who
        self.ended = ended
        self.gate = FrameGate(time.monotonic)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Connections that are made in this block are watched."""
        token = _guard.set(self)
        try:
            yield
        finally:
            _guard.reset(token)

    def decoded(self) -> None:
        """A picture of the newest connection came out of the decoder."""
        self.gate.decoded()


class WatchedConnection(RTCPeerConnection):
    """The one that streamlit-webrtc makes."""

    def __init__(self, configuration=None) -> None:
        super().__init__(configuration)
        self.is_shut = False
        self.guard = _guard.get()
        if self.guard:
            self.gate = self.guard.gate = FrameGate(time.monotonic)
            self.on("track", self._watch)

    async def setRemoteDescription(self, sessionDescription: RTCSessionDescription) -> None:
        if self.guard and (why := unwanted(sessionDescription.sdp)):
            self.shut(why)
            raise ValueError(f"This offer was refused: {why}.")
        await super().setRemoteDescription(sessionDescription)

    def shut(self, why: str) -> None:
        """End the connection, once; on the event loop."""
        if self.is_shut:
            return
        self.is_shut = True
        logger.warning("The video of %s was ended: %s.", self.guard.who, why)
        loop = asyncio.get_running_loop()
        closing = loop.create_task(self.close())
        _closing.add(closing)  # the loop itself keeps no task alive
        closing.add_done_callback(_closing.discard)
        loop.run_in_executor(None, self.guard.ended, why)

    def _watch(self, track) -> None:
        receiver = next(each for each in self.getReceivers() if each.track is track)
        handle = receiver._handle_rtp_packet

        async def look_first(packet, arrival_time_ms: int) -> None:
            if self.is_shut:
                return
            if why := self.gate.packet(packet.ssrc, len(packet.payload)):
                self.shut(why)
                return
            await handle(packet, arrival_time_ms=arrival_time_ms)

        receiver._handle_rtp_packet = look_first
        # When this is set the sender is asked for a whole picture.
        decoder_error = receiver._RTCRtpReceiver__decoder_error
        receiver._RTCRtpReceiver__decoder_queue = GuardedQueue(self, decoder_error.set)


class GuardedQueue(queue.Queue):
    """In front of a decoder. ``None`` ends the decoder, at once: nothing that still waits is decoded first."""

    def __init__(self, connection: WatchedConnection, ask_for_key_frame: Callable[[], None]) -> None:
        super().__init__()
        self._connection = connection
        self._ask_for_key_frame = ask_for_key_frame
        self._needs_key_frame = True

    def put(self, item, block: bool = True, timeout: float | None = None) -> None:
        if item is None:
            with contextlib.suppress(queue.Empty):
                while True:
                    self.get_nowait()
        elif not self._is_wanted(item[1].data):
            return
        super().put(item, block, timeout)

    def _is_wanted(self, encoded: bytes) -> bool:
        if self._connection.is_shut:
            return False
        if why := self._connection.gate.frame(encoded):
            self._connection.shut(why)
            return False
        if self.qsize() >= MAX_WAITING:
            self._needs_key_frame = True
        if self._needs_key_frame and (self.qsize() or not is_key_frame(encoded)):
            self._ask_for_key_frame()
            return False
        self._needs_key_frame = False
        return True


def unwanted(sdp: str) -> str | None:
    """What an offer has besides one video, in words; ``None`` when it is as our page makes it."""
    if len(sdp) > MAX_OFFER:
        return "its offer was larger than any browser's"
    try:
        media = SessionDescription.parse(sdp).media
    except Exception:  # whatever the parser met: it was made for what browsers send
        return "its offer could not be read"
    kinds = [each.kind for each in media if each.port]
    if "audio" in kinds:
        return "it came with sound"
    if kinds != ["video"]:
        return f"it came with {', '.join(kinds) or 'nothing'} instead of one video"
    return None


def install(webrtc: ModuleType) -> None:
    """Have streamlit-webrtc's module ``webrtc`` make watched connections.

    For VP8 alone, of which a picture's size is known before decoding; RFC 7742 has every browser send it.
    """
    webrtc.RTCPeerConnection = WatchedConnection
    vp8 = [codec for codec in CODECS["video"] if codec.mimeType.lower() == "video/vp8"]
    types = {codec.payloadType for codec in vp8}
    CODECS["video"] = vp8 + [codec for codec in CODECS["video"] if codec.parameters.get("apt") in types]
    # A camera sends 5 small pictures a second: no way has to be measured for that, and measuring was a quarter of all
    # that this process did with 50 students. Browsers then go by the packets that were lost, which are still reported.
    HEADER_EXTENSIONS["video"] = [each for each in HEADER_EXTENSIONS["video"] if each.uri != SEND_TIME]
    # A warning for every picture that cannot be decoded would let a peer fill the disk.
    logging.getLogger("aiortc.rtcrtpreceiver").setLevel(logging.ERROR)
