"""Connections that are opened and never come to a request: each costs a file, and who has all files answers nobody.

uvicorn waits for a request for ever, keeps whatever stands in its headers, and counts nobody. So its protocols get a
time for headers and bodies, as other servers have, a length of headers, and a book of who holds how many.
"""

import asyncio
import logging

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from classroom.seldom import Seldom
from classroom.ui.connection_book import ConnectionBook

logger = logging.getLogger(__name__)

HEADERS_S = BODY_S = 30.0
# A body that is longer has so much longer: a slow line sends more, who only wants to hold a connection has to send.
BODY_BYTES_S = 500
MOST_HEADER_BYTES = 32_000
# What a page may send in one message: the longest that pages of ours send are some kilobytes.
MESSAGE_BYTES = 1_000_000
# Without a single byte of an answer taken for so long, nobody reads any more.
TAKEN_S = 60.0

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_late = Seldom(logger, "A connection was closed because its request did not come to an end in time")
_full = Seldom(logger, "A connection was closed because there were too many")
_strange = Seldom(logger, "A request for a page's connection could not be read")


class Guarded:
    """What both kinds of connections have. In front of one of uvicorn's protocols."""

    book: ConnectionBook
    is_idle = False
    _taking: asyncio.TimerHandle | None = None
    _to_be_taken = 0

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        goes = self.book.enter(self)
        if goes is not None:
            _full.note()
            goes.drop()

    def connection_lost(self, error: Exception | None) -> None:
        self.book.leave(self)
        self._cancel(self._taking)
        super().connection_lost(error)

    def drop(self) -> None:
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._see_what_is_taken()

    def resume_writing(self) -> None:
        self._cancel(self._taking)
        super().resume_writing()

    def _see_what_is_taken(self) -> None:
        self._to_be_taken = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(TAKEN_S, self._is_anything_taken)

    def _is_anything_taken(self) -> None:
        if self.transport.get_write_buffer_size() < self._to_be_taken:
            self._see_what_is_taken()
        else:
            _late.note()
            self.drop()

    @staticmethod
    def _cancel(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()


class GuardedHttp(Guarded):
    """A connection on which requests come. The methods ``on_…`` are called by the parser."""

    def __init__(self, *args, **settings) -> None:
        super().__init__(*args, **settings)
        self._waiting: asyncio.TimerHandle | None = None
        self._is_in_headers = self._is_refused = False
        self._header_bytes = self._unread_bytes = 0  # of headers that are whole, and of all that came before they were
        self._body_since_s, self._body_bytes = 0.0, 0

    @property
    def is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._wait_for_headers()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        super().data_received(data)
        if self._is_in_headers:  # still: a parser tells of a header when it is whole
            self._unread_bytes += len(data)
            self._refuse_long_headers()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_headers, self._header_bytes, self._unread_bytes = True, 0, 0
        if self._waiting is None:
            self._wait_for_headers()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._is_in_headers = False
        self._header_bytes += len(self.url)
        if self._refuse_long_headers():
            return
        super().on_headers_complete()
        self._body_since_s, self._body_bytes = self.loop.time(), 0
        self._waiting = self.loop.call_later(BODY_S, self._is_body_late)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._stop_waiting()
        if not self._is_refused:
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()
        if self._is_refused:
            return
        self.book.leave(self)
        try:
            super().handle_websocket_upgrade()
        except Exception:  # its parser takes less than the one before, and fails where it does
            _strange.note()
            self.drop()

    def _refuse_long_headers(self) -> bool:
        if max(self._header_bytes, self._unread_bytes) > MOST_HEADER_BYTES and not self._is_refused:
            self._is_refused = True
            self._stop_waiting()
            self.transport.write(_TOO_LONG)
            self.transport.close()
        return self._is_refused

    def _wait_for_headers(self) -> None:
        self._waiting = self.loop.call_later(HEADERS_S, self._is_late)

    def _is_body_late(self) -> None:
        left_s = self._body_since_s + BODY_S + self._body_bytes / BODY_BYTES_S - self.loop.time()
        if self.is_idle:  # it has been answered, so nobody wants the rest
            left_s = 0.0
        elif self.flow.read_paused:  # it is this server that does not read on
            left_s = BODY_S
        if left_s <= 0:
            self._is_late()
        else:
            self._waiting = self.loop.call_later(left_s, self._is_body_late)

    def _is_late(self) -> None:
        _late.note()
        self.drop()

    def _stop_waiting(self) -> None:
        self._cancel(self._waiting)
        self._waiting = None


class GuardedWebsocket(Guarded):
    """The connection of a page."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._waiting = self.loop.call_later(HEADERS_S, self._is_opened)

    def connection_lost(self, error: Exception | None) -> None:
        self._cancel(self._waiting)
        super().connection_lost(error)

    def _is_opened(self) -> None:
        if not getattr(self, "handshake_complete", True):  # without an answer it would be kept for ever
            _late.note()
            self.drop()


def guard(server: uvicorn.Server, files: int) -> None:
    """Have a server that is loaded and has not started yet make guarded connections."""
    config = server.config
    if issubclass(config.http_protocol_class, GuardedHttp):
        return  # already
    proxies = getattr(config.loaded_app, "trusted_hosts", ())  # of uvicorn's own ProxyHeadersMiddleware
    book = ConnectionBook(files, lambda address: address in proxies)
    config.ws_max_size = min(config.ws_max_size, MESSAGE_BYTES)
    config.http_protocol_class = type("Http", (GuardedHttp, HttpToolsProtocol), {"book": book})
    config.ws_protocol_class = type("Websocket", (GuardedWebsocket, config.ws_protocol_class), {"book": book})


def install(files: int) -> None:
    """Guard the server that is about to start: Streamlit makes it, and asks nobody about its connections.

    Args:
        files: that this process may have open.
    """
    start = uvicorn.Server.startup

    async def startup(self: uvicorn.Server, sockets=None) -> None:
        guard(self, files)
        await start(self, sockets)

    uvicorn.Server.startup = startup
