"""How many pages may be open of whoever is neither a teacher nor in a class: each costs memory, and work when it runs.

When there are more than that, the oldest page of the address that has the most of them is closed, and not the newest
one refused: one who opens hundreds keeps nobody else out. A browser whose page was closed connects again by itself.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from classroom.errors import ClassroomError
from classroom.tries import address_group
from classroom.ui import cookies, running
from classroom.ui.guard import in_thread

# A class that is about to join is of strangers, and so is the one after it.
MOST = 200
_STREAMLITS_ADDRESS = "/_stcore/stream"
_TRY_LATER = 1013  # RFC 6455's registry


@dataclass(eq=False)
class _Page:
    address: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class StrangersPages:
    """Plain ASGI, on one event loop."""

    def __init__(self, app: ASGIApp, most: int = MOST) -> None:
        self._app = app
        self._most = most
        self._pages: list[_Page] = []  # the oldest first

    @classmethod
    def as_middleware(cls) -> Middleware:
        return Middleware(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "websocket" and _STREAMLITS_ADDRESS in scope["path"]
        if not is_page or await _is_known(HTTPConnection(scope)):
            return await self._app(scope, receive, send)
        client = scope.get("client")
        page = _Page(address_group(client[0] if client else ""))
        self._pages.append(page)
        if len(self._pages) > self._most:
            self._close_one()
        try:
            await self._app(scope, lambda: _receive(page, receive, send), send)
        finally:
            if page in self._pages:
                self._pages.remove(page)

    def _close_one(self) -> None:
        counts = Counter(page.address for page in self._pages)
        most = max(counts.values())
        page = next(page for page in self._pages if counts[page.address] == most)
        self._pages.remove(page)
        page.ended.set()


async def _receive(page: _Page, receive: Receive, send: Send) -> Message:
    """The next message, or that the page has ended."""
    coming, ended = asyncio.ensure_future(receive()), asyncio.ensure_future(page.ended.wait())
    try:
        await asyncio.wait({coming, ended}, return_when=asyncio.FIRST_COMPLETED)
        if coming.done():
            return coming.result()
        await send({"type": "websocket.close", "code": _TRY_LATER, "reason": "Too many pages are open."})
        return {"type": "websocket.disconnect", "code": _TRY_LATER}
    finally:
        for each in (coming, ended):
            each.cancel()


async def _is_known(connection: HTTPConnection) -> bool:
    """Whether it is of a teacher who is signed in, or of a student."""
    teacher = cookies.cookie_of(connection, cookies.TEACHER)
    student, _ = cookies.read_student(cookies.cookie_of(connection, cookies.STUDENT))
    try:
        server = running.current()
        if teacher and await in_thread(server.accounts.teacher_of, teacher):
            return True
        return bool(student) and await in_thread(server.student_of, student) is not None
    except ClassroomError:
        return True  # nobody can be asked; the page says so
