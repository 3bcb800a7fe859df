"""The cookies: who signed in, who joined, which browser is known, and what to say on the next page.

All are HttpOnly and SameSite=Lax: no script of a page can read a token, no foreign page can use one, and none ever
stands in an address. Over HTTPS they are Secure and carry the prefix ``__Host-`` (RFC 6265bis), with which a browser
takes them from this very host alone, so that no server beside it can plant one. There only those are read.
"""

import base64
import binascii
import json
from collections.abc import Mapping

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from classroom.ui.origin import came_over_https

TEACHER = "classpulse_teacher"
STUDENT = "classpulse_student"
BROWSER = "classpulse_browser"  # a teacher has signed in here before; opens nothing
NOTICE = "classpulse_notice"
# Before the name of each over HTTPS.
HOST = "__Host-"

MONTH_S = 30 * 24 * 3600
HALF_A_YEAR_S = 180 * 24 * 3600
WEEK_S = 7 * 24 * 3600  # of a place in a class; what it opens ends before, see ``ClassServer.student_of``
NOTICE_S = 60
_MAX_NOTICE = 3000


def set_cookie(request: Request, response: Response, name: str, value: str, max_age_s: int = MONTH_S) -> None:
    """To be used for every cookie: path ``/`` and no domain belong to the prefix."""
    secure = _is_secure(request)
    full = HOST + name if secure else name
    response.set_cookie(full, value, max_age=max_age_s, path="/", httponly=True, samesite="lax", secure=secure)


def drop_cookie(request: Request, response: Response, name: str) -> None:
    """Take a cookie away, also one of this name without the prefix."""
    response.delete_cookie(name, path="/", httponly=True, samesite="lax")
    if _is_secure(request):
        response.delete_cookie(HOST + name, path="/", httponly=True, samesite="lax", secure=True)


def cookie_of(request: HTTPConnection, name: str) -> str:
    """A cookie of who asks, or of who opens a connection; empty without one."""
    return read_cookie(request.cookies, name, _is_secure(request))


def read_cookie(cookies: Mapping[str, str], name: str, is_secure: bool) -> str:
    """The cookie of this name, empty without one. Over HTTPS one without the prefix may be planted: it is not read."""
    return cookies.get(HOST + name) or ("" if is_secure else cookies.get(name, ""))


def _is_secure(request: HTTPConnection) -> bool:
    return came_over_https(request.url.scheme, request.headers)


def set_notice(request: Request, response: Response, kind: str, sentence: str, form: Mapping[str, str] = {}) -> None:
    """What the next page says, and what was typed, so that nothing has to be typed again.

    Args:
        kind: "error" or "done".
    """
    kept = {key: value[:200] for key, value in form.items()}
    text = json.dumps({"kind": kind, "sentence": sentence[:600], "form": kept})
    set_cookie(request, response, NOTICE, base64.urlsafe_b64encode(text.encode()).decode(), NOTICE_S)


def read_notice(value: str | None) -> dict:
    """The notice in a cookie: ``kind``, ``sentence``, ``form``. One that cannot be read says nothing."""
    empty = {"kind": "", "sentence": "", "form": {}}
    if not value or len(value) > 2 * _MAX_NOTICE:
        return empty
    try:
        notice = json.loads(base64.urlsafe_b64decode(value.encode()))
        form = {str(key): str(text) for key, text in notice["form"].items()}
        return {"kind": str(notice["kind"]), "sentence": str(notice["sentence"]), "form": form}
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError):
        return empty


_LEFT = "left."


def mark_left(token: str) -> str:
    """The student cookie of somebody who has left and may come back."""
    return _LEFT + token


def read_student(value: str | None) -> tuple[str, bool]:
    """The token in a student cookie (empty without one), and whether its owner has left the class."""
    value = value or ""
    return value.removeprefix(_LEFT), value.startswith(_LEFT)
