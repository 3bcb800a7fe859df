"""How fast a page is listened to. Every message of a page is a run of it, which costs a hundredth of a second or more.

A page that refreshes itself sends one or two a second, and what somebody types, taps or drags comes on top. Who sends
without a pause, as no browser does, held up every student's video. Nothing is refused: what comes too fast waits in the
sender's own connection, which is not read meanwhile. Plain ASGI: everything but websockets passes untouched.
"""

import asyncio
import time
from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A slider that is dragged, a camera whose addresses are found one by one.
AT_ONCE = 40
A_SECOND = 4.0


class Allowance:
    """A token bucket: ``at_once`` at the beginning, and so many a second that were not used before."""

    def __init__(self, at_once: int, a_second: float, clock_s: Callable[[], float]) -> None:
        self._most, self._a_second, self._clock_s = float(at_once), a_second, clock_s
        self._left, self._at_s = self._most, clock_s()

    def take(self) -> float:
        """Take one; gives the seconds to wait until it is due, 0 when it is."""
        now_s = self._clock_s()
        self._left = min(self._most, self._left + (now_s - self._at_s) * self._a_second) - 1
        self._at_s = now_s
        return max(-self._left / self._a_second, 0.0)


class MessagePace:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    @classmethod
    def as_middleware(cls) -> Middleware:
        return Middleware(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            return await self._app(scope, receive, send)
        allowance = Allowance(AT_ONCE, A_SECOND, time.monotonic)
        is_gone = False

        async def in_its_turn() -> Message:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            if message.get("bytes") is None:  # text, which no page sends: Streamlit answers it with a traceback
                return {"type": "websocket.disconnect", "code": 1003}
            if wait_s := allowance.take():
                await asyncio.sleep(wait_s)
            # What waits when its sender has gone is nobody's any more, and Streamlit would stumble over it.
            return {"type": "websocket.disconnect", "code": 1006} if is_gone else message

        async def noticing_who_is_gone(message: Message) -> None:
            nonlocal is_gone
            try:
                await send(message)
            except OSError:
                is_gone = True
                raise

        await self._app(scope, in_its_turn, noticing_who_is_gone)
