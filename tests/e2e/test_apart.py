"""Who belongs to no class sees nothing of any, and two classes see nothing of each other."""

import pytest
from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from classroom.accounts import Accounts
from classroom.clock import now_ms
from classroom.codes import show_code
from classroom.records import Sharing
from classroom.store import Store
from classroom.ui import cookies
from classroom.ui.addresses import HOME, JOIN, LIVE, REPORTS, SETTINGS
from tests.e2e.people import PATIENCE_MS, wait_until

FILES = ("session.csv", "attendance.csv")


def test_two_classes_at_once_never_see_each_others_students(server: ServerProcess, new_teacher, new_student):
    ada, emmy = new_teacher(server, "Ada"), new_teacher(server, "Emmy")
    codes = ada.open_class("Algebra"), emmy.open_class("Rings")
    # The same name in both classes is two students.
    for code, names in zip(codes, (("Sam", "Anneliese"), ("Sam", "Evelina")), strict=True):
        for name in names:
            new_student(server).join(code, name, camera=name == "Sam")
    for teacher, other in ((ada, "Anneliese"), (emmy, "Evelina")):
        teacher.sees("Sam", "live")
        teacher.sees(other, "without camera")
    assert ada.names_on_board() == {"Sam", "Anneliese"}
    assert emmy.names_on_board() == {"Sam", "Evelina"}

    ids = [server.one("select id from classes where code = ?", code) for code in codes]
    for file in FILES:
        assert ada.context.request.get(f"{server.url}/class/{ids[0]}/{file}").status == 200
        assert ada.context.request.get(f"{server.url}/class/{ids[1]}/{file}").status == 404
    ada.page.goto(f"{server.url}{LIVE}?class={ids[1]}")
    expect(ada.page.locator(".state .title")).to_have_text("Algebra", timeout=PATIENCE_MS)
    assert "Rings" not in ada.page.content() and "Evelina" not in ada.page.content()
    ada.open_reports("Algebra", f"?class={ids[1]}")
    assert "Rings" not in ada.page.content() and "Evelina" not in ada.page.content()
    ada.page.goto(server.url + LIVE)
    ada.sees("Sam", "live")
    ada.end_class()
    emmy.sees("Sam", "live")
    assert server.one("select ended_ms from classes where code = ?", codes[1]) is None


@pytest.fixture(scope="module")
def secret_class(server: ServerProcess):
    """A running class that a passer-by must learn nothing of: (id, words that must not be shown)."""
    store = Store(f"sqlite:///{server.folder / 'classpulse.db'}")
    accounts = Accounts(store, now_ms)
    teacher = accounts.create(accounts.new_key(), "Grace", "correct horse").teacher
    info = store.classes.open(teacher.id, "Quaternions", ["Rosalind"], now_ms())
    store.classes.join(info.id, "Wilhelmina", "0" * 64, Sharing.CAMERA, now_ms(), 60)
    store.close()
    return info.id, ("Quaternions", "Rosalind", "Wilhelmina", "Grace", info.code, show_code(info.code))


@pytest.mark.parametrize("address", [HOME, JOIN, LIVE, REPORTS, SETTINGS])
def test_a_passer_by_sees_nothing_of_any_class(server: ServerProcess, open_context, secret_class, address):
    class_id, secrets = secret_class
    page = open_context().new_page()
    for query in ("", f"?class={class_id}"):
        page.goto(server.url + address + query)
        expect(page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE_MS)
        wait_until(lambda: page.locator('[data-testid="stStatusWidget"]').count() == 0, "the page at rest", page=page)
        assert [word for word in secrets if word in page.content()] == []


def test_a_passer_by_gets_no_file(server: ServerProcess, open_context, secret_class):
    class_id, _ = secret_class
    stranger, guesser = open_context(), open_context()
    guesser.add_cookies([{"name": cookies.TEACHER, "value": "guessed", "url": server.url}])
    for file in FILES:
        for visitor in (stranger, guesser):
            answer = visitor.request.get(f"{server.url}/class/{class_id}/{file}")
            assert answer.status == 404
            no_class = visitor.request.get(f"{server.url}/class/999999/{file}")
            assert answer.text() == no_class.text(), "says that the class exists"
