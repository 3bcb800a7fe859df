"""A student without a browser: joins as a browser does, and sends real video over a real WebRTC connection.

Does what three scripts do in a student's browser: Streamlit's own, ``assets/mirror.js`` (whose camera always works),
and streamlit-webrtc's, whose value is ``{"playing", "sdpOffer", "iceCandidates"}``. It trickles its candidates as a
browser does, and follows the page: a new key there is a new connection here.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence

import httpx2
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from benchmarks.camera_clip import ClipTrack
from benchmarks.streamlit_page import StreamlitPage, load_files
from classroom.ui.addresses import JOIN
from classroom.ui.cookies import NOTICE, STUDENT, read_notice

# What a browser takes to open a camera, and then to find its own addresses.
CAMERA_S, CANDIDATES_S = 0.1, 0.05
_MIRROR, _STREAMER = "classpulse_mirror", "webrtc_streamer"


class StudentPeer:
    """One student. ``run()`` returns when the student has left."""

    def __init__(self, url: str, code: str, name: str, packets: Sequence[bytes], with_files: bool = True) -> None:
        """
        Args:
            packets: what the camera shows, of ``camera_clip.encode``.
            with_files: fetch the page's scripts and styles, too.
        """
        self.name = name
        self.connections = 0
        self.link_ms = self.button_ms = 0
        self.connected_ms: int | None = None
        self._url = url
        self._code = code
        self._packets = packets
        self._with_files = with_files
        self._tracks: list[ClipTrack] = []
        self._leaves = asyncio.Event()
        self._value: dict = {}
        self._streamer = None
        self._peer: RTCPeerConnection | None = None

    @property
    def sent(self) -> int:
        """Pictures sent so far."""
        return sum(track.sent for track in self._tracks)

    def leave(self) -> None:
        self._leaves.set()

    async def run(self) -> None:
        """Join, send until told to leave, leave.

        Raises:
            RuntimeError: the class did not take the student; with its sentence.
        """
        limits = httpx2.Limits(max_connections=6)  # as browsers do
        headers = {"Origin": self._url}  # as a browser says with what it posts
        async with httpx2.AsyncClient(base_url=self._url, timeout=120, limits=limits, headers=headers) as client:
            await self._join(client)
            page = await StreamlitPage.open(self._url, JOIN, dict(client.cookies))
            living = asyncio.create_task(self._live(page))
            leaving = asyncio.create_task(self._leaves.wait())
            try:
                await asyncio.wait({living, leaving}, return_when=asyncio.FIRST_COMPLETED)
                if living.done():
                    living.result()
            finally:
                for task in (living, leaving):
                    task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await living
                if self._leaves.is_set():
                    await client.post("/student/leave")
                await page.close()
                await self._hang_up()

    async def _join(self, client: httpx2.AsyncClient) -> None:
        self.link_ms = _now_ms()
        query = f"code={self._code}"
        if self._with_files:
            await load_files(client, JOIN, query)
        form = await StreamlitPage.open(self._url, JOIN, {}, query)
        await form.close()
        self.button_ms = _now_ms()
        fields = {"class_code": self._code, "student_name": self.name, "share": "camera"}
        answer = await client.post("/student/join", data=fields)
        if STUDENT not in client.cookies:
            said = read_notice(client.cookies.get(NOTICE))["sentence"] or f"the answer was {answer.status_code}"
            raise RuntimeError(f"{self.name} was not taken: {said}")
        await client.get(JOIN)

    async def _live(self, page: StreamlitPage) -> None:
        """Answer what the page shows, as long as it is open."""
        answered: set[tuple[str, int]] = set()
        while True:
            mirror, streamer = await page.until(lambda: self._news(page, answered), timeout_s=24 * 3600)
            if mirror is not None:
                attempt = json.loads(mirror.json)["attempt"]
                answered.add((mirror.id, attempt))
                await asyncio.sleep(CAMERA_S)
                await page.answer(mirror, {"camera": {"attempt": attempt, "state": "on"}})
            elif streamer is not None:
                await self._follow(page, streamer)

    def _news(self, page: StreamlitPage, answered: set[tuple[str, int]]):
        """The mirror or the streamer when it wants something."""
        for component in page.components.values():
            if component.component_name == _MIRROR:
                data = json.loads(component.json)
                if data["on"] and (component.id, data["attempt"]) not in answered:
                    return component, None
            elif _STREAMER in component.component_name and self._wants(component):
                return None, component
        return None

    def _wants(self, streamer) -> bool:
        args = json.loads(streamer.json_args)
        if streamer.id != self._streamer:
            return True
        if self._peer is None:
            return bool(args["desired_playing_state"])
        if not args["desired_playing_state"]:
            return True
        return bool(args["sdp_answer_json"]) and self._peer.remoteDescription is None

    async def _follow(self, page: StreamlitPage, streamer) -> None:
        args = json.loads(streamer.json_args)
        if streamer.id != self._streamer:
            await self._hang_up()
            self._streamer = streamer.id
            await self._say(page, streamer, playing=False, sdpOffer="", iceCandidates={})
        elif not args["desired_playing_state"]:
            await self._hang_up()
            await self._say(page, streamer, playing=False, sdpOffer="", iceCandidates={})
        elif self._peer is None:
            await self._offer(page, streamer)
        else:
            answer = json.loads(args["sdp_answer_json"])
            await self._peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))

    async def _offer(self, page: StreamlitPage, streamer) -> None:
        peer = self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connections += 1
        self._tracks.append(ClipTrack(self._packets))
        sender = peer.addTransceiver(self._tracks[-1], direction="sendonly")
        sender.setCodecPreferences([codec for codec in _codecs() if codec.mimeType in ("video/VP8", "video/rtx")])

        @peer.on("connectionstatechange")
        async def tell() -> None:
            if peer is self._peer and peer.connectionState == "connected":
                self.connected_ms = self.connected_ms or _now_ms()
                await self._say(page, streamer, playing=True, sdpOffer="", iceCandidates={})

        await peer.setLocalDescription(await peer.createOffer())
        lines = peer.localDescription.sdp.splitlines(keepends=True)
        offer = "".join(line for line in lines if not line.startswith(("a=candidate", "a=end-of-candidates")))
        found = [line.strip()[2:] for line in lines if line.startswith("a=candidate")]
        await self._send_offer(page, streamer, offer, found)

    async def _send_offer(self, page: StreamlitPage, streamer, offer: str, found: Sequence[str]) -> None:
        """The offer first, then one candidate after the other, as a browser finds them."""
        candidates: dict[str, dict] = {}
        said = {"playing": False, "sdpOffer": {"type": "offer", "sdp": offer}}
        await self._say(page, streamer, **said, iceCandidates=candidates)
        for number, candidate in enumerate(found):
            await asyncio.sleep(CANDIDATES_S)
            candidates[str(number)] = {"candidate": candidate, "sdpMid": "0", "sdpMLineIndex": 0}
            await self._say(page, streamer, **said, iceCandidates=candidates)

    async def _say(self, page: StreamlitPage, streamer, **value: object) -> None:
        with contextlib.suppress(Exception) if not page.is_open else contextlib.nullcontext():
            await page.answer(streamer, value)

    async def _hang_up(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()


def _codecs():
    from aiortc import RTCRtpSender

    return RTCRtpSender.getCapabilities("video").codecs


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
