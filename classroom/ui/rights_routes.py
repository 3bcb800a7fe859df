"""What students may ask for over plain HTTP: the file of all that is stored about them, and to be erased.

Both go by the student's own cookie, so that nobody else's data can be asked for.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from classroom.errors import ClassroomError
from classroom.own_data import own_data_json
from classroom.ui import cookies, running
from classroom.ui.addresses import JOIN, MY_DATA
from classroom.ui.guard import in_thread, post


async def my_data(request: Request) -> Response:
    try:
        data = await in_thread(_own_data, _token(request))
    except ClassroomError as error:
        return PlainTextResponse(str(error), 503)
    if data is None:
        return PlainTextResponse("This browser is in no class, so nothing is stored about you under it.", 404)
    headers = {"Content-Disposition": 'attachment; filename="classpulse-my-data.json"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/json", headers=headers)


async def erase_me(request: Request) -> Response:
    response = RedirectResponse(JOIN, status_code=303)
    try:
        was_there = await in_thread(_erase, _token(request))
    except ClassroomError as error:
        cookies.set_notice(request, response, "error", str(error))
        return response
    cookies.drop_cookie(request, response, cookies.STUDENT)
    if was_there:
        sentence = "You have left, and everything about you in that class is deleted."
        cookies.set_notice(request, response, "done", sentence)
    return response


RIGHTS_ROUTES = [Route(MY_DATA, my_data), post("/student/erase-me", erase_me)]


def _token(request: Request) -> str:
    return cookies.read_student(cookies.cookie_of(request, cookies.STUDENT))[0]


def _own_data(token: str) -> bytes | None:
    server = running.current()
    found = server.student_of(token)
    if found is None:
        return None
    student, info = found
    return own_data_json(server.rights.everything(student), server.clock(), server.keeping.deletion_ms(info))


def _erase(token: str) -> bool:
    server = running.current()
    found = server.student_of(token)
    if found:
        server.rights.erase(found[0])
    return found is not None
