"""The school's account: who is let in by what the provider says. The provider itself and Streamlit's part are made up."""

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

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
