"""Streamlit's own scripts, styles and fonts, kept in memory once they were asked for.

A browser that comes for the first time asks for about a hundred of them. Streamlit opens each anew, in several threads
and steps, and packs some anew: with a class that joins at once that was more work than everything else. They are the
same for everybody and named by their content. Only what is a file of theirs is kept: for every other name Streamlit
sends its first page, and whoever makes names up would fill the memory. Plain ASGI: everything else passes untouched.
"""

import gzip
from collections.abc import Container
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import streamlit
from anyio import sleep_forever, to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_COMPONENT = "/component/streamlit_webrtc.component.webrtc_streamer/"
# All that a visit asks for has some 10 MB; what does not fit any more is served as before.
MOST_BYTES = 64_000_000
_TEXT = ("text/", "application/javascript", "application/json", "image/svg")
# A question about a part of a file, or whether a copy is still good, is for those who know the file.
_PASSED_ON = ("range", "if-none-match", "if-modified-since", "if-range")


@dataclass(frozen=True)
class _Kept:
    headers: list[tuple[bytes, bytes]]
    body: bytes


class KeptFiles:
    """Answers what it has answered before; the first answer comes from the app.

    Whoever asks first may leave before the answer is whole, and an app stops answering then. What is kept is for
    everybody, so the app is asked in the name of somebody who stays, and half an answer is not kept.
    """

    def __init__(self, app: ASGIApp, names: Container[str] | None = None) -> None:
        """
        Args:
            names: the addresses of all files there are; ``None``: Streamlit's and those of its part for the camera.
        """
        self._app = app
        self._names = files_of_streamlit() if names is None else names
        self._kept: dict[tuple[str, bool], _Kept] = {}  # by path, and whether it is packed
        self._bytes = 0

    @classmethod
    def as_middleware(cls) -> Middleware:
        return Middleware(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in self._names:
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        if any(name in headers for name in _PASSED_ON):
            return await self._app(scope, receive, send)
        key = scope["path"], "gzip" in headers.get("accept-encoding", "")
        kept = self._kept.get(key) or await self._ask(scope, key)
        if kept is None:
            return await self._app(scope, receive, send)
        await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
        await send({"type": "http.response.body", "body": kept.body})

    async def _ask(self, scope: Scope, key: tuple[str, bool]) -> _Kept | None:
        """Have the app answer, unpacked, and keep that while there is room; ``None`` where it has no whole file."""
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(dict(scope, headers=plain), _waits, collect)
        if start.get("status") != 200:
            return None
        headers, body = MutableHeaders(raw=list(start["headers"])), b"".join(parts)
        if headers.get("content-length") != str(len(body)):
            return None
        if key[1] and headers.get("content-type", "").startswith(_TEXT):
            body = await to_thread.run_sync(gzip.compress, body)
            headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(body))
        headers.add_vary_header("Accept-Encoding")
        kept = _Kept(headers.raw, body)
        size = len(key[0]) + len(body)
        if key not in self._kept and self._bytes + size <= MOST_BYTES:
            self._kept[key] = kept
            self._bytes += size
        return kept


@cache
def files_of_streamlit() -> frozenset[str]:
    """The addresses of what every page loads, by looking at what is installed."""
    static = Path(streamlit.__file__).parent / "static"
    names = {f"/{name}" for name in _files_in(static) if name.startswith("static/")}
    spec = find_spec("streamlit_webrtc")  # found, not imported: its component belongs to the run of a page
    if spec and spec.origin:
        names |= {_COMPONENT + name for name in _files_in(Path(spec.origin).parent / "frontend" / "dist")}
    return frozenset(names)


def _files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


async def _waits() -> Message:
    """Says nothing, as somebody who waits for the answer. Apps listen to it to learn whether anybody still does."""
    await sleep_forever()
    return {"type": "http.disconnect"}  # never
