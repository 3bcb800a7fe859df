"""The way into a class, and the page of a student who is in it."""

import base64
import contextlib
import itertools
import json

import pytest

from classroom.codes import ALPHABET
from classroom.door import SLOW_MS, WRONG_OF_ADDRESS
from classroom.errors import CodeError
from classroom.modes import Mode
from classroom.records import Sharing
from classroom.shedding import NO_MORE_CAMERAS, Shedding
from classroom.ui import cookies
from classroom.ui.addresses import JOIN
from classroom.ui.mirror import PROBLEMS, Camera
from tests.fakes import camera_frame, face, serve
from tests.pages.away import away


@pytest.mark.parametrize(
    ("code", "words", "why"),
    [
        ("", "Type the code and press Enter", "nothing"),
        ("ABC", "has 8 letters and digits", "mistyped"),
        ("ABCD-EFGH", "No open class has this code", "wrong"),
        ("<b>x</b>", "Look at it again", "no code at all"),
    ],
)
def test_a_code_that_opens_nothing_is_said(browser, server, code, words, why):
    browser.open(JOIN, **({"code": code} if code else {}))
    assert browser.failed == []
    assert words in browser.text.replace("\\", "")


def test_a_closed_class_is_said(browser, server, seeded):
    server.end_class(seeded.info)
    browser.open(JOIN, code=seeded.info.code)
    assert browser.failed == []
    assert "No open class has this code" in browser.errors[0]
    assert "Optics" not in browser.text


class TestManyWrongCodes:
    """200 of them from this network: the page takes its time, and a right code opens."""

    @pytest.fixture
    def slept(self, server, monkeypatch) -> list[float]:
        for code in itertools.islice(itertools.product(ALPHABET, repeat=8), WRONG_OF_ADDRESS):
            with contextlib.suppress(CodeError):
                server.door.find("".join(code))
        slept: list[float] = []
        monkeypatch.setattr("classroom.ui.find_class.sleep", slept.append)
        monkeypatch.setattr("classroom.ui.find_class.visitor_address", lambda: "")
        return slept

    def test_a_right_code_opens_after_a_wait_and_waits_once(self, browser, server, seeded, slept):
        browser.open(JOIN, code=seeded.info.code)
        assert browser.failed == []
        assert "Optics" in browser.text and slept == [SLOW_MS / 1000]
        assert f'name="ticket" value="{server.door.ticket(seeded.info)}"' in browser.text
        browser.app.run()
        assert "Optics" in browser.text and len(slept) == 1, "such as when a language is chosen"

    def test_every_wrong_one_waits_and_what_cannot_be_a_code_does_not(self, browser, server, slept):
        for code, sleeps in (("ZZZZ-ZZZY", 1), ("ZZZZ-ZZZX", 2), ("ABC", 2)):
            browser.open(JOIN, code=code)
            assert browser.failed == []
            assert len(slept) == sleeps, code


def test_the_link_fills_the_code_in_and_asks_before_any_camera(browser, server, seeded, monkeypatch):
    asked = []
    monkeypatch.setattr("classroom.ui.student_view.share_camera", lambda *_, **__: asked.append(1))
    browser.open(JOIN, code=f"{seeded.info.code[:4]}-{seeded.info.code[4:]}".lower())
    assert browser.failed == []
    for words in ("Optics", "What is computed", "What is kept", "Share my camera", "Join without camera"):
        assert words in browser.text.replace("\\", "")
    assert not any(name in browser.text for name in ("Ann", "Ben", "Cem")), "no other student's name"
    assert asked == []


def test_who_has_only_the_code_reads_no_name_of_the_list(browser, server, ada):
    info = server.open_class(ada.teacher, "Optics", "Ann Smith\nBen Okafor")
    server.join(info.code, "ann smith", True)
    browser.open(JOIN, code=info.code)
    assert browser.failed == []
    assert "Optics" in browser.text
    assert not any(name in browser.text for name in ("Ann", "Smith", "Ben", "Okafor"))


def test_a_name_that_is_not_on_the_list_is_asked_about_and_goes_in_when_it_is_sent_again(browser, server, ada):
    info = server.open_class(ada.teacher, "Optics", "Ann Smith")
    form = {"class_code": info.code, "student_name": "Eve <b>", "asked": "yes"}
    notice = base64.urlsafe_b64encode(json.dumps({"kind": "error", "sentence": "?", "form": form}).encode())
    browser.cookies[cookies.NOTICE] = notice.decode()
    browser.open(JOIN, code=info.code)
    assert browser.failed == []
    assert '<input type="hidden" name="asked" value="Eve &lt;b&gt;">' in browser.text
    browser.cookies.clear()
    browser.open(JOIN, code=info.code)
    assert 'name="asked"' not in browser.text


def test_a_student_in_a_class_sees_the_own_label_and_nobody_elses(browser, server, seeded, ada):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    server.frame_arrived(dan, camera_frame())
    server.engine.answer = face("surprise")
    serve(server.ticker, 1e9)
    server.recorder.flush()
    server.clock.advance(4.5)
    browser.open(JOIN)
    assert browser.failed == []
    assert "surprise" in browser.text
    assert not any(name in browser.text for name in ("Ann", "Ben", "Cem"))
    assert dan.id in server.presence.seen()


@pytest.mark.parametrize(
    ("label", "sharing"),
    [("Pause my camera", Sharing.PAUSED), ("Go on without camera", Sharing.NOTHING)],
)
def test_pausing_and_going_on_without_camera(browser, server, seeded, label, sharing):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    next(button for button in browser.app.button if button.label == label).click().run()
    assert browser.failed == []
    assert server.student_of(token)[0].sharing is sharing


def test_a_choice_that_cannot_be_kept_is_said(browser, server, seeded, monkeypatch):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    monkeypatch.setattr(server.store.classes, "set_sharing", away)
    next(button for button in browser.app.button if button.label == "Pause my camera").click().run()
    assert browser.failed == []
    assert browser.errors == ["The class database does not answer."]


def test_a_machine_at_its_limit_takes_no_camera_of_who_came_without(browser, server, seeded, monkeypatch):
    dan, token = server.join(seeded.info.code, "Dan", share_camera=False)
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    monkeypatch.setattr(Shedding, "refuses_cameras", True)
    next(button for button in browser.app.button if button.label == "Share my camera").click().run()
    assert browser.failed == []
    assert browser.errors == [NO_MORE_CAMERAS]
    assert server.student_of(token)[0].sharing is Sharing.NOTHING


def test_an_ended_class_says_goodbye(browser, server, seeded):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    server.end_class(seeded.info)
    browser.app.run()
    assert browser.failed == []
    assert "The class has ended" in browser.text


def test_who_has_left_may_come_back_and_is_not_present_meanwhile(browser, server, seeded):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = cookies.mark_left(token)
    browser.open(JOIN)
    assert browser.failed == []
    assert "You have left the class" in browser.text
    assert "/student/come-back" in browser.text
    assert dan.id not in server.presence.seen()


def test_a_link_to_another_class_wins_over_the_cookie_of_this_one(browser, server, ada, seeded):
    _, token = _join_with_camera(server, seeded, "Dan")
    other = server.open_class(ada.teacher, "Chemistry")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN, code=other.code)
    assert browser.failed == []
    assert "Chemistry" in browser.text
    assert "/student/join" in browser.text


def test_the_cookie_of_an_erased_class_is_no_error(browser, server, seeded):
    _, token = _join_with_camera(server, seeded, "Dan")
    server.keeping.erase_class(seeded.info)
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    assert browser.failed == []
    assert "Join your class" in browser.text


@pytest.mark.parametrize("problem", [Camera.DENIED, Camera.MISSING, Camera.BUSY, Camera.INSECURE, Camera.ENDED])
def test_a_camera_that_does_not_work_is_kept_as_none_shared_and_said_on_this_page_only(
    browser, server, seeded, monkeypatch, problem
):
    _, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    monkeypatch.setattr("classroom.ui.student_view.show_mirror", lambda *_, **__: problem)
    browser.open(JOIN)
    assert browser.failed == []
    assert PROBLEMS[problem] in browser.text
    assert server.student_of(token)[0].sharing is Sharing.NOTHING
    monkeypatch.setattr("classroom.ui.student_view.show_mirror", lambda *_, **__: Camera.ON)
    _button(browser, "Try again").click().run()
    assert server.student_of(token)[0].sharing is Sharing.CAMERA
    assert PROBLEMS[problem] not in browser.text


def test_the_badge_says_what_the_server_receives_whatever_the_browser_says_of_its_camera(browser, server, seeded):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)  # the browser says that its camera is on
    assert "Your camera is not being analysed" in browser.text
    server.frame_arrived(dan, camera_frame())
    browser.open(JOIN)
    assert "it is not being read just now" in browser.text
    serve(server.ticker, 1e10)
    browser.open(JOIN)
    assert "Your camera is being analysed" in browser.text


def test_what_is_stored_can_be_seen_and_the_last_minute_taken_back(browser, server, seeded, monkeypatch):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    assert "reading of your face" not in browser.text, "nothing is read from the store before somebody asks"
    server.frame_arrived(dan, camera_frame())
    serve(server.ticker, 1e10)
    monkeypatch.setattr("classroom.ui.rights_view._is_open", lambda shown: True)
    browser.open(JOIN)
    assert "Your name, 1 reading of your face, 1 time that you were here. No picture" in browser.text
    assert "It is deleted 90 days after the class." in browser.text
    assert "/student/my-data.json" in browser.text and "/student/erase-me" in browser.text
    next(button for button in browser.app.button if button.label.startswith("That's wrong")).click().run()
    assert browser.failed == []
    assert "1 reading of the last minute deleted" in browser.text
    assert len(server.store.readings.of_class(seeded.info.id, student_id=dan.id)) == 0


def test_where_nothing_is_kept_about_anybody_the_last_seconds_can_be_taken_back(browser, server, ada, monkeypatch):
    info = server.open_class(ada.teacher, "Optics", mode=Mode.CLASS_ONLY)
    dan, token = server.join(info.code, "Dan", True)
    browser.cookies[cookies.STUDENT] = token
    monkeypatch.setattr("classroom.ui.rights_view._is_open", lambda shown: True)
    browser.open(JOIN)
    assert "That's wrong: forget the last seconds" in browser.text
    taken = []
    monkeypatch.setattr(server.windows, "take_back", taken.append)
    next(button for button in browser.app.button if button.label.startswith("That's wrong")).click().run()
    assert browser.failed == []
    assert taken == [dan.id]
    assert "nobody can be taken out of it" in browser.text


@pytest.mark.parametrize("left", [True, False])
def test_who_has_left_and_whose_class_has_ended_can_still_see_and_erase(browser, server, seeded, monkeypatch, left):
    _, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = cookies.mark_left(token) if left else token
    if not left:
        server.end_class(seeded.info)
    monkeypatch.setattr("classroom.ui.rights_view._is_open", lambda shown: True)
    browser.open(JOIN)
    assert browser.failed == []
    assert "/student/erase-me" in browser.text
    assert ("90 days after the class" if left else "It is deleted on 5 April 2026.") in browser.text


def test_who_was_erased_is_told_so_by_the_page_that_is_open(browser, server, seeded, ada):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    server.keeping.erase_student(ada.teacher, seeded.info, dan.id)
    browser.app.run()
    assert browser.failed == []
    assert "Join your class" in browser.text
    assert dan.id not in server.presence.seen()


@pytest.mark.parametrize("left", [True, False])
def test_a_day_after_the_class_a_cookie_shows_nothing_of_it(browser, server, seeded, left):
    _, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = cookies.mark_left(token) if left else token
    server.end_class(seeded.info)
    server.clock.advance(24 * 3_600 + 1)
    browser.open(JOIN)
    assert browser.failed == []
    assert "Join your class" in browser.text
    assert not any(words in browser.text for words in ("Dan", "Optics", "/student/erase-me", "Come back"))


def test_another_tab_of_who_left_on_a_shared_computer_is_nobodys(browser, server, seeded):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    assert "Leave on a shared computer" in browser.text
    server.leave_for_good(dan)
    browser.app.run()
    assert browser.failed == []
    assert "Join your class" in browser.text
    assert dan.id not in server.presence.seen()


def test_how_long_it_is_kept_is_said_before_anybody_joins(browser, server, seeded):
    browser.open(JOIN, code=seeded.info.code)
    assert "All of it is deleted 90 days after the class" in browser.text
    assert "Until a day after you were last here, this browser shows it to you" in browser.text


def _button(browser, label: str):
    return next(button for button in browser.app.button if button.label == label)


def _join_with_camera(server, seeded, name: str):
    """The seeded class has three of four seats taken."""
    return server.join(seeded.info.code, name, True)
