"""Whether this server works, for machines: yes or no for everybody, what and how well for those who run it.

Figures would tell an attacker what hurts, while it is tried. So they are for this machine itself and for teachers who
are signed in; a monitor elsewhere has the status code.
"""

import asyncio

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.errors import ClassroomError
from classroom.tries import address_group
from classroom.ui import cookies, running
from classroom.ui.guard import in_thread, source_of

_STREAMLITS_FIGURES = "/_stcore/metrics"
# Of a reverse proxy on this machine: who asks is behind it.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


async def healthz(request: Request) -> Response:
    """200 when every part works, 503 when one does not."""
    try:
        server = running.current()
        parts = await in_thread(server.health.parts)
    except ClassroomError as error:
        said = {"Store": str(error)} if _is_here(request) else {}
        return JSONResponse({"ok": False} | said, status_code=503)
    ok = all(part.ok for part in parts)
    body: dict[str, object] = {"ok": ok}
    if await may_know(request):
        figures = server.health.figures() | {"asyncio_tasks": len(asyncio.all_tasks())}
        body |= {part.name: part.sentence for part in parts} | {"figures": figures}
    return JSONResponse(body, status_code=200 if ok else 503)


HEALTH_ROUTE = Route("/healthz", healthz)


class FiguresForOurselves:
    """Streamlit's own figures, such as how many pages are open, are for the same people. Plain ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    @classmethod
    def as_middleware(cls) -> Middleware:
        return Middleware(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == "http" and _STREAMLITS_FIGURES in scope["path"]
        if is_asked and not await may_know(Request(scope)):
            return await PlainTextResponse("Not found", 404)(scope, receive, send)
        await self._app(scope, receive, send)


async def may_know(request: Request) -> bool:
    """Whether who asks runs this server: a program on this machine, or a teacher who is signed in."""
    if _is_here(request):
        return True
    token = cookies.cookie_of(request, cookies.TEACHER)
    try:
        return bool(token) and await in_thread(running.current().accounts.teacher_of, token) is not None
    except ClassroomError:
        return False


def _is_here(request: Request) -> bool:
    return address_group(source_of(request)) == "here" and not any(name in request.headers for name in _FORWARDED)
