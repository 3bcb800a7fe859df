"""Whether the server works, for machines: yes or no for everybody, the rest for those who run it."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from classroom.engine import EngineState
from classroom.ui import cookies
from classroom.ui.health_route import FiguresForOurselves
from classroom.ui.routes import ROUTES
from tests.fakes import sign_up

STRANGER, HERE = "203.0.113.7", "127.0.0.1"
METRICS = "/_stcore/metrics"


def client(address: str, **headers: str) -> TestClient:
    streamlits = Route(METRICS, lambda request: PlainTextResponse("active_sessions 25"))
    app = Starlette(routes=[*ROUTES, streamlits], middleware=[FiguresForOurselves.as_middleware()])
    return TestClient(app, base_url="http://school.example", client=(address, 1), headers=headers)


def test_who_runs_the_server_reads_everything(server):
    response = client(HERE).get("/healthz")
    assert (response.status_code, response.json()["ok"]) == (200, True)
    assert response.json()["figures"]["read_every_s"] == 0.5
    assert response.json()["Store"]


def test_a_part_that_does_not_work_is_named(server):
    server.engine.state, server.engine.problem = EngineState.RESTARTING, "Analysis is being restarted."
    response = client(HERE).get("/healthz")
    assert response.status_code == 503
    assert response.json() == response.json() | {"ok": False, "Analysis": "Analysis is being restarted."}


@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("who", ["a stranger", "a made-up cookie", "a student", "behind a proxy on this machine"])
def test_everybody_else_learns_yes_or_no(server, seeded, who, works):
    """What hurts is not told to who tries it."""
    asking = client(HERE, **{"x-forwarded-for": "127.0.0.1"}) if who.startswith("behind") else client(STRANGER)
    if who == "a made-up cookie":
        asking.cookies.set(cookies.TEACHER, "made up")
    elif who == "a student":
        asking.cookies.set(cookies.TEACHER, server.join(seeded.info.code, "Dan", False)[1])
    server.engine.state = server.engine.state if works else EngineState.RESTARTING
    response = asking.get("/healthz")
    assert (response.status_code, response.json()) == (200 if works else 503, {"ok": works})
    assert asking.get(METRICS).status_code == 404


def test_a_teacher_who_is_signed_in_reads_everything(server):
    asking = client(STRANGER)
    asking.cookies.set(cookies.TEACHER, sign_up(server.accounts, "Grace").token)
    assert "figures" in asking.get("/healthz").json()
    assert asking.get(METRICS).text == client(HERE).get(METRICS).text == "active_sessions 25"


def test_it_tells_nothing_of_any_class(server, seeded):
    text = client(HERE).get("/healthz").text
    assert not any(secret in text for secret in ("Ann", "Optics", seeded.info.code))


@pytest.mark.parametrize(("address", "says"), [(HERE, True), (STRANGER, False)])
def test_the_store_away_is_said_too(no_store, address, says):
    response = client(address).get("/healthz")
    assert response.status_code == 503
    assert ("does not answer" in response.text) is says
