"""A browser tries the way that its video would take: its offer in, the answer of a peer out."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from classroom.ui import running
from classroom.ui.addresses import NETWORK_TEST
from classroom.ui.guard import foreign, form_of, post, source_of
from classroom.ui.network_peers import PEERS, NoRoom


async def answer(request: Request) -> Response:
    form = await form_of(request)
    if form is None or not PEERS.claim(form.get("ticket", "")):
        return foreign()
    try:
        sdp = await PEERS.answer(form.get("sdp", ""), running.current().settings.ice_servers, source_of(request))
    except NoRoom:
        return PlainTextResponse("Others test their network now.", 503)
    except ValueError:
        return PlainTextResponse("This is no offer.", 400)
    return PlainTextResponse(sdp, headers={"Cache-Control": "no-store"})


NETWORK_ROUTE: Route = post(NETWORK_TEST, answer)
