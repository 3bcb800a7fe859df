"""From which page a message comes: from one of this server, or from somebody else's that uses the visitor's cookies.

Cookies know no ports, and Streamlit compares host names only: a page on another port of the same machine could open a
teacher's connection and press every button. Here an origin is scheme, host and port, as browsers mean it (RFC 6454).
"""

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.ui import running

logger = logging.getLogger(__name__)

REFUSED = "This did not come from a ClassPulse page. Open the page and try again."
_CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS")
_MOST_TOLD = 20  # refusals, or who connects again and again would fill the log


def is_own(origin: str | None, scheme: str, headers: Mapping[str, str]) -> bool:
    """Whether an ``Origin`` is this server: the ``Host`` that was asked for, port included, or the public address.

    ``localhost`` is not ``127.0.0.1``. A page that came without HTTPS is not of a server that is reached with it.

    Args:
        scheme: of the connection to this process, as ``https`` or ``ws``; empty: not known.
        headers: of the request; names without regard to case.
    """
    parts = urlsplit(origin or "")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False  # such as "null", a page in a sandbox
    public = urlsplit(running.public_url())
    if public.netloc and (parts.scheme, _place(parts.netloc, parts.scheme)) == (
        public.scheme,
        _place(public.netloc, public.scheme),
    ):
        return True
    if _host_has_https(scheme, headers) and parts.scheme != "https":
        return False
    return _place(parts.netloc, parts.scheme) == _place(headers.get("host", ""), parts.scheme)


def came_over_https(scheme: str, headers: Mapping[str, str]) -> bool:
    """Whether the visitor's browser speaks HTTPS, also where that ends at a reverse proxy: which says so, or whose
    address is the public one, or whose page says where it comes from. ``scheme`` and ``headers`` as for ``is_own``."""
    if _host_has_https(scheme, headers):
        return True
    origin = headers.get("origin", "")
    return origin.startswith("https://") and is_own(origin, scheme, headers)


class OwnOrigin:
    """Lets in connections of pages, and requests that change something, from this server's own pages only.

    A connection must say where it comes from: every browser does. A program that does not is refused, too, so that
    nothing in between can leave it out; it may send the address that it connects to. Plain ASGI.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._told: set[tuple[str | None, str]] = set()

    @classmethod
    def as_middleware(cls) -> Middleware:
        return Middleware(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if scope["type"] == "http" and (scope["method"] in _CHANGES_NOTHING or origin is None):
            return await self._app(scope, receive, send)  # of forms without an origin ``guard.post`` asks more
        if is_own(origin, scope["scheme"], headers):
            return await self._app(scope, receive, send)
        self._tell(origin, headers.get("host", ""))
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(REFUSED, 403)(scope, receive, send)

    def _tell(self, origin: str | None, host: str) -> None:
        """A proxy that hides the host would shut everybody out, so whoever runs it has to read why."""
        told = (origin and origin[:100], host[:100])
        if len(self._told) < _MOST_TOLD and told not in self._told:
            self._told.add(told)
            logger.warning(
                "Refused: a page of %s asked for %s. If that is your proxy, set CLASSPULSE_PUBLIC_URL.", *told
            )


def _host_has_https(scheme: str, headers: Mapping[str, str]) -> bool:
    forwarded = headers.get("x-forwarded-proto", "").split(",")[0].strip()
    if scheme in ("https", "wss") or forwarded == "https":
        return True
    public = urlsplit(running.public_url())
    return public.scheme == "https" and _place(public.netloc, "https") == _place(headers.get("host", ""), "https")


def _place(netloc: str, scheme: str) -> str:
    """Host and port in one form; the port may be left out where it is the usual one."""
    netloc = netloc.rpartition("@")[2].lower()
    return netloc if netloc.rpartition(":")[2].isdecimal() else f"{netloc}:{443 if scheme == 'https' else 80}"
