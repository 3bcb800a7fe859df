"""Posts that end in the middle, because a browser was closed or a line broke: one line, where each was a traceback."""

import logging

from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.seldom import Seldom

_broken_off = Seldom(logging.getLogger(__name__), "A post was broken off before its end")


class BrokenOff:
    """Outermost: whoever reads a post below may be left in the middle of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    @classmethod
    def as_middleware(cls) -> Middleware:
        return Middleware(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            _broken_off.note()  # nobody is there who could be answered
