"""The demo beside a class: made once for everybody who watches, and for no more than some."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from classroom.ui import demo_files, demo_view
from classroom.ui.addresses import LIVE
from classroom.ui.routes import ROUTES
from tests.fakes import seed_class
from tests.pages.away import away, away_after


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr("classroom.demo.BACKFILL_S", 60)
    monkeypatch.setattr(demo_view, "_answers", {})
    monkeypatch.setattr(demo_files, "_kept", {})


@pytest.fixture
def made(monkeypatch) -> list:
    """Each time that an answer was made."""
    made, real = [], demo_view._made
    monkeypatch.setattr(demo_view, "_made", lambda *given: made.append(given) or real(*given))
    return made


def test_it_shows_what_a_teacher_sees(browser, server):
    browser.open(LIVE, demo="1")
    assert browser.failed == []
    for words in ("made up", "DEMO", "Student 07", "Valence now", "May need a hand", "Who came and went", "Sort by"):
        assert words in browser.text, words
    assert not any(button.label in ("Question", "End it now", "Start the camera") for button in browser.app.button)


def test_everybody_is_given_the_same_answer_until_it_is_old(browser, server, made, clock):
    browser.open(LIVE, demo="1")
    for _ in range(3):
        browser.app.run()
    assert len(made) == 1
    clock.advance(demo_view.REFRESH_S + 1)
    browser.app.run()
    assert browser.failed == [] and len(made) == 2


def test_the_students_can_be_sorted_without_a_new_one(browser, server, made):
    browser.open(LIVE, demo="1")
    browser.app.button_group[0].set_value("Name").run()
    assert browser.failed == [] and len(made) == 1
    assert browser.text.index("Student 01") < browser.text.index("Student 02")


@pytest.mark.parametrize(("paused", "words"), [(False, "Many people watch"), (True, "a class needs the machine")])
def test_who_comes_when_it_is_full_or_pauses_reads_why_and_starts_nothing(browser, server, monkeypatch, paused, words):
    for number in range(100):
        server.audience.admit(f"page {number}")
    if paused:
        server.audience.give_way()
    monkeypatch.setattr(server.demo, "watch", lambda mode: pytest.fail("nobody watches"))
    browser.open(LIVE, demo="1")
    assert browser.failed == []
    assert words in browser.text and "Student 07" not in browser.text


def test_a_board_that_is_open_ends_when_a_class_needs_the_machine(browser, server, clock):
    browser.open(LIVE, demo="1")
    assert "Student 07" in browser.text
    server.audience.give_way()
    browser.app.run()
    assert browser.failed == []
    assert "a class needs the machine" in browser.text and "Student 07" not in browser.text
    clock.advance(61)
    browser.app.run()
    assert "Student 07" in browser.text


def test_the_store_away_is_said(browser, server, monkeypatch):
    browser.open(LIVE, demo="1")
    monkeypatch.setattr(server.demo, "watch", away_after(server.demo.watch))
    browser.app.run()
    assert browser.failed == []
    assert "The class database does not answer" in browser.text.replace("\\", "")


class TestFiles:
    @pytest.fixture
    def client(self, server) -> TestClient:
        return TestClient(Starlette(routes=ROUTES))

    def test_each_is_made_once_for_a_while_whatever_stands_in_the_address(self, client, server, monkeypatch):
        made, real = [], demo_files.class_file
        monkeypatch.setattr(demo_files, "class_file", lambda *given: made.append(given) or real(*given))
        info = seed_class(server.store, None).info
        for query in ("", "?zone=Asia/Kolkata", "?zone=x&y=1"):
            assert "Ann" in client.get(f"/class/{info.id}/session.csv{query}").text
        assert len(made) == 1
        assert "Ann" not in client.get(f"/class/{info.id}/session.csv?names=no").text
        monkeypatch.setattr(demo_files, "KEPT_S", -1.0)
        client.get(f"/class/{info.id}/session.csv")
        assert len(made) == 3

    def test_while_the_demo_pauses_there_are_none(self, client, server):
        info = seed_class(server.store, None).info
        server.audience.admit("page")
        server.audience.give_way()
        response = client.get(f"/class/{info.id}/session.csv")
        assert (response.status_code, "few minutes" in response.text) == (503, True)

    def test_the_store_away_is_said(self, client, server, monkeypatch):
        info = seed_class(server.store, None).info
        monkeypatch.setattr(demo_files, "class_file", away)
        assert client.get(f"/class/{info.id}/session.csv").status_code == 503
