"""Real WebRTC connections on loopback: one that a browser could have made, and beside it one that was made to hurt.

The server's end is streamlit-webrtc's own, as the page makes it. Pictures are encoded once, so that sending costs little.
"""

import asyncio
import contextlib
import fractions
import logging
import socket
import threading
import time

import av
import numpy as np
import psutil
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import AudioStreamTrack
from streamlit_webrtc import VideoSinkTrack, WebRtcMode
from streamlit_webrtc.webrtc import WebRtcWorker

from classroom.ui import camera, peer_guard
from classroom.ui.peer_guard import PeerGuard
from tests import own_loop
from tests.corpus.packets import hostile, junk

assert camera.peer_guard is peer_guard  # importing the page's camera is what installs the guard
WITHIN_S = 60


def encoded(width: int, height: int) -> bytes:
    """One real VP8 key frame of this size."""
    return encoded_clip(width, height, 1)[0]


def encoded_clip(width: int, height: int, count: int) -> list[bytes]:
    """A grey picture that becomes lighter: a key frame, and what changes after it."""
    context = av.CodecContext.create("libvpx", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.options = (
        fractions.Fraction(1, 30),
        {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    )
    packets = []
    for number in range(count):
        picture = np.full((height * 3 // 2, width), 90 + number, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = number
        packets += context.encode(frame)
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]


class Sends(MediaStreamTrack):
    """Encoded pictures, one after the other and again from the first, so many a second."""

    kind = "video"

    def __init__(self, pictures: list[bytes], fps: float) -> None:
        super().__init__()
        self._pictures, self._fps, self._sent = pictures, fps, 0

    async def recv(self) -> av.Packet:
        await asyncio.sleep(1 / self._fps)
        packet = av.Packet(self._pictures[self._sent % len(self._pictures)])
        packet.pts, packet.time_base = round(self._sent * 90_000 / self._fps), fractions.Fraction(1, 90_000)
        self._sent += 1
        return packet


class Connection:
    """A peer, and the server's end of it."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        relay: MediaRelay,
        tracks: list[MediaStreamTrack],
        who: str = "student 7",
        take=lambda frame: None,
    ) -> None:
        self.sizes: list[tuple[int, int]] = []
        self.ended: list[str] = []
        self._loop = loop
        self._peer = self._on_loop(self._new(RTCPeerConnection))
        guard = PeerGuard(who, self.ended.append)

        def arrived(frame):
            self.sizes.append((frame.width, frame.height))
            take(frame)
            guard.decoded()

        with guard.watching():
            self.worker = _worker(loop, relay, arrived)
        for track in tracks:
            self._on_loop(self._add(track))
        offer = self._on_loop(self._offer())
        answer = self.worker.process_offer(offer.sdp, offer.type, timeout=WITHIN_S)
        self._on_loop(self._peer.setRemoteDescription(RTCSessionDescription(answer.sdp, answer.type)))

    @property
    def state(self) -> str:
        return self.worker.pc.connectionState

    def port(self) -> tuple[str, int]:
        """Where the server's end waits: an address of this machine, and of no other."""
        found = [line.split() for line in self._peer.remoteDescription.sdp.splitlines() if "typ host" in line]
        return next((each[4], int(each[5])) for each in found if ":" not in each[4])

    def close(self) -> None:
        self._on_loop(self._peer.close())
        self.worker.stop()

    async def _new(self, kind):
        return kind()

    async def _add(self, track: MediaStreamTrack) -> None:
        self._peer.addTrack(track)

    async def _offer(self) -> RTCSessionDescription:
        await self._peer.setLocalDescription(await self._peer.createOffer())
        return self._peer.localDescription

    def _on_loop(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(WITHIN_S)


def _worker(loop, relay, arrived) -> WebRtcWorker:
    nothing = dict.fromkeys(
        ("rtc_configuration", "source_video_track", "source_audio_track", "sink_audio_track", "player_factory")
        + ("in_recorder_factory", "out_recorder_factory", "video_frame_callback", "audio_frame_callback")
        + ("queued_video_frames_callback", "queued_audio_frames_callback", "on_video_ended", "on_audio_ended")
        + ("video_processor_factory", "audio_processor_factory")
    )
    return WebRtcWorker(
        mode=WebRtcMode.SENDONLY,
        sink_video_track=VideoSinkTrack(arrived),
        async_processing=True,
        video_receiver_size=4,
        audio_receiver_size=4,
        sendback_video=True,
        sendback_audio=True,
        loop=loop,
        relay=relay,
        **nothing,
    )


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="media", daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=10)


@pytest.fixture
def connect(loop):
    """A new connection that sends these tracks."""

    async def make_relay() -> MediaRelay:
        return MediaRelay()

    relay = asyncio.run_coroutine_threadsafe(make_relay(), loop).result(10)
    made: list[Connection] = []

    def new(*tracks: MediaStreamTrack, **settings) -> Connection:
        made.append(Connection(loop, relay, list(tracks), **settings))
        return made[-1]

    yield new
    for connection in made:
        with contextlib.suppress(Exception):
            connection.close()


def wait_until(happened, what: str) -> None:
    until = time.monotonic() + WITHIN_S
    while not happened():
        assert time.monotonic() < until, f"not within {WITHIN_S} s: {what}"
        time.sleep(0.02)


def said_of_connections(caplog) -> list[str]:
    parts = ("aioice", "aiortc", "asyncio", "classroom")
    records = [each for each in caplog.records if each.name.split(".")[0] in parts and each.levelno >= logging.WARNING]
    # What an earlier test's loop left behind is said whenever it is collected.
    return [said for each in records if not (said := each.getMessage()).startswith("Task was destroyed")]


def goes_on(honest: Connection) -> None:
    """New pictures of it arrive."""
    before = len(honest.sizes)
    wait_until(lambda: len(honest.sizes) > before + 5, "five more pictures of the other student")


@pytest.fixture(scope="module")
def small() -> bytes:
    return encoded(320, 240)


@pytest.fixture(scope="module")
def clip() -> list[bytes]:
    return encoded_clip(320, 240, 60)


@pytest.mark.parametrize(
    ("pictures", "fps", "words"),
    [
        pytest.param(lambda: [encoded(3840, 2160)], 30, "its pictures had 3840 x 2160 points", id="4k"),
        pytest.param(lambda: [encoded(7680, 4320)], 30, "its pictures had 7680 x 4320 points", id="8k"),
        pytest.param(lambda: [encoded(320, 240)], 120, "more than 65 pictures a second", id="120 fps"),
        pytest.param(
            lambda: [encoded(160 + 16 * number, 128) for number in range(40)],
            20,
            "its size changed more than 20 times in 10 s",
            id="a size change every picture",
        ),
    ],
)
def test_who_sends_what_no_camera_sends_is_dropped_and_nobody_else_notices(
    connect, small, pictures, fps, words, caplog
):
    caplog.set_level(logging.WARNING, logger="classroom.ui.peer_guard")
    content = pictures()
    honest = connect(Sends([small], 6))
    wait_until(lambda: honest.sizes, "a first picture")
    memory = psutil.Process().memory_info().rss
    hostile = connect(Sends(content, fps))
    wait_until(lambda: hostile.ended, "the connection to be ended")
    wait_until(lambda: hostile.state == "closed", "the connection to be closed")
    goes_on(honest)
    assert len(hostile.ended) == 1
    assert any(word in hostile.ended[0] for word in words.split("|"))
    (said,) = [each.getMessage() for each in caplog.records if each.name == "classroom.ui.peer_guard"]
    assert said == f"The video of student 7 was ended: {hostile.ended[0]}."
    assert all(width * height <= 1920 * 1200 for width, height in hostile.sizes), "none of it was decoded"
    assert honest.ended == [] and honest.state == "connected"
    assert set(honest.sizes) == {(320, 240)}
    assert psutil.Process().memory_info().rss - memory < 150e6, "one decoded 8k picture alone has 50 MB"


def test_a_flood_that_never_becomes_a_picture_is_dropped_as_well(connect, small, monkeypatch):
    # The real limit is more than one busy machine can send to itself.
    monkeypatch.setattr("classroom.frame_gate.MAX_BYTES_S", 50_000)
    honest = connect(Sends([small], 6))
    hostile = connect(Sends([bytes([1]) + np.random.default_rng(7).bytes(30_000)], 30))
    wait_until(lambda: hostile.state == "closed", "the connection to be closed")
    assert "MB a second" in hostile.ended[0] and hostile.sizes == []
    goes_on(honest)


def test_garbage_in_place_of_pictures_ends_nobody_elses_video_and_fills_no_log(connect, small, caplog):
    honest = connect(Sends([small], 6))
    seeded = np.random.default_rng(7)
    garbage = [small, *(bytes([1]) + seeded.bytes(200) for _ in range(200))]
    hostile = connect(Sends(garbage, 30))
    wait_until(lambda: hostile.sizes, "the one picture that can be read")
    goes_on(honest)
    assert len([each for each in caplog.records if each.name.startswith("aiortc")]) < 5


def test_no_packet_of_a_stranger_ends_a_video(connect, small, caplog):
    honest = connect(Sends([small], 60))
    wait_until(lambda: honest.sizes, "a first picture")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for name, packet in hostile().items():
            stranger.sendto(packet, honest.port())
            goes_on(honest)
            assert (name, honest.state, said_of_connections(caplog)) == (name, "connected", [])
    assert honest.ended == []


def test_ten_thousand_packets_of_strangers_cost_nobody_anything(connect, small, caplog):
    honest, beside = connect(Sends([small], 30)), connect(Sends([small], 30))
    wait_until(lambda: honest.sizes and beside.sizes, "first pictures")
    memory = psutil.Process().memory_info().rss
    with contextlib.ExitStack() as closing:
        strangers = [closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(20)]
        for number, packet in enumerate(junk(10_000, 20_263)):
            strangers[number % len(strangers)].sendto(packet, honest.port())
            if number % 100 == 99:
                time.sleep(0.005)  # a port that is full forgets the rest, and nothing would be tried
    for each in (honest, beside):
        goes_on(each)
        assert each.ended == [] and each.state == "connected"
    assert said_of_connections(caplog) == []
    assert psutil.Process().memory_info().rss - memory < 50e6


def test_without_the_guard_a_picture_of_8k_would_be_decoded(connect, monkeypatch):
    """Else all of this were for nothing and could go."""
    monkeypatch.setattr(peer_guard.FrameGate, "frame", lambda self, encoded: None)
    hostile = connect(Sends([encoded(7680, 4320)], 2))
    wait_until(lambda: (7680, 4320) in hostile.sizes, "the picture")


def test_sound_is_refused_by_the_offer(connect, small, caplog):
    with pytest.raises(ValueError, match="it came with sound"):
        connect(Sends([small], 6), AudioStreamTrack())
    assert "The video of student 7 was ended: it came with sound." in caplog.text


def test_a_second_video_is_refused_by_the_offer(connect, small):
    with pytest.raises(ValueError, match="it came with video, video instead of one video"):
        connect(Sends([small], 6), Sends([small], 6))


def test_only_vp8_is_spoken_whose_size_is_known_before_it_is_decoded():
    kinds = {codec.mimeType for codec in RTCRtpSender.getCapabilities("video").codecs}
    assert kinds <= {"video/VP8", "video/rtx"}


def test_no_browser_is_asked_when_it_sent_each_packet_since_nothing_is_made_of_it():
    async def answer() -> str:
        browser, server = RTCPeerConnection(), camera.webrtc.RTCPeerConnection()
        browser.addTransceiver("video", direction="sendonly")
        offer = await browser.createOffer()
        offered = offer.sdp.replace("a=extmap:1 ", f"a=extmap:3 {peer_guard.SEND_TIME}\r\na=extmap:1 ")
        assert peer_guard.SEND_TIME in offered
        await server.setRemoteDescription(RTCSessionDescription(offered, "offer"))
        answered = await server.createAnswer()
        await browser.close()
        await server.close()
        return answered.sdp

    answered = own_loop.run(answer())
    assert "sdes:mid" in answered and peer_guard.SEND_TIME not in answered


def test_an_ordinary_video_of_whole_and_changed_pictures_goes_on_and_on(connect, clip):
    honest = connect(Sends(clip, 15))
    wait_until(lambda: len(honest.sizes) > 3 * len(clip), "the clip three times")
    assert honest.ended == [] and honest.state == "connected"
