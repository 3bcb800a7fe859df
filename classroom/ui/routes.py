"""What the browser posts and downloads beside Streamlit's own connection.

Signing in and joining are plain forms, because only an HTTP answer can set an HttpOnly cookie. Each route calls the
server once and sends the browser back to a page; what went wrong is said there, with everything typed still in place.
"""

from asyncio import sleep
from datetime import tzinfo
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from classroom.class_files import class_file, file_names
from classroom.errors import ClassroomError, NotListed
from classroom.lawful import why_no_files
from classroom.records import ClassInfo
from classroom.server import ClassServer
from classroom.ui import cookies, running
from classroom.ui.account_routes import ACCOUNT_ROUTES
from classroom.ui.addresses import JOIN, PLOTLY
from classroom.ui.demo_files import demo_file
from classroom.ui.guard import foreign, form_of, in_thread, post, source_of, zone_of
from classroom.ui.health_route import HEALTH_ROUTE
from classroom.ui.live_chart import PLOTLY_JS
from classroom.ui.network_route import NETWORK_ROUTE
from classroom.ui.picture_route import PICTURE_ROUTE
from classroom.ui.recording_routes import RECORDING_ROUTES
from classroom.ui.rights_routes import RIGHTS_ROUTES

_FORGOTTEN = (
    "You have left, and this computer has forgotten you. What is stored about you stays in the class: ask your teacher"
    " to show or delete it."
)
_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8", "zip": "application/zip"}


async def join(request: Request) -> Response:
    form = await form_of(request)
    if form is None:
        return foreign()
    typed = {"class_code": form.get("class_code", ""), "student_name": form.get("student_name", "")}
    share_camera, asked = form.get("share", "") == "camera", form.get("asked", "")
    try:
        server, source = running.current(), source_of(request)
        # On the event loop, where waiting holds no thread.
        await sleep(server.door.join_wait_ms(typed["class_code"], form.get("ticket", ""), source) / 1000)
        _, token = await in_thread(server.join, typed["class_code"], typed["student_name"], share_camera, source, asked)
    except ClassroomError as error:
        if isinstance(error, NotListed):
            typed["asked"] = "yes"
        response = _go(f"{JOIN}?code={quote(typed['class_code'][:20])}")
        cookies.set_notice(request, response, "error", str(error), typed)
        return response
    response = _go(JOIN)
    cookies.drop_cookie(request, response, cookies.NOTICE)
    cookies.set_cookie(request, response, cookies.STUDENT, token, cookies.WEEK_S)
    return response


async def leave(request: Request) -> Response:
    response = _go(JOIN)
    try:
        server = running.current()
        token, _ = cookies.read_student(cookies.cookie_of(request, cookies.STUDENT))
        found = await in_thread(server.student_of, token)
        if found:
            await in_thread(server.leave, found[0])
    except ClassroomError as error:
        cookies.set_notice(request, response, "error", str(error))
        return response
    # The token stays, marked: who comes back gets the same row, and nobody else can take the name meanwhile.
    cookies.set_cookie(request, response, cookies.STUDENT, cookies.mark_left(token), cookies.WEEK_S)
    return response


async def come_back(request: Request) -> Response:
    response = _go(JOIN)
    token, _ = cookies.read_student(cookies.cookie_of(request, cookies.STUDENT))
    cookies.set_cookie(request, response, cookies.STUDENT, token, cookies.WEEK_S)
    return response


async def forget_me(request: Request) -> Response:
    """Leave for good: what this browser had opens nothing any more, also where somebody has a copy of it."""
    response = _go(JOIN)
    cookies.drop_cookie(request, response, cookies.STUDENT)
    try:
        server = running.current()
        token, _ = cookies.read_student(cookies.cookie_of(request, cookies.STUDENT))
        found = await in_thread(server.student_of, token)
        if found:
            await in_thread(server.leave_for_good, found[0])
            cookies.set_notice(request, response, "done", _FORGOTTEN)
    except ClassroomError as error:
        cookies.set_notice(request, response, "error", str(error))
    return response


async def class_download(request: Request) -> Response:
    """A file of a class; with ``?names=no`` nobody's name stands in it."""
    name = request.path_params["file"]
    try:
        server = running.current()
        info = await in_thread(_readable_class, server, request)
        if info is None or name not in file_names(info.mode):
            return PlainTextResponse("There is no such class, or it is not yours. Sign in and open it in Reports.", 404)
        with_names = request.query_params.get("names") != "no"
        if info.is_demo:
            data = await demo_file(server, info, name, with_names)
        elif why := why_no_files(server.settings):
            return PlainTextResponse(why, 403)
        else:
            zone = zone_of(request.query_params.get("zone", ""))
            data = await in_thread(_file, server, info, name, zone, with_names)
    except ClassroomError as error:
        return PlainTextResponse(str(error), 503)
    headers = {
        "Content-Disposition": f'attachment; filename="classpulse-{info.code}-{name}"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=_MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)


async def plotly_script(_request: Request) -> Response:
    """Plotly for the live chart. Its address carries the version, so a browser may keep it."""
    return FileResponse(PLOTLY_JS, headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTES = [
    post("/student/join", join),
    post("/student/leave", leave),
    post("/student/come-back", come_back),
    post("/student/forget-me", forget_me),
    Route("/class/{class_id:int}/{file}", class_download),
    HEALTH_ROUTE,
    Route(PLOTLY, plotly_script),
    PICTURE_ROUTE,
    NETWORK_ROUTE,
    *ACCOUNT_ROUTES,
    *RECORDING_ROUTES,
    *RIGHTS_ROUTES,
]


def _readable_class(server: ClassServer, request: Request) -> ClassInfo | None:
    info = server.store.classes.get(request.path_params["class_id"])
    if info is None or info.is_demo:
        return info
    teacher = server.accounts.teacher_of(cookies.cookie_of(request, cookies.TEACHER))
    return info if teacher and teacher.id == info.teacher_id else None


def _file(server: ClassServer, info: ClassInfo, name: str, zone: tzinfo, with_names: bool) -> bytes:
    if info.is_open:
        server.recorder.flush()
    return class_file(server.store, info, name, server.settings.window_s, zone, with_names)


def _go(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303)
