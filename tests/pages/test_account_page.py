"""The own account in Settings: who is signed in where, another password, out everywhere."""

import pytest

from classroom.ui import cookies
from classroom.ui.addresses import SETTINGS
from tests.fakes import PASSWORD


@pytest.mark.parametrize(("more", "words"), [(0, "in this browser only"), (2, "in 3 browsers, this one among them")])
def test_in_how_many_browsers_somebody_is_signed_in_is_said(as_ada, server, more, words):
    for _ in range(more):
        server.accounts.sign_in("Ada Teacher", PASSWORD)
    as_ada.open(SETTINGS)
    assert as_ada.failed == []
    assert f"You are signed in as **Ada Teacher**, {words}." in as_ada.text


def test_the_forms_are_plain_posts_and_the_old_password_is_asked_for(as_ada):
    as_ada.open(SETTINGS)
    for words in (
        'action="/teacher/password"',
        'name="secret"',
        'name="new_secret"',
        'action="/teacher/sign-out-everywhere"',
    ):
        assert words in as_ada.text


def test_an_account_of_the_school_has_no_password_to_change(browser, server, ada):
    """Ada has confirmed the lawful basis."""
    signed_in = server.accounts.sign_in_by("the school's Grace", "grace@school.example", 0)
    browser.cookies[cookies.TEACHER] = signed_in.token
    browser.open(SETTINGS)
    assert browser.failed == []
    assert "/teacher/sign-out-everywhere" in browser.text and "/teacher/password" not in browser.text
