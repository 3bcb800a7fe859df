"""What is uploaded through Streamlit stays in memory on its way in, and only teachers upload."""

from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from classroom.errors import ClassroomError
from classroom.pictures import MAX_MB
from classroom.ui import cookies, running
from classroom.ui.guard import in_thread

_STREAMLITS_ADDRESS = "/_stcore/upload_file/"


def keep_in_memory() -> None:
    """Starlette writes an upload of more than a megabyte to a temporary file; no picture may go to disk here.

    Streamlit refuses more than its ``server.maxUploadSize``, which is as much as a picture may have.
    """
    MultiPartParser.spool_max_size = (MAX_MB + 1) * 1024 * 1024


class UploadsForTeachers:
    """Streamlit keeps files for every visitor, also where a page has no place for one: a way to fill the memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    @classmethod
    def as_middleware(cls) -> Middleware:
        return Middleware(cls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _STREAMLITS_ADDRESS in scope["path"] and not await _is_teacher(Request(scope)):
            answer = PlainTextResponse("Only teachers can upload. Sign in, then choose the file again.", 403)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


async def _is_teacher(request: Request) -> bool:
    token = cookies.cookie_of(request, cookies.TEACHER)
    try:
        return bool(token) and await in_thread(running.current().accounts.teacher_of, token) is not None
    except ClassroomError:
        return False
