"""A page whose teacher was signed out elsewhere, or whose student is gone, does nothing any more.

Streamlit runs callbacks before the script and fragments without it: what the gate on top of a page stops is not enough.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from classroom.errors import StoreError
from classroom.records import MarkerKind, Sharing, SignalKind
from classroom.store import tables
from classroom.ui import (
    board_view,
    cookies,
    demo_view,
    empty_rows_view,
    gate,
    health,
    pictures_view,
    recording_view,
    rights_view,
    room_view,
    student_view,
    try_view,
)
from classroom.ui.addresses import ANALYSE, HOME, JOIN, LIVE, MODEL, REPORTS, SETTINGS
from classroom.ui.page import StudentVisit, Visit
from tests.fakes import PASSWORD, camera_frame, seed_class, sign_up
from tests.pages.away import away

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "home.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "classroom" / "ui").glob("*.py")]
TEACHERS_PAGES = (HOME, LIVE, REPORTS, ANALYSE, MODEL, SETTINGS)
# Signing in at the school's provider needs no cookie of ours, and the charts of the network are for everybody.
FOR_ANYBODY = {"gate.py", "school_door.py", "model_view.py"}


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def callbacks(path: Path) -> Iterator[ast.expr]:
    """What stands after ``on_click=``, ``on_change=`` and their kind, whoever is called with it."""
    return (word.value for call in calls(path) for word in call.keywords if word.arg and word.arg.startswith("on_"))


def is_harmless(given: ast.expr) -> bool:
    """Gated, ``"rerun"``, or a function of nothing that does nothing, as components want one."""
    match given:
        case ast.Call(func=ast.Name(id="gated")):
            return True
        case ast.Constant(value=str()):
            return True
        case ast.Lambda(args=ast.arguments(args=[]), body=ast.Constant(value=None)):
            return True
    return False


class TestSources:
    def test_every_callback_of_every_page_goes_through_the_gate(self):
        found = [(path.name, given) for path in SOURCES for given in callbacks(path)]
        assert len(found) >= 30, "the sources have moved: this test reads nothing"
        assert [(name, ast.unparse(given)) for name, given in found if not is_harmless(given)] == []

    def test_a_callback_without_the_gate_would_be_found(self, tmp_path):
        page = tmp_path / "page.py"
        page.write_text(
            "st.button('a', on_click=gated(visit, act))\nst.popover('b', on_change='rerun')\n"
            "part(on_found_change=lambda: None)\nst.button('c', on_click=act)\nst.button('d', on_click=lambda: act())\n"
        )
        assert [is_harmless(given) for given in callbacks(page)] == [True, True, True, False, False]

    def test_nobody_gives_a_callback_in_another_way(self):
        """Positional, or by ``**options``: neither would be found by its name."""
        for path in SOURCES:
            text = path.read_text("utf-8")
            assert "'on_" not in text and '"on_' not in text, path.name
            for call in calls(path):
                if ast.unparse(call.func).endswith((".button", ".form_submit_button")):
                    assert len(call.args) == 1, ast.unparse(call)

    def test_every_fragment_goes_through_the_gate(self):
        users = {path.name for path in SOURCES if "st.fragment" in path.read_text("utf-8")}
        assert users == {"gate.py"}
        assert sum("@gated_fragment" in path.read_text("utf-8") for path in SOURCES) >= 8

    def test_few_things_are_for_anybody(self):
        assert {path.name for path in SOURCES if "ANYBODY" in path.read_text("utf-8")} == FOR_ANYBODY


class Door:
    """An entry that a test opens and shuts."""

    def __init__(self, holds: bool | Exception) -> None:
        self.holds = holds

    def still_holds(self) -> bool:
        if isinstance(self.holds, Exception):
            raise self.holds
        return self.holds


@pytest.mark.parametrize(("holds", "done"), [(True, [1]), (False, []), (StoreError("away"), [])])
def test_a_callback_acts_only_while_its_visitor_may(holds, done):
    acted = []
    door = Door(True)
    callback = gate.gated(door, acted.append)
    door.holds = holds  # after the page was drawn
    callback(1)
    assert acted == done


def everything_kept(server) -> str:
    """All that is stored, but for who is signed in and who is here."""
    kept = [table for table in tables.metadata.sorted_tables if table.name not in ("sign_ins", "visits")]
    with server.store._database.begin() as connection:
        return repr([connection.execute(select(table)).all() for table in kept])


@pytest.fixture
def full(as_ada, server, ada, seeded):
    """Every page has what it can have: a class that runs with a hand up and a marker, one that is over, a colleague."""
    ann = seeded.students[0]
    server.presence.page_ran(ann, "page")
    server.signals.signal(ann, SignalKind.HAND_UP)
    server.markers.mark(ada.teacher, seeded.info, MarkerKind.TOPIC, "Lenses")
    over = seed_class(server.store, ada.teacher.id, ("Dan", "Eve"))
    server.end_class(over.info)
    sign_up(server.accounts, "Grace")
    return as_ada


def how_many_buttons(browser, address: str) -> int:
    browser.open(address)
    assert browser.failed == []
    return len(browser.app.button)


class TestASignedOutTeacher:
    @pytest.mark.parametrize("address", TEACHERS_PAGES)
    def test_no_button_of_any_page_does_anything_and_the_page_shows_its_gate(self, full, server, ada, address):
        pressed = 0
        for number in range(how_many_buttons(full, address)):
            ada = server.accounts.sign_in("Ada Teacher", PASSWORD)
            full.cookies[cookies.TEACHER] = ada.token
            full.open(address)
            button = full.app.button[number]
            if button.proto.disabled:
                continue  # Streamlit itself drops what is said of these
            server.accounts.sign_out(ada.token)
            before = everything_kept(server)
            button.click().run()
            assert everything_kept(server) == before, button.label
            assert full.failed == []
            assert address in (HOME, MODEL) or "Sign in to teach" in full.text, button.label
            pressed += 1
        assert pressed >= {LIVE: 10, REPORTS: 1, SETTINGS: 4}.get(address, 0)

    @pytest.mark.parametrize(
        ("address", "label"),
        [
            (REPORTS, "Delete it for good"),
            (LIVE, "End it now"),
            (LIVE, "Question"),
            (LIVE, "Lower Ann"),
            (SETTINGS, "Remove for good"),
            (SETTINGS, "Make a key"),
        ],
    )
    def test_the_same_button_works_while_signed_in(self, full, server, address, label):
        """Else the test above would press nothing."""
        full.open(address)
        before = everything_kept(server)
        next(each for each in full.app.button if each.label == label).click().run()
        assert everything_kept(server) != before

    def test_a_class_is_not_deleted_for_good(self, full, server, ada, seeded):
        full.open(REPORTS, **{"class": str(seeded.info.id)})
        server.accounts.sign_out(ada.token)
        next(each for each in full.app.button if each.label == "Delete it for good").click().run()
        assert server.store.classes.get(seeded.info.id) is not None
        assert "Sign in to teach" in full.text

    def test_nor_by_who_signed_in_on_the_same_browser_since(self, full, server, ada, seeded):
        """The page was drawn for Ada; the cookie of the connection is Grace's now."""
        full.open(REPORTS, **{"class": str(seeded.info.id)})
        full.cookies[cookies.TEACHER] = server.accounts.sign_in("Grace", PASSWORD).token
        next(each for each in full.app.button if each.label == "Delete it for good").click().run()
        assert server.store.classes.get(seeded.info.id) is not None

    def test_no_choice_of_a_list_is_kept_either(self, full, server, ada, seeded):
        full.open(REPORTS, **{"class": str(seeded.info.id)})
        choice = next(box for box in full.app.selectbox if box.label == "Delete it by itself")
        server.accounts.sign_out(ada.token)
        choice.set_value(7).run()
        assert server.store.classes.get(seeded.info.id).keep_days is None

    def test_no_student_is_deleted(self, full, server, ada, seeded):
        full.open(REPORTS, **{"class": str(seeded.info.id)})
        next(box for box in full.app.selectbox if box.label == "Who").select("Ann").run()
        server.accounts.sign_out(ada.token)
        next(each for each in full.app.button if each.label == "Delete for good").click().run()
        assert [each.name for each in server.store.classes.students(seeded.info.id)] == ["Ann", "Ben", "Cem"]

    def test_the_store_away_is_no_way_in(self, full, server, ada, seeded, monkeypatch):
        full.open(REPORTS, **{"class": str(seeded.info.id)})
        monkeypatch.setattr(server.store.teachers, "signed_in", away)
        next(each for each in full.app.button if each.label == "Delete it for good").click().run()
        assert server.store.classes.get(seeded.info.id) is not None
        assert full.errors == ["The class database does not answer."]

    def test_a_room_camera_that_still_sends_is_not_looked_at(self, full, server, ada, seeded):
        full.open(LIVE, **{"class": str(seeded.info.id)})
        next(each for each in full.app.button if each.label == "Start the camera").click().run()
        camera = server.rooms._cameras[seeded.info.id]
        sharer = camera.view.sharer
        assert sharer is not None
        server.accounts.sign_out(ada.token)
        camera.frame_arrived(sharer, camera_frame(1280, 720))
        assert not camera.serve(1e9)
        assert (camera.view.sharer, camera.view.look) == (None, None)


class Rerun(Exception):
    """The whole page runs anew."""


@pytest.fixture
def fragments(monkeypatch) -> Callable[..., None]:
    """Run a fragment as its timer does: without its page."""

    def rerun() -> None:
        raise Rerun

    monkeypatch.setattr("streamlit.rerun", rerun)
    return lambda fragment, *arguments: fragment.__wrapped__(*arguments)


class TestFragments:
    def test_all_of_a_teachers_page_run_the_gate_once_the_sign_in_is_over(self, as_ada, server, ada, fragments):
        visit = Visit(server, ada.teacher, ZoneInfo("UTC"))
        server.accounts.sign_out(ada.token)
        for fragment, arguments in [
            (board_view._refreshing, (None,)),
            (room_view._numbers_over_the_picture, (None,)),
            (room_view._what_is_seen, (None, None)),
            (recording_view._reading, (None,)),
            (pictures_view.show_pictures, ()),
            (try_view._try, ()),
            (empty_rows_view.clear_rows, (None,)),
            (demo_view._refreshing, ()),
            (health.health_table, ()),
        ]:
            with pytest.raises(Rerun):
                fragments(fragment, visit, *arguments)

    def test_all_of_a_students_page_run_it_once_the_student_is_erased(self, browser, server, ada, seeded, fragments):
        visit = _visit(browser, server, seeded)
        server.keeping.erase_student(ada.teacher, seeded.info, visit.student.id)
        for fragment, arguments in [(student_view._live, (None,)), (rights_view.show_rights, ())]:
            with pytest.raises(Rerun):
                fragments(fragment, visit, *arguments)
        assert visit.student.id not in server.presence.seen(), "and they do not count as here"

    def test_the_lists_above_are_complete(self):
        """Each fragment but those for everybody is in one of them."""
        named = [
            part.name
            for path in SOURCES
            for part in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(part, ast.FunctionDef)
            and any(ast.unparse(each).startswith("gated_fragment") for each in part.decorator_list)
        ]
        text = Path(__file__).read_text("utf-8")
        assert [name for name in sorted(named) if f".{name}," not in text] == ["_mix_ups_by_labels", "health_line"]


def _visit(browser, server, seeded) -> StudentVisit:
    student, token = server.join(seeded.info.code, "Dan", True)
    browser.cookies[cookies.STUDENT] = token
    return StudentVisit(server, student, seeded.info, token, was_open=True)


class TestAStudentWhoIsGone:
    ENDINGS = ("erased", "class over", "class deleted", "another student's browser")

    def _end(self, how, browser, server, ada, seeded, student) -> None:
        match how:
            case "erased":
                server.keeping.erase_student(ada.teacher, seeded.info, student.id)
            case "class over":
                server.end_class(seeded.info)
            case "class deleted":
                server.keeping.erase_class(seeded.info)
            case "another student's browser":
                browser.cookies[cookies.STUDENT] = server.join(seeded.info.code, "Eve", False)[1]

    @pytest.mark.parametrize("how", ENDINGS)
    def test_no_button_does_anything(self, browser, server, ada, seeded, monkeypatch, how):
        monkeypatch.setattr("classroom.ui.rights_view._is_open", lambda shown: True)
        student, token = server.join(seeded.info.code, "Dan", True)
        browser.cookies[cookies.STUDENT] = token
        browser.open(JOIN)
        labels = [button.label for button in browser.app.button]
        assert {"Pause my camera", "Go on without camera", "Hand up"} <= set(labels) and len(labels) >= 7
        kept = [browser.app.button[number] for number in range(len(labels))]
        self._end(how, browser, server, ada, seeded, student)
        before = everything_kept(server)
        for button in kept:
            button.click()
        kept[0].run()  # one message that presses all of them, as no page can
        assert browser.failed == []
        assert everything_kept(server) == before
        assert how == "another student's browser" or student.id not in server.presence.seen()

    def test_the_same_buttons_work_while_the_student_is_there(self, browser, server, seeded):
        student, token = server.join(seeded.info.code, "Dan", True)
        browser.cookies[cookies.STUDENT] = token
        browser.open(JOIN)
        for label in ("Hand up", "Pause my camera"):
            next(each for each in browser.app.button if each.label == label).click()
        browser.app.button[0].run()
        assert SignalKind.HAND_UP in server.signals.standing(student)
        assert server.student_of(token)[0].sharing is Sharing.PAUSED
