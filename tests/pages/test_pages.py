"""Every page as a visitor finds it: signed out, empty, with a class in it, and with its database away."""

import base64
import html
import json
import re
from zoneinfo import ZoneInfo

import pytest

from classroom.errors import NotAllowed, StoreError
from classroom.ui import board_view, cookies, trouble
from classroom.ui.addresses import ANALYSE, HOME, JOIN, LIVE, MODEL, REPORTS, SETTINGS
from classroom.ui.page import Visit
from tests.fakes import HOSTILE_NAMES, seed_class, sign_up
from tests.pages.away import away, away_after

EVERY_PAGE = (HOME, JOIN, LIVE, REPORTS, ANALYSE, MODEL, SETTINGS)
TEACHERS_PAGES = (LIVE, REPORTS, ANALYSE, SETTINGS)


class TestSignedOut:
    @pytest.mark.parametrize("address", EVERY_PAGE)
    def test_a_passer_by_sees_nothing_of_any_class(self, browser, seeded, address):
        browser.open(address)
        assert browser.failed == []
        for secret in ("Ann", "Ben", "Cem", "Optics", seeded.info.code, seeded.info.code[:4]):
            assert secret not in browser.text

    @pytest.mark.parametrize("address", TEACHERS_PAGES)
    def test_a_teachers_page_shows_the_door_whatever_stands_in_its_address(self, browser, seeded, address):
        browser.open(address, **{"class": str(seeded.info.id)})
        assert browser.failed == []
        assert "Sign in to teach" in browser.text
        assert "Optics" not in browser.text

    @pytest.mark.parametrize("address", TEACHERS_PAGES)
    @pytest.mark.parametrize("who", ["made up", "student", "signed out"])
    def test_a_cookie_that_is_no_teachers_opens_nothing(self, browser, server, ada, seeded, address, who):
        if who == "student":
            browser.cookies[cookies.TEACHER] = server.join(seeded.info.code, "Dan", True)[1]
        elif who == "signed out":
            server.accounts.sign_out(ada.token)
            browser.cookies[cookies.TEACHER] = ada.token
        else:
            browser.cookies[cookies.TEACHER] = "x" * 5_000
        browser.open(address)
        assert browser.failed == []
        assert "Sign in to teach" in browser.text
        assert "Optics" not in browser.text

    @pytest.mark.parametrize("address", TEACHERS_PAGES)
    def test_a_first_start_asks_for_the_setup_key(self, browser, server, address):
        browser.open(address)
        assert browser.failed == []
        assert "Create the first teacher" in browser.text

    def test_a_teacher_sees_nothing_of_another_teachers_class(self, browser, server, seeded):
        browser.cookies[cookies.TEACHER] = sign_up(server.accounts, "Grace").token
        for address in TEACHERS_PAGES:
            browser.open(address, **{"class": str(seeded.info.id)})
            assert browser.failed == []
            for secret in ("Optics", "Ann", seeded.info.code):
                assert secret not in browser.text, address

    def test_what_went_wrong_is_said_on_the_next_page_and_as_text(self, browser, ada):
        notice = {"kind": "error", "sentence": "No [link](http://x) here.", "form": {"user_name": '"><b>Ada'}}
        browser.cookies[cookies.NOTICE] = base64.urlsafe_b64encode(json.dumps(notice).encode()).decode()
        browser.open(LIVE)
        assert browser.failed == []
        assert browser.errors == [r"No \[link\]\(http\:\/\/x\) here\."]
        assert '"><b>Ada' not in browser.text
        assert "&quot;&gt;&lt;b&gt;Ada" in browser.text

    @pytest.mark.parametrize("value", ["", "no base64!", "bm90IGpzb24=", "W10=", "e30=", "x" * 10_000])
    def test_a_notice_that_cannot_be_read_says_nothing(self, browser, server, value):
        browser.cookies[cookies.NOTICE] = value
        browser.open(HOME)
        assert (browser.failed, browser.errors) == ([], [])


class TestEmpty:
    @pytest.mark.parametrize(
        ("address", "words"),
        [
            (HOME, "Everything is up and running"),
            (JOIN, "Code of your class"),
            (LIVE, "Open a class"),
            (REPORTS, "No classes yet"),
            (ANALYSE, "Every face is read"),
            (MODEL, "Try it on a picture"),
            (SETTINGS, "one commit a second"),
        ],
    )
    def test_a_page_without_any_class_says_what_to_do(self, as_ada, address, words):
        as_ada.open(address)
        assert (as_ada.failed, as_ada.errors) == ([], [])
        assert words in as_ada.text

    def test_a_class_that_nobody_has_joined_shows_its_code_and_an_empty_board(self, as_ada, server, ada):
        info = server.open_class(ada.teacher, "Empty")
        as_ada.open(LIVE)
        assert as_ada.failed == []
        assert f"https://school.example/Join?code={info.code}" in as_ada.text
        assert "Nobody has joined yet" in as_ada.text

    def test_a_report_without_any_analysis_says_so(self, as_ada, server, ada):
        server.end_class(server.open_class(ada.teacher, "Empty"))
        as_ada.open(REPORTS)
        assert as_ada.failed == []
        assert "No face was analysed" in as_ada.text


def charts_of(app):
    return app.get("plotly_chart")


class TestReports:
    def test_a_class_is_shown_with_its_totals(self, as_ada, server, seeded):
        as_ada.open(REPORTS)
        assert as_ada.failed == []
        values = {metric.label: metric.value for metric in as_ada.app.metric}
        assert (values["Students"], values["Analyses"]) == ("3", str(seeded.analyses))
        assert values["With a usable face"] == f"{seeded.usable / seeded.analyses:.0%}"
        assert list(as_ada.app.dataframe[0].value["Student"]) == ["Ann", "Ben", "Cem"]
        assert f"/class/{seeded.info.id}/session.csv" in as_ada.text

    def test_everybody_has_a_row_and_chosen_ones_a_line(self, as_ada, server, seeded):
        as_ada.open(REPORTS)
        charts = {chart.proto.id.rsplit("-", 1)[-1]: json.loads(chart.proto.spec) for chart in charts_of(as_ada.app)}
        assert list(charts) == ["report", "map"]
        assert charts["map"]["layout"]["yaxis"]["ticktext"] == ["Ann", "Ben", "Cem"]
        as_ada.app.multiselect[0].select("Ben").run()
        assert as_ada.failed == []
        (line,) = json.loads(charts_of(as_ada.app)[-1].proto.spec)["data"]
        assert line["name"] == "Ben"

    def test_the_class_list_says_who_was_absent_and_who_is_not_on_it(self, as_ada, server, ada):
        info = server.open_class(ada.teacher, "Optics", "ann\nDana")
        server.join(info.code, "Ann", share_camera=False)
        server.join(info.code, "Guest", share_camera=False, insists_on="Guest")
        as_ada.open(REPORTS)
        assert as_ada.failed == []
        assert "1 of 2 on the list were here. 1 came who are not on the list." in as_ada.text
        rows = as_ada.app.dataframe[-1].value
        assert rows["On the list"].tolist() == ["ann", "Dana", ""]
        assert rows["Joined as"].tolist() == ["ann", "", "Guest"]
        assert rows["Note"].tolist() == ["here", "absent", "not on the list"]

    def test_the_class_in_the_address_is_the_one_shown(self, as_ada, server, ada, seeded):
        other = seed_class(server.store, ada.teacher.id, names=("Dan", "Eve"))
        as_ada.open(REPORTS, **{"class": str(seeded.info.id)})
        assert f"/class/{seeded.info.id}/session.csv" in as_ada.text
        as_ada.open(REPORTS, **{"class": "no number"})
        assert as_ada.failed == []
        assert f"/class/{other.info.id}/session.csv" in as_ada.text

    def test_classes_are_compared_once_two_are_chosen(self, as_ada, server, ada, seeded):
        as_ada.open(REPORTS)
        assert [each.label for each in as_ada.app.multiselect] == ["Compare people (up to 6)"], "one class is no choice"
        server.join(server.open_class(ada.teacher, "Waves").code, "Dan", share_camera=False)
        as_ada.open(REPORTS)
        choice = as_ada.app.multiselect(key="compared-classes")
        assert len(choice.options) == 2
        choice.set_value(choice.options).run()
        assert as_ada.failed == []
        table = next(each.value for each in as_ada.app.dataframe if "95% interval" in each.value)
        assert table["Joined"].tolist() == ["3", "1"] and set(table["95% interval"]) == {"not known"}

    def test_deleting_a_class_deletes_all_of_it(self, as_ada, server, seeded):
        as_ada.open(REPORTS)
        next(button for button in as_ada.app.button if button.label == "Delete it for good").click().run()
        assert as_ada.failed == []
        assert server.store.classes.get(seeded.info.id) is None
        assert len(server.store.readings.of_class(seeded.info.id)) == 0
        assert "No classes yet" in as_ada.text


class TestSettings:
    def test_health_is_said_in_words(self, as_ada, server):
        server.engine.state, server.engine.problem = "starting", "The face models are being brought."
        as_ada.open(SETTINGS)
        assert as_ada.failed == []
        assert "SQLite file; one commit a second." in as_ada.text
        assert "The face models are being brought." in as_ada.text

    def test_a_key_for_a_colleague_works_once(self, as_ada, server):
        as_ada.open(SETTINGS)
        next(each for each in as_ada.app.button if each.label == "Make a key").click().run()
        assert as_ada.failed == []
        key = as_ada.app.code[0].value
        assert sign_up(server.accounts, "Grace")
        assert server.accounts.create(key, "Mary", "correct horse battery").teacher.name == "Mary"

    def test_who_set_the_server_up_removes_a_colleague_who_is_out_with_the_next_run(self, as_ada, server, clock):
        grace = sign_up(server.accounts, "Grace")
        seeded = seed_class(server.store, grace.teacher.id)
        as_ada.open(SETTINGS)
        assert "The account of Grace goes, with 1 class" in as_ada.text
        next(each for each in as_ada.app.button if each.label == "Remove for good").click().run()
        assert as_ada.failed == []
        assert "Grace" not in as_ada.text
        assert server.accounts.teacher_of(grace.token) is None
        assert server.store.classes.get(seeded.info.id) is None and not server.is_open(seeded.info)

    def test_a_colleague_can_remove_nobody(self, browser, server, ada):
        grace = sign_up(server.accounts, "Grace")
        browser.cookies[cookies.TEACHER] = grace.token
        browser.open(SETTINGS)
        assert "A colleague has left" not in browser.text
        with pytest.raises(NotAllowed):
            server.keeping.remove_teacher(grace.teacher, ada.teacher)
        with pytest.raises(NotAllowed):
            server.keeping.remove_teacher(ada.teacher, ada.teacher)

    @pytest.mark.parametrize("how", ["removed", "signed out in another tab"])
    def test_a_board_that_only_refreshes_itself_shows_the_gate_too(self, browser, server, ada, monkeypatch, how):
        grace = sign_up(server.accounts, "Grace")
        live = server.board(seed_class(server.store, grace.teacher.id).info)
        browser.cookies[cookies.TEACHER] = grace.token
        browser.open(LIVE)
        assert "Ann" in browser.text
        if how == "removed":
            server.keeping.remove_teacher(ada.teacher, grace.teacher)
        else:
            server.accounts.sign_out(grace.token)

        class Rerun(Exception): ...

        def rerun():
            raise Rerun

        monkeypatch.setattr("classroom.ui.board_view.st.rerun", rerun)
        with pytest.raises(Rerun):
            board_view._refreshing.__wrapped__(Visit(server, grace.teacher, ZoneInfo("UTC")), live)
        browser.app.run()
        assert browser.failed == []
        assert "Sign in to teach" in browser.text and "Ann" not in browser.text


class TestStoreDown:
    @pytest.mark.parametrize("address", EVERY_PAGE)
    @pytest.mark.parametrize("kind", ["a folder in a file", "a server that is not there"])
    def test_a_page_says_so_in_a_sentence(self, browser, no_store, monkeypatch, address, kind):
        if kind == "a server that is not there":
            monkeypatch.setenv("DATABASE_URL", "postgresql://teacher@127.0.0.1:1/classes")
        browser.cookies = {cookies.TEACHER: "some token", cookies.STUDENT: "some token"}
        browser.open(address)
        assert browser.failed == []
        assert len(browser.errors) == 1
        assert "The class database does not answer" in browser.errors[0]
        assert "Traceback" not in browser.text

    @pytest.mark.parametrize("address", TEACHERS_PAGES)
    def test_a_store_that_goes_away_later_is_a_sentence_too(self, as_ada, server, seeded, monkeypatch, address):
        as_ada.open(address)
        monkeypatch.setattr(server.store.teachers, "signed_in", away)
        as_ada.app.run()
        assert as_ada.failed == []
        assert as_ada.errors == ["The class database does not answer."]
        assert "Ann" not in as_ada.text

    def test_a_board_whose_store_is_away_says_so_and_keeps_its_page(self, as_ada, server, seeded, monkeypatch, clock):
        as_ada.open(LIVE)
        clock.advance(2)
        monkeypatch.setattr(server.board(seeded.info), "look", away_after(server.board(seeded.info).look))
        as_ada.app.run()
        assert as_ada.failed == []
        assert "The class database does not answer." in as_ada.text

    def test_it_is_back_with_the_next_run(self, browser, no_store, monkeypatch, tmp_path):
        browser.open(HOME)
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'back.db'}")
        browser.app.run()
        assert (browser.failed, browser.errors) == ([], [])
        assert "Everything is up and running" in browser.text


def test_hostile_names_are_text_on_every_page_that_shows_them(as_ada, server, ada):
    html_title, roster = HOSTILE_NAMES[2][0], "\n".join(typed for typed, _, _ in HOSTILE_NAMES)
    info = server.open_class(ada.teacher, html_title, roster)
    names = [kept for _, kept, _ in HOSTILE_NAMES]
    tokens = []
    for typed, _, _ in HOSTILE_NAMES[:-1]:
        student, token = server.join(info.code, typed, False, insists_on=typed)
        server.presence.page_ran(student, "page")
        tokens.append(token)
    server.recorder.flush()
    for address in (LIVE, REPORTS):
        as_ada.open(address)
        _are_text(as_ada, names)
    as_ada.open(JOIN, code=info.code)
    _are_text(as_ada, names)
    for token in tokens[2:4]:
        as_ada.cookies = {cookies.STUDENT: token}
        as_ada.open(JOIN)
        _are_text(as_ada, names)


@pytest.mark.parametrize(
    ("error", "words", "why"),
    [
        (StoreError("The class *database* does not answer."), r"The class \*database\* does not answer\.", "ours"),
        (KeyError("secret"), "This page failed. Reload it; what was recorded is safe.", "nobody's"),
    ],
)
def test_what_a_page_did_not_foresee_is_one_sentence_without_its_details(monkeypatch, error, words, why):
    said = []
    monkeypatch.setattr(trouble.st, "error", lambda sentence, icon: said.append(sentence))
    assert trouble.say_what_failed(error)
    assert said == [words]


def _are_text(browser, names: list[str]) -> None:
    """No markup of the page carries a name with a meaning: in HTML it is escaped, in Markdown each sign of it is."""
    assert browser.failed == []
    assert {kind for kind, _ in browser.markup} == {"html", "markdown"}
    for kind, body in browser.markup:
        for name in names:
            assert name not in body or html.escape(name) == name or kind == "markdown"
        assert kind == "html" or not re.search(r"(?<!\\)<img|\]\(http|=1\+1", body), body
