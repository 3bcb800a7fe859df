"""The school's account: who is let in by what the provider says. The provider itself and Streamlit's part are made up."""

import re
from urllib.parse import urlencode, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient
from streamlit.runtime.secrets import AttrDict, Secrets
from streamlit.web.server.starlette.starlette_auth_routes import create_auth_routes

from classroom.errors import NotAllowed
from classroom.school_account import MAX_TICKETS, TICKET_MS
from classroom.ui import cookies, school_door
from classroom.ui.addresses import SETTINGS
from classroom.ui.routes import ROUTES
from tests.fakes import PASSWORD, sign_up
from tests.pages.test_routes import OWN, notice, set_cookies

TEACHERS = ["ada@school.example"]
ADA = {"iss": "https://id.example", "sub": "1", "email": "Ada@School.example", "email_verified": True}


@pytest.fixture
def came_back(monkeypatch):
    """The deployment has a provider, and somebody came back from it."""

    def came_back(claims: dict | None) -> None:
        monkeypatch.setattr(school_door, "_auth", lambda: {"teachers": TEACHERS})
        monkeypatch.setattr(school_door, "_claims", lambda: claims)

    return came_back


def labels(browser) -> list[str]:
    return [button.label for button in browser.app.button]


def test_without_a_provider_the_door_offers_none(browser, server, ada):
    browser.open(SETTINGS)
    assert browser.failed == []
    assert "school's account" not in " ".join(labels(browser))


def test_with_one_it_stands_beside_name_and_password(browser, server, ada, came_back):
    came_back(None)
    browser.open(SETTINGS)
    assert browser.failed == []
    assert labels(browser) == ["Sign in with your school's account"]
    assert "/teacher/sign-in" in browser.text


def test_who_came_back_goes_on_with_one_button_and_gets_the_same_cookie(browser, server, ada, came_back):
    came_back(ADA)
    browser.open(SETTINGS)
    assert browser.failed == []
    assert "Go on as Ada@School.example" in browser.text
    ticket = re.search(r'name="ticket" value="([^"]+)"', browser.text)[1]
    client = TestClient(Starlette(routes=ROUTES), base_url="http://school.example", follow_redirects=False)
    response = client.post("/teacher/enter", data={"ticket": ticket}, headers=OWN)
    teacher = server.accounts.teacher_of(set_cookies(response)[cookies.TEACHER].value)
    assert teacher.name == "Ada@School.example"
    again = client.post("/teacher/enter", data={"ticket": ticket}, headers=OWN)
    assert cookies.TEACHER not in set_cookies(again) and "took too long" in notice(again)["sentence"]
    # The next time is the same account.
    assert server.school.enter(server.school.ticket(ADA, TEACHERS)).teacher == teacher


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        (ADA | {"email": "eve@school.example"}, "of the school, and no teacher here"),
        (ADA | {"email_verified": False}, "the provider does not vouch for the address"),
        (ADA | {"email": ""}, "no address"),
        (ADA | {"sub": ""}, "nobody in particular"),
        ({}, "nothing at all"),
    ],
)
def test_everybody_else_reads_what_to_do(browser, server, ada, came_back, claims, why):
    came_back(claims)
    browser.open(SETTINGS)
    assert browser.failed == []
    assert "no teacher's here" in browser.errors[0].replace("\\", "")
    assert "ticket" not in browser.text and labels(browser) == ["Another account"]


def test_a_list_of_nobody_lets_nobody_in(server):
    for teachers in ((), ("",), (" ",)):
        with pytest.raises(NotAllowed):
            server.school.ticket(ADA | {"email": ""}, teachers)


def test_a_ticket_is_good_for_ten_minutes_and_tickets_fill_no_memory(server, clock):
    ticket = server.school.ticket(ADA, TEACHERS)
    clock.now_ms += TICKET_MS
    with pytest.raises(NotAllowed, match="took too long"):
        server.school.enter(ticket)
    for _ in range(MAX_TICKETS + 5):
        server.school.ticket(ADA, TEACHERS)
    assert len(server.school._tickets) == MAX_TICKETS


def test_nobody_gets_into_an_account_of_the_same_name(server):
    sign_up(server.accounts, "ada@school.example")
    with pytest.raises(NotAllowed, match="with a password"):
        server.school.enter(server.school.ticket(ADA, TEACHERS))


def test_another_person_with_the_same_address_does_not_get_the_account(server):
    server.school.enter(server.school.ticket(ADA, TEACHERS))
    with pytest.raises(NotAllowed):
        server.school.enter(server.school.ticket(ADA | {"sub": "2"}, TEACHERS))


def test_no_password_opens_an_account_of_the_school(server):
    server.school.enter(server.school.ticket(ADA, TEACHERS))
    for password in (PASSWORD, "", server.store.teachers.with_password("ada@school.example")[1]):
        with pytest.raises(NotAllowed, match="do not match"):
            server.accounts.sign_in("ada@school.example", password)


ELSEWHERE = "https://elsewhere.example/"


@pytest.mark.parametrize("path", ["/auth/login", "/auth/logout", "/oauth2callback", "/teacher/enter"])
@pytest.mark.parametrize("asks", ["next", "redirect_uri", "post_logout_redirect_uri", "return_to", "state", "provider", "error"])  # fmt: skip
def test_nobody_is_sent_elsewhere_by_what_stands_in_an_address(server, monkeypatch, path, asks):
    """Attack: a link to this server that ends at somebody else's page, where a password is typed."""
    secrets = {
        "auth": AttrDict({"redirect_uri": "http://testserver/oauth2callback", "cookie_secret": "0123456789abcdef"})
    }
    monkeypatch.setattr(Secrets, "load_if_toml_exists", lambda self: True)
    monkeypatch.setattr(Secrets, "get", lambda self, name, default=None: secrets.get(name, default))
    app = Starlette(
        routes=[*create_auth_routes(""), *ROUTES],
        middleware=[Middleware(SessionMiddleware, secret_key="made up for this test only")],
    )
    client = TestClient(app, follow_redirects=False)
    query = {asks: ELSEWHERE, "code": "1"}
    forged = {"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}
    for headers in ({}, forged):
        if path == "/teacher/enter":
            response = client.post(f"{path}?{urlencode(query)}", data={"ticket": "x"} | query, headers=OWN | headers)
        else:
            response = client.get(path, params=query, headers=headers)
        assert response.status_code in (302, 303)
        location = response.headers["location"]
        assert not urlsplit(location).netloc and not location.startswith("//"), location
