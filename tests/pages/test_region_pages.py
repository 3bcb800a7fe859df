"""The first screen asks where the server is used; what is chosen holds on every page, without a restart."""

import pytest

from classroom.lawful import BASES, ONLY_A_TRIAL
from classroom.modes import Mode
from classroom.records import Sharing
from classroom.regions import Region
from classroom.server import ClassServer
from classroom.settings import Settings
from classroom.ui import cookies, running
from classroom.ui.addresses import ANALYSE, HOME, JOIN, LIVE, MODEL, REPORTS, SETTINGS
from fer_model.labels import EMOTIONS
from tests.fakes import PASSWORD, FakeEngine, confirm_basis, seed_class

WITHOUT_FACES = (Region.EU_EDUCATION, Region.EU_WORK)


@pytest.fixture
def start(tmp_path, clock, monkeypatch, browser):
    """Starts a server with these variables, a teacher of which is signed in and has confirmed nothing."""
    servers = []

    def new_server(**env) -> ClassServer:
        settings = Settings.from_env({"DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.db'}"} | env)
        servers.append(ClassServer(settings, clock, FakeEngine()))
        monkeypatch.setattr(running, "_server", servers[-1])
        accounts = servers[-1].accounts
        eve = accounts.create(accounts.new_key(), "Eve", PASSWORD)
        browser.cookies[cookies.TEACHER] = eve.token
        return servers[-1]

    yield new_server
    for server in servers:
        server.close()


def confirm(browser, basis: str = "consent") -> None:
    """Fill in what follows the choice of the region."""
    next(radio for radio in browser.app.radio if radio.label == "On what basis?").set_value(basis)
    browser.app.checkbox[0].check()
    next(button for button in browser.app.button if button.label == "Confirm").click().run()


class TestTheFirstScreen:
    @pytest.mark.parametrize("address", [LIVE, REPORTS, ANALYSE, SETTINGS])
    def test_it_comes_before_anything_of_a_teachers_pages(self, browser, start, address):
        start()
        browser.open(address)
        assert browser.failed == []
        assert "Before the first class" in browser.text
        assert browser.app.radio[0].options == [region.profile.title for region in Region]
        assert "On what basis?" not in browser.text, "what is confirmed depends on the place"
        assert "Open a class" not in browser.text and "Every face is read" not in browser.text

    @pytest.mark.parametrize("region", Region)
    def test_the_place_says_what_holds_there_and_once_it_is_confirmed_the_page_goes_on(self, browser, start, region):
        server = start()
        browser.open(LIVE)
        browser.app.radio(key="region").set_value(region).run()
        assert browser.failed == []
        for point in region.profile.points:
            assert point in browser.text
        assert "No legal advice" in browser.text
        next(button for button in browser.app.button if button.label == "Confirm").click().run()
        assert browser.errors == [r"Choose the basis on which you use this server\."]
        confirm(browser)
        assert browser.failed == [] and "Open a class" in browser.text
        kept = server.store.lawful.newest()
        assert (kept.basis, kept.region) == ("consent", region)
        offered = [radio for radio in browser.app.radio if radio.key == "mode"]
        assert [radio.options for radio in offered] == (
            [[mode.title for mode in region.profile.modes]] if region.profile.reads_faces else []
        )
        assert "Signals only" in browser.text

    def test_a_place_that_is_set_is_not_asked_for(self, browser, start):
        server = start(CLASSPULSE_REGION="uk")
        browser.open(LIVE)
        assert "Where is this server used?" not in browser.text
        assert "Whoever runs this server has set this place" in browser.text
        confirm(browser)
        assert browser.failed == [] and server.store.lawful.newest().region == Region.UK

    def test_another_place_that_was_set_since_is_confirmed_anew(self, browser, start, clock):
        server = start(CLASSPULSE_REGION="eu-education")
        confirm_basis(server.store, clock, server.store.teachers.all()[0])
        browser.open(LIVE)
        assert "Before the first class" in browser.text
        confirm(browser)
        assert "Signals only" in browser.text and "Open the class" in browser.text

    def test_a_place_that_leaves_no_mode_says_so_and_can_be_changed(self, browser, start):
        start(CLASSPULSE_FORBIDDEN_MODES="signals only")
        browser.open(LIVE)
        browser.app.radio(key="region").set_value(Region.EU_WORK).run()
        assert browser.failed == [] and "only be" in browser.errors[0]
        assert "On what basis?" not in browser.text
        browser.app.radio(key="region").set_value(Region.OTHER).run()
        assert browser.errors == [] and "On what basis?" in browser.text

    def test_classes_that_are_older_than_the_place_allows_are_said_before_they_go(self, browser, start, clock):
        server = start(CLASSPULSE_RETENTION_DAYS="0")
        server.end_class(seed_class(server.store, server.store.teachers.all()[0].id).info)
        clock.advance(60 * 86_400)
        browser.cookies[cookies.TEACHER] = server.accounts.sign_in("Eve", PASSWORD).token
        browser.open(LIVE)
        browser.app.radio(key="region").set_value(Region.UK).run()
        assert "will be deleted" not in browser.text
        browser.app.radio(key="region").set_value(Region.EU_OTHER).run()
        assert "1 class was last heard of more than 30 days ago and will be deleted" in browser.text


class TestWhereNoFaceMayBeRead:
    @pytest.fixture(params=WITHOUT_FACES)
    def there(self, request, start, clock, browser):
        server = start(CLASSPULSE_REGION=request.param)
        confirm_basis(server.store, clock, server.store.teachers.all()[0], region=request.param)
        return server

    @pytest.mark.parametrize("address", [ANALYSE, MODEL])
    def test_pages_about_faces_say_in_one_sentence_why_there_is_nothing(self, browser, there, address):
        browser.open(address)
        assert browser.failed == []
        assert [each.value for each in browser.app.info] == [there.settings.region.profile.why_no_face]
        assert not browser.app.get("file_uploader") and "Try it on a picture" not in browser.text

    def test_the_demo_shows_signals_and_no_expression(self, browser, there):
        browser.open(HOME)
        assert "Watch a demo class" in browser.text and "No face is read." in browser.text
        browser.open(LIVE, demo="1")
        assert browser.failed == []
        assert "Student 07" in browser.text and "Hand up" in browser.text
        assert not [emotion for emotion in EMOTIONS if emotion in browser.text]

    def test_a_class_offers_no_camera_to_anybody(self, browser, there):
        info = there.open_class(there.store.teachers.all()[0], "Optics")
        browser.open(JOIN, code=info.code)
        assert "Share my camera" not in browser.text and "No camera is used in this class" in browser.text
        student, token = there.join(info.code, "Ann", True)
        assert student.sharing is Sharing.NOTHING
        browser.open(LIVE)
        assert browser.failed == []
        assert "Ann" in browser.text and "Share one camera of the room" not in browser.text
        browser.cookies[cookies.STUDENT] = token
        browser.open(JOIN)
        assert browser.failed == [] and "Hand up" in browser.text
        assert not any("camera" in button.label for button in browser.app.button)

    def test_settings_says_where_it_is_used_and_that_nothing_is_read(self, browser, there):
        browser.open(SETTINGS)
        assert browser.failed == []
        assert there.settings.region.profile.title in browser.text
        assert "Test camera" not in browser.text, "nobody's camera is asked for"
        assert "No face is read on this server." in browser.text and BASES["consent"] in browser.text


@pytest.mark.parametrize("region", Region)
def test_students_read_what_the_law_of_the_place_wants_before_they_join(browser, start, clock, region):
    server = start(CLASSPULSE_REGION=region)
    confirm_basis(server.store, clock, server.store.teachers.all()[0], region=region)
    info = server.open_class(server.store.teachers.all()[0], "Optics")
    browser.open(JOIN, code=info.code)
    assert browser.failed == []
    assert ("Good to know" in browser.text) is (info.mode in region.profile.told_in)


class TestATrial:
    @pytest.fixture
    def trial(self, start, clock):
        server = start(CLASSPULSE_REGION="other")
        confirm_basis(server.store, clock, server.store.teachers.all()[0], "trying out")
        return server

    def test_reports_and_the_end_of_a_class_offer_no_file_and_say_why(self, browser, trial):
        info = seed_class(trial.store, trial.store.teachers.all()[0].id, names=("Eve", "Eve 2")).info
        browser.open(LIVE)
        next(button for button in browser.app.button if button.label == "End it now").click().run()
        assert browser.failed == [] and ONLY_A_TRIAL in browser.text and ".csv" not in browser.text
        browser.open(REPORTS)
        assert browser.failed == [] and ONLY_A_TRIAL in browser.text
        assert f"/class/{info.id}/" not in browser.text and "Attendance" in browser.text

    def test_nothing_is_analysed_but_a_picture_of_oneself_can_be_tried(self, browser, trial):
        browser.open(ANALYSE)
        assert ONLY_A_TRIAL in browser.text and not browser.app.get("file_uploader")
        browser.open(MODEL)
        assert browser.failed == [] and "Take one of yourself" in browser.text

    def test_who_set_the_server_up_ends_it_by_another_basis(self, browser, trial):
        browser.open(SETTINGS)
        assert BASES["trying out"] in browser.text
        confirm(browser, "research")
        assert browser.failed == [] and browser.errors == []
        assert BASES["research"] in browser.text and not trial.settings.is_trial
        assert trial.open_class(trial.store.teachers.all()[0], "Optics").mode is Mode.NAMES

    def test_a_colleague_can_not(self, browser, trial):
        grace = trial.accounts.create(trial.accounts.new_key(), "Grace", PASSWORD)
        browser.cookies[cookies.TEACHER] = grace.token
        browser.open(SETTINGS)
        assert browser.failed == []
        assert BASES["trying out"] in browser.text and "Confirm another" not in browser.text
