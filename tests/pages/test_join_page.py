"""The way into a class, and the page of a student who is in it."""

import pytest

from classroom.records import Sharing
from classroom.shedding import NO_MORE_CAMERAS, Shedding
from classroom.ui import cookies
from classroom.ui.addresses import JOIN
from tests.fakes import camera_frame, face
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


def test_the_link_fills_the_code_in_and_asks_before_any_camera(browser, server, seeded, monkeypatch):
    asked = []
    monkeypatch.setattr("classroom.ui.student_view.share_camera", lambda *_, **__: asked.append(1))
    browser.open(JOIN, code=f"{seeded.info.code[:4]}-{seeded.info.code[4:]}".lower())
    assert browser.failed == []
    for words in ("Optics", "What is computed", "What is kept", "Share my camera", "Join without camera"):
        assert words in browser.text.replace("\\", "")
    assert not any(name in browser.text for name in ("Ann", "Ben", "Cem")), "no other student's name"
    assert asked == []


def test_names_of_the_list_are_offered_until_somebody_has_them(browser, server, ada):
    info = server.open_class(ada.teacher, "Optics", "Ann\nBen")
    server.join(info.code, "ann", True)
    browser.open(JOIN, code=info.code)
    assert '<option value="Ben">' in browser.text
    assert "Ann" not in browser.text


def test_a_student_in_a_class_sees_the_own_label_and_nobody_elses(browser, server, seeded, ada):
    dan, token = _join_with_camera(server, seeded, "Dan")
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    server.frame_arrived(dan, camera_frame())
    server.engine.answer = face("surprise")
    server.ticker.serve(1e9)
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
    server.erase_class(seeded.info)
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    assert browser.failed == []
    assert "Join your class" in browser.text


def _join_with_camera(server, seeded, name: str):
    """The seeded class has three of four seats taken."""
    return server.join(seeded.info.code, name, True)
