"""A student's page sends a picture of the camera where no video gets through: see ``classroom.picture_way``.

Answers have no words for anybody: the page says what the server knows, whatever became of one picture.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from classroom.errors import BadInput, ClassroomError, NotAllowed
from classroom.pictures import MAX_CAMERA_BYTES
from classroom.ui import cookies, running
from classroom.ui.addresses import PICTURE
from classroom.ui.guard import body_of, in_thread, post


async def receive(request: Request) -> Response:
    content = await body_of(request, MAX_CAMERA_BYTES)
    if content is None:
        return Response(status_code=413)
    token, has_left = cookies.read_student(cookies.cookie_of(request, cookies.STUDENT))
    try:
        server = running.current()
        found = None if has_left else await in_thread(server.student_of, token)
        if found is None:
            return Response(status_code=403)
        await in_thread(server.picture_arrived, *found, content)
    except BadInput:
        return Response(status_code=400)
    except NotAllowed:
        return Response(status_code=409)
    except ClassroomError:
        return Response(status_code=503)
    return Response(status_code=204)


PICTURE_ROUTE: Route = post(PICTURE, receive)
