"""What every route needs: only pages of this server may post, and nothing blocks the event loop."""

from collections.abc import Awaitable, Callable
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from classroom.ui.origin import REFUSED, is_own

_MAX_FORM_BYTES = 20_000


def post(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
    """A route that takes posts of our own pages only; here, so that no new one can forget to ask."""

    async def guarded(request: Request) -> Response:
        return await handler(request) if _from_own_page(request) else foreign()

    return Route(path, guarded, methods=["POST"])


def foreign() -> Response:
    return PlainTextResponse(REFUSED, 403)


async def body_of(request: Request, most_bytes: int) -> bytes | None:
    """What was posted, ``None`` as soon as it is more than that."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most_bytes:
            return None
    return body


async def form_of(request: Request) -> dict[str, str] | None:
    """The posted fields, ``None`` when they are larger than any form of ours."""
    body = await body_of(request, _MAX_FORM_BYTES)
    if body is None:
        return None
    request._body = body  # Starlette reads the form from what it has already read
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def source_of(request: Request) -> str:
    """The address of who asks, for limits of tries; behind a reverse proxy on this machine, the one it forwards."""
    return request.client.host if request.client else ""


async def in_thread(function, *arguments):
    """Off the event loop: it carries every student's video."""
    return await to_thread.run_sync(function, *arguments)


def zone_of(name: str) -> tzinfo:
    """The time zone of this name, UTC when there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _from_own_page(request: Request) -> bool:
    """Whether the post came from a page of this server. Every browser says one or the other; both must be right."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        return False
    is_own_origin = origin is None or is_own(origin, request.url.scheme, request.headers)
    return is_own_origin and site in (None, "same-origin", "none")
