"""The button that clears rows which nobody fills, on the page of a class that runs."""

import pytest

from classroom.ui.addresses import LIVE
from tests.pages.away import away


@pytest.fixture
def opened(as_ada, monkeypatch):
    monkeypatch.setattr("classroom.ui.empty_rows_view._is_open", lambda shown: True)
    return as_ada


@pytest.fixture
def info(server, ada, clock):
    """Two rows of a script, whose pages nobody opened; Ann is here without a camera."""
    info = server.open_class(ada.teacher, "Optics")
    for number in (1, 2):
        server.join(info.code, f"<b>Bot {number}", False)
    ann, _ = server.join(info.code, "Ann", False)
    server.presence.page_ran(ann, "page")
    return info


def clear_button(browser):
    return next(button for button in browser.app.button if button.proto.id.endswith("clear-now-1"))


def names(server, info) -> list[str]:
    return [student.name for student in server.store.classes.students(info.id)]


def test_nothing_is_read_before_somebody_opens_it(as_ada, server, info, monkeypatch):
    monkeypatch.setattr(server.empty_rows, "of", lambda info: pytest.fail("nobody looks"))
    as_ada.open(LIVE)
    assert as_ada.failed == []
    assert "Clear empty places" in as_ada.text


def test_one_button_clears_those_in_which_nobody_is(opened, server, info):
    opened.open(LIVE)
    assert opened.failed == []
    assert "3 places with neither a reading nor a tap. Chosen: 2 in which nobody is now." in opened.text
    button = clear_button(opened)
    assert button.label == "Clear 2 places"
    button.click().run()
    assert opened.failed == []
    assert names(server, info) == ["Ann"], "she may be a student without a camera"
    assert "2 places cleared" in opened.text


def test_others_go_when_they_are_chosen(opened, server, info):
    opened.open(LIVE)
    rows = next(group for group in opened.app.button_group if "Ann" in group.options)
    rows.set_value([student.id for student in server.store.classes.students(info.id)]).run()
    clear_button(opened).click().run()
    assert opened.failed == []
    assert names(server, info) == []


def test_a_class_without_any_says_so(opened, server, ada):
    server.open_class(ada.teacher, "Optics")
    opened.open(LIVE)
    assert "There are none" in opened.text


def test_what_cannot_be_done_is_said_and_clears_nothing(opened, server, info, monkeypatch):
    opened.open(LIVE)
    monkeypatch.setattr(server.rights, "erase", away)
    clear_button(opened).click().run()
    assert opened.failed == []
    assert "The class database does not answer" in opened.text.replace("\\", "")
    assert len(names(server, info)) == 3
