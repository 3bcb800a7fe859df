"""What a teacher's browser posts about the account: signing in and out, the first account, another password.

A try that has to wait waits here, on the event loop: that costs a few kilobytes, and no thread.
"""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from classroom.accounts import HASHES_AT_ONCE, SignIn
from classroom.errors import BadInput, ClassroomError
from classroom.records import Teacher
from classroom.server import ClassServer
from classroom.ui import cookies, running
from classroom.ui.addresses import HOME, LIVE, SETTINGS
from classroom.ui.few_threads import FewThreads
from classroom.ui.guard import foreign, form_of, in_thread, post, source_of

Form = dict[str, str]

# Those who are known, by their browser, a key or a sign-in, do not wait behind a crowd of strangers.
_known, _strangers = FewThreads("password-known", HASHES_AT_ONCE), FewThreads("password", HASHES_AT_ONCE)
# Streamlit's own, of who came from the school's provider; each may be split into several.
_STREAMLITS = "_streamlit_user"


async def sign_in(request: Request) -> Response:
    async def enter(server: ClassServer, form: Form) -> SignIn:
        browser = cookies.cookie_of(request, cookies.BROWSER)
        turn = await in_thread(server.accounts.turn, form["user_name"], source_of(request), browser)
        await sleep(turn.wait_ms / 1000)
        by_password = partial(server.accounts.sign_in, browser=browser, turn=turn)
        return await (_known if turn.is_known else _strangers).run(
            partial(by_password, form["user_name"], form["secret"])
        )

    return await _enter(request, enter)


async def create_account(request: Request) -> Response:
    async def enter(server: ClassServer, form: Form) -> SignIn:
        return await _known.run(partial(server.accounts.create, form["setup_key"], form["user_name"], form["secret"]))

    return await _enter(request, enter)


async def enter_by_ticket(request: Request) -> Response:
    """Who came back from the school's provider, see ``school_door``."""

    async def enter(server: ClassServer, form: Form) -> SignIn:
        return await in_thread(server.school.enter, form["ticket"])

    return await _enter(request, enter)


async def change_password(request: Request) -> Response:
    form = await form_of(request)
    if form is None:
        return foreign()
    response = _go(SETTINGS)
    try:
        server = running.current()
        teacher = await _teacher(server, request)
        if teacher is None:
            return _go(LIVE)
        new = form.get("new_secret", "")
        if form.get("new_again", "") != new:
            raise BadInput("The new password was not the same both times, so nothing was changed. Try again, please.")
        change = partial(server.accounts.change_password, teacher, form.get("secret", ""), new)
        _let_in(request, response, await _known.run(change))
    except ClassroomError as error:
        cookies.set_notice(request, response, "error", str(error))
        return response
    cookies.set_notice(request, response, "done", "Your password is changed. In all other browsers you are signed out.")
    return response


async def sign_out(request: Request) -> Response:
    response = _go(HOME)
    try:
        await in_thread(running.current().accounts.sign_out, cookies.cookie_of(request, cookies.TEACHER))
    except ClassroomError as error:
        cookies.set_notice(request, response, "error", str(error))
    _let_out(request, response)
    return response


async def sign_out_everywhere(request: Request) -> Response:
    response = _go(LIVE)
    try:
        server = running.current()
        teacher = await _teacher(server, request)
        if teacher is not None:
            await in_thread(server.accounts.sign_out_everywhere, teacher)
            cookies.set_notice(request, response, "done", "You are signed out, here and in every other browser.")
    except ClassroomError as error:  # still signed in elsewhere, so here as well: the button must stay in reach
        cookies.set_notice(request, response, "error", str(error))
        return response
    _let_out(request, response)
    cookies.drop_cookie(request, response, cookies.BROWSER)
    return response


ACCOUNT_ROUTES = [
    post("/teacher/sign-in", sign_in),
    post("/teacher/create", create_account),
    post("/teacher/enter", enter_by_ticket),
    post("/teacher/password", change_password),
    post("/teacher/sign-out", sign_out),
    post("/teacher/sign-out-everywhere", sign_out_everywhere),
]


async def _enter(request: Request, enter: Callable[[ClassServer, Form], Awaitable[SignIn]]) -> Response:
    """Let somebody in, or say on the next page why not, with the name still in place."""
    form = await form_of(request)
    if form is None:
        return foreign()
    filled = {name: form.get(name, "") for name in ("user_name", "secret", "setup_key", "ticket")}
    response = _go(LIVE)
    try:
        server = running.current()
        signed_in = await enter(server, filled)
        # The sign-in that this browser had before, perhaps of somebody else, ends with the new one.
        await in_thread(server.accounts.sign_out, cookies.cookie_of(request, cookies.TEACHER))
    except ClassroomError as error:
        cookies.set_notice(request, response, "error", str(error), {"user_name": filled["user_name"]})
        return response
    cookies.drop_cookie(request, response, cookies.NOTICE)
    _let_in(request, response, signed_in)
    return response


async def _teacher(server: ClassServer, request: Request) -> Teacher | None:
    return await in_thread(server.accounts.teacher_of, cookies.cookie_of(request, cookies.TEACHER))


def _let_in(request: Request, response: Response, signed_in: SignIn) -> None:
    cookies.set_cookie(request, response, cookies.TEACHER, signed_in.token)
    cookies.set_cookie(request, response, cookies.BROWSER, signed_in.browser, cookies.HALF_A_YEAR_S)


def _let_out(request: Request, response: Response) -> None:
    """Also out of Streamlit's memory of the school's account, or one button would let the next person in again."""
    cookies.drop_cookie(request, response, cookies.TEACHER)
    for name in request.cookies:
        if name.startswith(_STREAMLITS):
            response.delete_cookie(name)


def _go(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303)
