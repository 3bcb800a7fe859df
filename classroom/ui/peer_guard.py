"""Ends the connection of a peer that sends what no camera sends, before it costs the others anything.

streamlit-webrtc gives a picture to us only after it was decoded, and closing a connection waits for the decoder on the
event loop that carries every student's video. A peer with large pictures would hold up everybody in both ways. So the
queue in front of the decoder is replaced by one that looks at what comes in, holds little, and is emptied before
closing. Sound, data channels and a second video are refused by what an offer says, before anything is made for them
(``classroom.ui.offers``). A camera has few connections, and who names more addresses than a browser has is ended.
"""

import asyncio
import contextlib
import logging
import queue
import time
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from types import ModuleType

from aiortc import RTCIceCandidate, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import CODECS, HEADER_EXTENSIONS

from classroom.candidates import MOST_CANDIDATES
from classroom.frame_gate import FrameGate, is_key_frame
from classroom.ui import ice_guard
from classroom.ui.newest_of import NewestOf
from classroom.ui.offers import TOO_MANY_CANDIDATES, candidates_in, unwanted

logger = logging.getLogger(__name__)

# Encoded pictures that wait for a decoder. When more come the machine is busy, and the camera is asked for a whole one.
MAX_WAITING = 30
# Longer than a browser tries: what has not come about by then is closed.
CONNECT_S = 30.0
# Connections of one camera that are open: those of a page that was lost end only when nothing has come for a while.
MOST_OPEN = 4

# The time at which a packet was sent, with which a receiver guesses how much the way to it would bear.
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

_closing: set[asyncio.Task] = set()
_open: NewestOf["WatchedConnection"] = NewestOf(MOST_OPEN)
_guard: ContextVar["PeerGuard | None"] = ContextVar("peer_guard", default=None)


class Refused(ValueError):
    """An offer that no page of ours makes; what was wrong has been said in the log and to whoever it concerns."""


class PeerGuard:
    """Watches the connections of one camera, one after the other."""

    def __init__(
        self,
        who: str,
        ended: Callable[[str], None],
        may_connect: Callable[[], bool] = lambda: True,
        visitor: str = "",
    ) -> None:
        """
        Args:
            who: whose camera, for the log.
            ended: is told why a connection was ended, in a thread that may wait.
            may_connect: asked before each new connection, which it counts.
            visitor: the address that the page was asked for from, empty on the machine itself.
        """
        self.who = who
        self.ended = ended
        self.may_connect = may_connect
        self.visitor = visitor
        self.is_held_back = False  # the newest offer was one too many for now
        self.gate = FrameGate(time.monotonic)
        self._newest: Callable[[], WatchedConnection | None] = lambda: None

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Connections that are made in this block are watched."""
        token = _guard.set(self)
        try:
            yield
        finally:
            _guard.reset(token)

    def made(self, connection: "WatchedConnection") -> None:
        """This one is the newest."""
        self.gate = connection.gate
        self._newest = weakref.ref(connection)

    def end(self, why: str) -> None:
        """What the browser says is no browser's. Call it in a thread that may wait, not on the event loop."""
        connection = self._newest()
        if connection is not None and connection.loop is not None and not connection.is_shut:
            connection.loop.call_soon_threadsafe(connection.shut, why)
        else:
            self.say(why)
            self.ended(why)

    def say(self, why: str) -> None:
        logger.warning("The video of %s was ended: %s.", self.who, why)

    def decoded(self) -> None:
        """A picture of the newest connection came out of the decoder."""
        self.gate.decoded()


def guard_of_this_run() -> PeerGuard | None:
    """Of the block ``PeerGuard.watching`` that this is called in."""
    return _guard.get()


class WatchedConnection(RTCPeerConnection):
    """The one that streamlit-webrtc makes."""

    def __init__(self, configuration=None) -> None:
        super().__init__(configuration)
        self.is_shut = False
        self.loop: asyncio.AbstractEventLoop | None = None  # known with the offer
        self.guard = _guard.get()
        self._candidates = 0
        self._deadline: asyncio.TimerHandle | None = None
        if self.guard:
            self.gate = FrameGate(time.monotonic)
            self.guard.made(self)
            self.on("track", self._watch)

    async def setRemoteDescription(self, sessionDescription: RTCSessionDescription) -> None:
        if not self.guard:
            await super().setRemoteDescription(sessionDescription)
            return
        self.loop = asyncio.get_running_loop()
        if why := unwanted(sessionDescription.sdp):
            self.shut(why)
            raise Refused(f"This offer was refused: {why}.")
        self._candidates += candidates_in(sessionDescription.sdp)
        if oldest := _open.add(self.guard.who, self):
            oldest.close_soon()
        self._deadline = self.loop.call_later(CONNECT_S, self._give_up)
        with ice_guard.visited_from(self.guard.visitor):
            await super().setRemoteDescription(sessionDescription)

    async def addIceCandidate(self, candidate: RTCIceCandidate | None) -> None:
        self._candidates += 1
        if self.guard and self._candidates > MOST_CANDIDATES:
            self.shut(TOO_MANY_CANDIDATES)
        elif not self.is_shut:
            await super().addIceCandidate(candidate)

    async def close(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        if self.guard:
            _open.remove(self.guard.who, self)
        await super().close()

    def close_soon(self) -> None:
        """Close it without a word to anybody; on the event loop."""
        closing = asyncio.get_running_loop().create_task(self.close())
        _closing.add(closing)  # the loop itself keeps no task alive
        closing.add_done_callback(_closing.discard)

    def shut(self, why: str) -> None:
        """End the connection, once; on the event loop."""
        if self.is_shut:
            return
        self.is_shut = True
        self.guard.say(why)
        self.close_soon()
        asyncio.get_running_loop().run_in_executor(None, self.guard.ended, why)

    def _give_up(self) -> None:
        if self.connectionState != "connected":
            logger.info("A connection of %s did not come about.", self.guard.who)
            self.close_soon()

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


def install(webrtc: ModuleType) -> None:
    """Have streamlit-webrtc's module ``webrtc`` make watched connections.

    For VP8 alone, of which a picture's size is known before decoding; RFC 7742 has every browser send it.
    """
    webrtc.RTCPeerConnection = WatchedConnection
    ice_guard.install()
    vp8 = [codec for codec in CODECS["video"] if codec.mimeType.lower() == "video/vp8"]
    types = {codec.payloadType for codec in vp8}
    CODECS["video"] = vp8 + [codec for codec in CODECS["video"] if codec.parameters.get("apt") in types]
    # A camera sends 5 small pictures a second: no way has to be measured for that, and measuring was a quarter of all
    # that this process did with 50 students. Browsers then go by the packets that were lost, which are still reported.
    HEADER_EXTENSIONS["video"] = [each for each in HEADER_EXTENSIONS["video"] if each.uri != SEND_TIME]
    # A warning for every picture that cannot be decoded would let a peer fill the disk.
    logging.getLogger("aiortc.rtcrtpreceiver").setLevel(logging.ERROR)
