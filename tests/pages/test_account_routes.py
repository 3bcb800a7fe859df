"""What a teacher's browser posts about the account: waits of sign-ins, another password, out everywhere at once."""

import asyncio
import threading

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from classroom.errors import NotAllowed
from classroom.sign_in_pace import GAP_MS, MAX_TRIES, MAX_TRIES_OF_ADDRESS
from classroom.ui import account_routes, cookies
from classroom.ui.few_threads import FewThreads
from classroom.ui.routes import ROUTES
from tests import own_loop
from tests.fakes import PASSWORD, sign_up
from tests.pages.test_routes import notice, post, set_cookies

NEW = "another horse battery"


@pytest.fixture
def client(server) -> TestClient:
    return TestClient(Starlette(routes=ROUTES), base_url="http://school.example", follow_redirects=False)


@pytest.fixture
def adas_client(client, ada) -> TestClient:
    client.cookies.set(cookies.TEACHER, ada.token)
    return client


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """How long each sign-in had to wait, in seconds; nobody does."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(account_routes, "sleep", sleep)
    return waited


def sign_in(client, secret=PASSWORD, name="Ada Teacher"):
    return post(client, "/teacher/sign-in", user_name=name, secret=secret)


class TestWaits:
    def test_wrong_passwords_are_followed_by_a_wait_and_not_by_a_refusal(self, client, server, ada, waits):
        for _ in range(MAX_TRIES + 1):
            assert "do not match" in notice(sign_in(client, "wrong password"))["sentence"]
        response = sign_in(client)
        assert server.accounts.teacher_of(set_cookies(response)[cookies.TEACHER].value) == ada.teacher
        assert waits == [0] * (MAX_TRIES + 1) + [GAP_MS / 1000]

    def test_61_wrong_sign_ins_keep_no_browser_waiting_in_which_its_teacher_has_signed_in(
        self, client, server, ada, waits
    ):
        sign_in(client)
        client.cookies.delete(cookies.TEACHER)  # signed out; the browser is still known
        browser = client.cookies[cookies.BROWSER]
        client.cookies.clear()
        for number in range(MAX_TRIES_OF_ADDRESS + 1):
            sign_in(client, "wrong password", f"Teacher {number}")
        for _ in range(MAX_TRIES + 1):
            sign_in(client, "wrong password")
        waits.clear()
        client.cookies.set(cookies.BROWSER, browser)
        assert cookies.TEACHER in set_cookies(sign_in(client)) and waits == [0]

    def test_a_crowd_of_strangers_takes_no_thread_from_anybody_else(self):
        """Two at work, some waiting, the next one is told to come again; and nobody waits in a thread."""
        few, busy, full = FewThreads("password", 2, most_waiting=3), threading.Event(), threading.active_count()

        async def crowd() -> list:
            waiting = [asyncio.ensure_future(few.run(lambda: busy.wait(30))) for _ in range(5)]
            await asyncio.sleep(0)
            with pytest.raises(NotAllowed, match="a few seconds"):
                await few.run(lambda: True)
            assert threading.active_count() <= full + 3, "two, and the one in which this runs"
            busy.set()
            done = await asyncio.gather(*waiting)
            return [*done, await few.run(lambda: "and there is room again")]

        assert own_loop.run(crowd()) == [True] * 5 + ["and there is room again"]


class TestPassword:
    def test_another_password_signs_everybody_else_out_and_this_browser_stays(self, adas_client, server, ada):
        elsewhere = server.accounts.sign_in("Ada Teacher", PASSWORD)
        response = post(adas_client, "/teacher/password", secret=PASSWORD, new_secret=NEW, new_again=NEW)
        assert response.headers["location"] == "/Settings"
        token = set_cookies(response)[cookies.TEACHER].value
        assert server.accounts.teacher_of(token) == ada.teacher
        assert server.accounts.teacher_of(ada.token) is server.accounts.teacher_of(elsewhere.token) is None
        assert notice(response)["kind"] == "done"
        assert cookies.TEACHER in set_cookies(sign_in(adas_client, NEW))

    @pytest.mark.parametrize(
        ("secret", "new", "again", "words"),
        [
            ("wrong password", NEW, "", "is wrong"),
            (PASSWORD, "short", "", "at least 10"),
            (PASSWORD, NEW, NEW.upper(), "not the same both times"),
            ("", "", "", "at least 10"),
        ],
    )
    def test_what_cannot_be_changed_is_said_and_nothing_typed_is_kept(
        self, adas_client, server, ada, secret, new, again, words
    ):
        response = post(adas_client, "/teacher/password", secret=secret, new_secret=new, new_again=again or new)
        assert set(set_cookies(response)) == {cookies.NOTICE}
        assert words in notice(response)["sentence"] and notice(response)["form"] == {}
        assert server.accounts.teacher_of(ada.token) == ada.teacher

    def test_who_is_not_signed_in_changes_nothing(self, client, server, ada):
        response = post(client, "/teacher/password", secret=PASSWORD, new_secret=NEW, new_again=NEW)
        assert (response.headers["location"], set_cookies(response)) == ("/Live_class", {})
        assert server.accounts.sign_in("Ada Teacher", PASSWORD)


class TestOut:
    def test_out_everywhere_is_out_of_every_browser_at_once(self, adas_client, server, ada):
        elsewhere, grace = server.accounts.sign_in("Ada Teacher", PASSWORD), sign_up(server.accounts, "Grace")
        response = post(adas_client, "/teacher/sign-out-everywhere")
        assert {name: set_cookies(response)[name].value for name in (cookies.TEACHER, cookies.BROWSER)} == {
            cookies.TEACHER: "",
            cookies.BROWSER: "",
        }
        assert server.accounts.teacher_of(ada.token) is server.accounts.teacher_of(elsewhere.token) is None
        assert server.accounts.teacher_of(grace.token) == grace.teacher
        assert notice(response)["kind"] == "done" and "every other browser" in notice(response)["sentence"]

    def test_signing_out_leaves_the_browser_known(self, adas_client, server):
        assert cookies.BROWSER not in set_cookies(post(adas_client, "/teacher/sign-out"))

    @pytest.mark.parametrize("address", ["/teacher/sign-out", "/teacher/sign-out-everywhere"])
    def test_streamlits_memory_of_the_schools_account_goes_too(self, adas_client, server, address):
        """One button would let the next person at this computer in again."""
        for name in ("_streamlit_user", "_streamlit_user_1", "_streamlit_user_tokens", "_streamlit_xsrf"):
            adas_client.cookies.set(name, "signed")
        dropped = {name for name, cookie in set_cookies(post(adas_client, address)).items() if cookie.value == ""}
        assert dropped >= {"_streamlit_user", "_streamlit_user_1", "_streamlit_user_tokens", cookies.TEACHER}
        assert "_streamlit_xsrf" not in dropped
