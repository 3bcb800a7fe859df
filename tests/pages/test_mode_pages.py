"""Every page in every mode, and without expressions altogether."""

import pytest

from classroom.class_only import NOT_ENOUGH
from classroom.modes import Mode
from classroom.records import Sharing
from classroom.server import ClassServer
from classroom.settings import Settings
from classroom.ui import cookies, running
from classroom.ui.addresses import ANALYSE, HOME, JOIN, LIVE, MODEL, REPORTS
from fer_model.labels import EMOTIONS
from tests.fakes import FakeDesk, FakeEngine, camera_frame, face, serve, sign_up


def seen_names(text: str) -> set[str]:
    return {emotion for emotion in EMOTIONS if emotion in text}


@pytest.fixture
def opened(server, ada, clock):
    """Opens a class of a mode with three students, who share a camera where they may, and goes on for half a minute."""

    def open_class(mode: Mode):
        info = server.open_class(ada.teacher, "Optics", mode=mode)
        students = []
        for name in ("Ann", "Ben", "Cem"):
            student, token = server.join(info.code, name, True)
            students.append((server.student_of(token)[0], token))
        server.engine.answer = face("surprise")
        for _ in range(30):
            clock.advance(1)
            for student, _token in students:
                server.presence.page_ran(student, "page")
                server.frame_arrived(student, camera_frame())
            serve(server.ticker, clock() / 1000)
            server.recorder.flush()
        return info, students

    return open_class


@pytest.mark.parametrize("mode", Mode)
def test_the_form_that_opens_a_class_has_every_mode_with_its_line(as_ada, server, ada, mode):
    as_ada.open(LIVE)
    as_ada.app.text_input[0].input("Optics")
    as_ada.app.radio[0].set_value(mode)
    as_ada.app.button[0].click().run()
    assert as_ada.failed == []
    (info,) = server.store.classes.of_teacher(ada.teacher.id)
    assert info.mode is mode
    assert (info.smallest_group is None) is mode.shows.by_student
    assert mode.title in as_ada.text and mode.shows.to_teacher in as_ada.text.replace("&#x27;", "'")


@pytest.mark.parametrize("mode", Mode)
def test_a_student_reads_the_mode_before_joining_and_gives_a_name_only_where_one_is_kept(browser, opened, mode):
    info, _ = opened(mode)
    browser.open(JOIN, code=info.code)
    assert browser.failed == []
    assert f"This class: {mode.title}." in browser.text
    assert ("student_name" in browser.text) is mode.shows.typed_names
    assert ("Share my camera" in browser.text) is mode.shows.camera


def test_the_notice_is_there_in_hindi(browser, opened):
    info, _ = opened(Mode.CLASS_ONLY)
    browser.open(JOIN, code=info.code)
    browser.app.segmented_control(key="language").set_value("hi").run() if hasattr(
        browser.app, "segmented_control"
    ) else browser.app.button_group(key="language").set_value(["hi"]).run()
    assert browser.failed == []
    assert "निर्णय लेने से पहले" in browser.text and "Before you decide" not in browser.text


@pytest.mark.parametrize("mode", Mode)
def test_board_and_report_show_expressions_only_where_the_mode_has_them(as_ada, server, opened, mode):
    info, _ = opened(mode)
    as_ada.open(LIVE)
    assert as_ada.failed == []
    assert mode.shows.to_teacher.split("“")[0].split("'")[0] in as_ada.text
    tiles = 'class="tile' in as_ada.text
    assert tiles is mode.shows.by_student
    assert ("Share one camera of the room" in as_ada.text) is mode.shows.room
    assert ("May need a hand" in as_ada.text) is mode.shows.alerts
    if not mode.shows.expression:
        assert seen_names(as_ada.text) == set()
    elif not mode.shows.by_student:
        assert NOT_ENOUGH in as_ada.text  # three, and the chart's legend names all expressions
    server.end_class(info)
    as_ada.open(REPORTS)
    assert as_ada.failed == []
    assert ("Person by person" in as_ada.text) is mode.shows.mood
    assert ("session.csv" in as_ada.text) is mode.shows.mood


def test_a_class_without_cameras_never_mounts_the_connection(browser, server, opened, monkeypatch):
    """Not even for a student who is stored as one who shares."""
    info, students = opened(Mode.SIGNALS_ONLY)
    mounted = []
    monkeypatch.setattr("classroom.ui.student_view.share_camera", lambda *_, **__: mounted.append("connection"))
    monkeypatch.setattr("classroom.ui.student_view.show_mirror", lambda *_, **__: mounted.append("mirror"))
    student, token = students[0]
    server.store.classes.set_sharing(student.id, Sharing.CAMERA)
    browser.cookies[cookies.STUDENT] = token
    browser.open(JOIN)
    assert browser.failed == [] and mounted == []
    assert "Hand up" in browser.text
    assert not any(button.label.startswith(("Share", "Pause")) for button in browser.app.button)


def test_in_class_only_a_student_sees_no_expression_either(browser, opened):
    _, students = opened(Mode.CLASS_ONLY)
    browser.cookies[cookies.STUDENT] = students[0][1]
    browser.open(JOIN)
    assert browser.failed == []
    assert "nobody sees what you show" in browser.text and seen_names(browser.text) == set()


@pytest.mark.parametrize("why", ["on the list", "not on the list", "a teacher's own trial"])
def test_in_class_only_a_student_reads_whether_they_count(browser, server, ada, clock, why):
    info = server.open_class(ada.teacher, "Optics", "Ann", Mode.CLASS_ONLY)
    name = "Eve" if why == "not on the list" else "Ann"
    student, browser.cookies[cookies.STUDENT] = server.join(info.code, name, True, insists_on=name)
    if why == "a teacher's own trial":
        browser.cookies[cookies.TEACHER] = ada.token
    browser.open(JOIN)
    server.frame_arrived(student, camera_frame())
    clock.advance(5)
    browser.open(JOIN)
    assert browser.failed == []
    assert ("it is not counted" in browser.text) == (why != "on the list")
    assert ("nobody sees what you show" in browser.text) == (why == "on the list")


class TestWithoutExpressions:
    @pytest.fixture
    def off(self, tmp_path, clock, monkeypatch, browser):
        """A server with CLASSPULSE_EXPRESSION=off and a teacher of it. Whatever loads the network would fail."""

        def loads(*_, **__):
            raise AssertionError("the network was to be loaded")

        monkeypatch.setattr("classroom.server.AnalysisDesk", lambda *args: loads() if len(args) == 1 else FakeDesk())
        env = {"CLASSPULSE_EXPRESSION": "off", "CLASSPULSE_REGION": "other"}
        env |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'off.db'}"}
        server = ClassServer(Settings.from_env(env), clock, FakeEngine())
        monkeypatch.setattr(running, "_server", server)
        browser.cookies[cookies.TEACHER] = sign_up(server.accounts).token
        yield browser
        server.close()

    @pytest.mark.parametrize("address", [ANALYSE, MODEL])
    def test_pages_about_expressions_say_that_there_are_none(self, off, address):
        off.open(address)
        assert off.failed == []
        assert "leave that out" in off.text or "computes no expressions" in off.text

    def test_the_demo_is_not_offered_and_not_shown(self, off):
        off.open(HOME)
        assert "Watch a demo" not in off.text and off.failed == []
        off.open(LIVE, demo="1")
        assert "computes no expressions" in off.text and "Student 07" not in off.text

    def test_modes_with_expressions_are_not_offered(self, off):
        off.open(LIVE)
        assert off.failed == []
        assert list(off.app.radio[0].options) == ["Signals only", "In view"]
