"""The cookies: who signed in, who joined, and what to say on the next page.

All are HttpOnly and SameSite=Lax, and Secure where the page came over HTTPS: no script of a page can read a token, no
foreign page can use one, and none ever stands in an address.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from classroom.errors import ClassroomError
from classroom.ui import running

TEACHER = "classpulse_teacher"
STUDENT = "classpulse_student"
NOTICE = "classpulse_notice"

MONTH_S = 30 * 24 * 3600
WEEK_S = 7 * 24 * 3600  # of a place in a class; what it opens ends before, see ``ClassServer.student_of``
NOTICE_S = 60
_MAX_NOTICE = 3000


def set_cookie(request: Request, response: Response, name: str, value: str, max_age_s: int = MONTH_S) -> None:
    secure = _came_over_https(request)
    response.set_cookie(name, value, max_age=max_age_s, httponly=True, samesite="lax", secure=secure)


def _came_over_https(request: Request) -> bool:
    """Also where HTTPS ends at a reverse proxy, which says so, or whose address is the public one."""
    if request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https":
        return True
    try:
        public = urlsplit(running.current().settings.public_url)
    except ClassroomError:
        return False
    return public.scheme == "https" and public.netloc == request.headers.get("host")


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
