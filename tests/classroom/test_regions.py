"""What each region leaves: of the settings, of a server, and of the real process."""

import os
import re
import subprocess
import sys

import pytest

from classroom import analyse
from classroom.engine import WITH_EXPRESSION, WITHOUT_EXPRESSION, EngineState
from classroom.errors import BadInput, ClassFull, EngineError, NotAllowed
from classroom.modes import Mode
from classroom.no_desk import NoDesk
from classroom.notices import languages, notice
from classroom.records import ClassInfo, LawfulBasis, Sharing
from classroom.regions import PROFILES, Region
from classroom.server import ONE_STUDENT, ClassServer
from classroom.settings import ROOT, Settings
from tests.fakes import FakeDesk, FakeEngine, camera_frame, confirm_basis, serve, sign_up

ALL, SIGNALS = tuple(Mode), (Mode.SIGNALS_ONLY,)
WITHOUT_FACES = (Region.EU_EDUCATION, Region.EU_WORK)
# By hand, so that a change of the table is a change here: modes, days, whether a face may be read.
ROWS = [
    (Region.EU_EDUCATION, SIGNALS, 90, False),
    (Region.EU_WORK, SIGNALS, 90, False),
    (Region.EU_OTHER, ALL, 30, True),
    (Region.INDIA_SCHOOL, ALL, 365, True),
    (Region.UK, ALL, 90, True),
    (Region.US_K12, ALL, 90, True),
    (Region.OTHER, ALL, None, True),
]


class TestTheTable:
    def test_every_region_has_its_row(self):
        assert [row[0] for row in ROWS] == list(Region) == list(PROFILES)
        assert len({profile.title for profile in PROFILES.values()}) == len(Region)

    @pytest.mark.parametrize(("region", "modes", "days", "reads_faces"), ROWS)
    def test_a_row_says_what_it_leaves(self, region, modes, days, reads_faces):
        profile = region.profile
        assert (profile.modes, profile.max_days, profile.reads_faces) == (modes, days, reads_faces)
        assert bool(profile.why_no_face) is not reads_faces
        assert profile.points and set(profile.told_in) <= set(profile.modes)


class TestTheSettings:
    @pytest.mark.parametrize(("region", "modes", "days", "reads_faces"), ROWS)
    def test_they_are_narrowed_and_never_widened(self, region, modes, days, reads_faces):
        there = Settings().in_region(region)
        assert (there.region, there.modes, there.default_mode) == (region, modes, modes[0])
        assert (there.reads_faces, there.forbids_faces, there.expression) == (reads_faces, not reads_faces, reads_faces)
        assert there.demo_mode is (Mode.NAMES if reads_faces else Mode.SIGNALS_ONLY)
        for asked in (0, 7, 3650):
            kept = Settings(retention_days=asked).in_region(region).retention_days
            assert kept == (min(asked or 3650, days) if days else asked)
        off = Settings.from_env({"CLASSPULSE_EXPRESSION": "off"}).in_region(region)
        assert not off.expression and set(off.modes) <= set(modes)

    @pytest.mark.parametrize("region", Region)
    def test_whoever_runs_the_server_may_name_it(self, region):
        assert Settings.from_env({"CLASSPULSE_REGION": f" {region.upper()} "}) == Settings.from_env({}).in_region(
            region
        )

    @pytest.mark.parametrize(
        ("env", "why"),
        [
            ({"CLASSPULSE_REGION": "eu"}, "must be one of: eu-education, eu-work"),
            ({"CLASSPULSE_REGION": "eu-work", "CLASSPULSE_MODE": "names"}, "allowed here: signals only"),
            (
                {"CLASSPULSE_REGION": "eu-work", "CLASSPULSE_FORBIDDEN_MODES": "signals only"},
                "a class can only be: signals only",
            ),
        ],
    )
    def test_what_cannot_be_meant_is_refused_in_a_sentence(self, env, why):
        with pytest.raises(BadInput, match=why):
            Settings.from_env(env)

    def test_a_usual_mode_that_a_place_chosen_later_leaves_out_gives_way(self):
        asked = Settings.from_env({"CLASSPULSE_MODE": "names"})
        assert asked.in_region(Region.EU_EDUCATION).default_mode is Mode.SIGNALS_ONLY

    def test_without_a_region_no_face_is_read_and_the_demo_is_as_ever(self):
        asked = Settings()
        assert not asked.reads_faces and not asked.forbids_faces
        assert asked.demo_mode is Mode.NAMES
        assert Settings.from_env({"CLASSPULSE_EXPRESSION": "off"}).demo_mode is None


class TestTheNotices:
    @pytest.mark.parametrize("code", languages())
    @pytest.mark.parametrize("region", Region)
    def test_students_read_what_the_law_of_the_region_wants_and_only_there(self, code, region):
        for mode in Mode:
            info = ClassInfo(1, 1, "Optics", "ABCDEFGH", 0, None, mode=mode, smallest_group=7)
            plain, there = notice(code, info, 30), notice(code, info, 30, region)
            more = there.points[len(plain.points) :]
            assert there.points[: len(plain.points)] == plain.points
            assert len(more) == (mode in region.profile.told_in)
            assert all(text.strip() for _, text in more)

    def test_the_texts_say_why_they_are_there(self):
        said = {}
        for region in Region:
            info = ClassInfo(1, 1, "Optics", "ABCDEFGH", 0, None)
            said[region] = notice("en", info, 30, region).points[3:]
        assert "Article 50(3)" in said[Region.EU_OTHER][0][1]
        assert "under 18" in said[Region.INDIA_SCHOOL][0][1]
        assert "under 13" in said[Region.US_K12][0][1]
        assert "object" in said[Region.UK][0][1]
        assert said[Region.OTHER] == ()


@pytest.fixture
def start(tmp_path, clock, by_hand, monkeypatch):
    """Starts a server on one database, as often as a test wants, and ends the one before; whatever engine it starts is in
    ``started``."""
    started, servers = [], []
    monkeypatch.setattr("classroom.server.LocalEngine", lambda _dir, module: started.append(module) or FakeEngine())
    monkeypatch.setattr("classroom.server.AnalysisDesk", lambda *_: FakeDesk())

    def new_server(**env) -> ClassServer:
        url = f"sqlite:///{tmp_path / 'regions.db'}"
        for server in servers:
            server.close()
        servers.append(ClassServer(Settings.from_env({"DATABASE_URL": url} | env), clock))
        return servers[-1]

    new_server.started = started
    yield new_server
    for server in servers:
        server.close()


class TestAServer:
    @pytest.mark.parametrize(("region", "modes", "days", "reads_faces"), ROWS)
    def test_before_it_is_confirmed_nothing_is_there_and_afterwards_what_the_row_allows(
        self, start, region, modes, days, reads_faces
    ):
        server = start()
        assert start.started == [] and server.engine.state is EngineState.OFF and isinstance(server.desk, NoDesk)
        ada = server.accounts.create(server.accounts.new_key(), "Ada", "correct horse battery").teacher
        with pytest.raises(NotAllowed):
            server.open_class(ada, "Optics")
        server.lawful.confirm(ada, region, "consent", "", True)  # on a page; no restart
        assert start.started == ([WITH_EXPRESSION] if reads_faces else [])
        assert isinstance(server.desk, NoDesk) is not reads_faces and server.jobs.desk is server.desk
        assert server.keeping.days == server.retention.days == min(days or 90, 90)
        for mode in Mode:
            if mode in modes:
                assert server.open_class(ada, "Optics", mode=mode).mode is mode
            else:
                with pytest.raises(BadInput, match=f"does not allow “{mode.title}”"):
                    server.open_class(ada, "Optics", mode=mode)
        assert server.open_class(ada, "Optics").mode is modes[0]
        assert all(part.ok for part in server.health.parts())

    @pytest.mark.parametrize("region", Region)
    def test_it_holds_from_the_start_where_it_was_confirmed_before_or_is_set(self, start, region):
        first = start()
        sign_up(first.accounts)
        confirm_basis(first.store, first.clock, first.store.teachers.all()[0], region=region)
        first.close()
        expected = [WITH_EXPRESSION] if region.profile.reads_faces else []
        again = start()
        assert (again.settings.region, start.started) == (region, expected)
        assert start(CLASSPULSE_REGION=region).settings.region is region
        assert start.started == expected * 2

    def test_where_the_environment_names_another_place_it_counts_and_is_asked_for_again(self, start):
        ada = sign_up(start().accounts).teacher  # confirmed for another place
        server = start(CLASSPULSE_REGION="eu-education")
        assert server.settings.region is Region.EU_EDUCATION and start.started == []
        assert not server.lawful.is_confirmed()
        with pytest.raises(NotAllowed, match="Confirm the lawful basis"):
            server.open_class(ada, "Optics")

    def test_without_expressions_the_network_is_loaded_nowhere(self, start):
        start(CLASSPULSE_EXPRESSION="off", CLASSPULSE_REGION="other")
        assert start.started == [WITHOUT_EXPRESSION]

    @pytest.mark.parametrize("region", WITHOUT_FACES)
    def test_where_no_face_may_be_read_no_way_leads_to_an_engine(self, start, clock, region):
        server = start(CLASSPULSE_REGION=region)
        ada = sign_up(server.accounts).teacher
        confirm_basis(server.store, clock, ada, region=region)
        info = server.open_class(ada, "Optics")
        student, token = server.join(info.code, "Ann", True)
        server.student_of(token)
        assert student.sharing is Sharing.NOTHING
        server.presence.page_ran(student, "page")
        server.presence.shares(student.id, Sharing.CAMERA)  # as if a page had been made to believe otherwise
        server.frame_arrived(student, camera_frame())
        assert server.slots.fresh() == []
        for way in (
            lambda: server.share(student, Sharing.CAMERA),
            lambda: server.picture_arrived(student, info, b"a JPEG"),
            lambda: server.share_room(info),
            lambda: server.desk.picture(b"a JPEG"),
            lambda: server.desk.frame(b"a JPEG"),
            lambda: server.jobs.desk.recording("lesson.mp4"),
            lambda: server.engine.analyse([]),
            lambda: server.engines.of(True).analyse([]),
        ):
            with pytest.raises((BadInput, NotAllowed, EngineError)):
                way()
        assert start.started == []

    @pytest.mark.parametrize("region", WITHOUT_FACES)
    def test_a_class_that_is_open_and_may_not_be_any_more_ends(self, start, clock, region):
        """Its students were told that they are read, and some may share a camera."""
        server = start(CLASSPULSE_REGION="other")
        ada = sign_up(server.accounts).teacher
        read, signals = (server.open_class(ada, "Optics", mode=mode) for mode in (Mode.NAMES, Mode.SIGNALS_ONLY))
        ann, token = server.join(read.code, "Ann", True)
        server.student_of(token)
        server.presence.page_ran(ann, "page")
        server.frame_arrived(ann, camera_frame())
        assert serve(server.ticker, clock() / 1000) == 1
        server.close()
        again = start(CLASSPULSE_REGION=region)
        assert [info.id for info in again.store.classes.open_classes()] == [signals.id]
        assert not again.is_open(read)

    def test_a_class_that_runs_while_a_new_text_waits_to_be_confirmed_is_not_read_meanwhile(self, start, clock):
        first = start()
        ada = sign_up(first.accounts).teacher
        info = first.open_class(ada, "Optics")
        ann, token = first.join(info.code, "Ann", True)
        first.store.lawful.add(LawfulBasis(ada.id, "2026-11", "consent", "", True, clock()))
        first.close()
        start.started.clear()
        server = start()

        def one_frame() -> int:
            server.student_of(token)
            server.presence.page_ran(ann, "page")
            server.frame_arrived(ann, camera_frame())
            return serve(server.ticker, clock() / 1000)

        with pytest.raises(EngineError, match="before a teacher has confirmed"):
            one_frame()
        with pytest.raises(BadInput, match="no camera of the room"):
            server.share_room(info)
        server.recorder.flush()
        assert start.started == [] and server.store.readings.of_class(info.id).empty
        server.lawful.confirm(ada, Region.OTHER, "consent", "", True)
        clock.advance(2)
        assert one_frame() == 1
        server.recorder.flush()
        assert len(server.store.readings.of_class(info.id)) == 1 and server.is_open(info)

    def test_another_place_confirmed_later_ends_what_it_forbids_without_a_restart(self, start):
        server = start()
        ada = sign_up(server.accounts).teacher
        info = server.open_class(ada, "Optics", mode=Mode.NAMES)
        engine, desk = server.engine, server.desk
        server.jobs.begin(ada.id, "lesson.mp4", 10, 0.5)
        server.lawful.confirm(ada, Region.EU_EDUCATION, "consent", "", True)
        assert engine.state is EngineState.CLOSED and isinstance(server.desk, NoDesk) and desk is not server.desk
        assert server.jobs.of(ada.id) is None
        assert not server.is_open(info) and server.store.classes.open_classes() == []
        server.lawful.confirm(ada, Region.OTHER, "consent", "", True)
        assert server.engine.state is EngineState.READY and server.open_class(ada, "Optics").mode is Mode.NAMES

    def test_classes_that_are_kept_for_too_long_there_are_counted_before_and_deleted_after(self, start, clock):
        server = start(CLASSPULSE_RETENTION_DAYS="365")
        ada = sign_up(server.accounts).teacher
        old, new = server.open_class(ada, "Old"), None
        server.end_class(old)
        clock.advance(40 * 86_400)
        new = server.open_class(ada, "New")
        server.end_class(new)
        assert [server.keeping.due_if_kept(days) for days in (0, 90, 30, 365)] == [0, 0, 1, 0]
        server.lawful.confirm(ada, Region.EU_OTHER, "consent", "", True)
        server.retention.look()
        assert [info.id for info in server.store.classes.of_teacher(ada.id)] == [new.id]


class TestATrial:
    @pytest.fixture
    def server(self, start):
        server = start(CLASSPULSE_REGION="other")
        confirm_basis(server.store, server.clock, sign_up(server.accounts).teacher, "trying out")
        assert server.lawful.is_confirmed()
        return server

    def test_a_class_takes_one_student_and_says_why(self, server):
        info = server.open_class(server.store.teachers.all()[0], "Optics")
        server.join(info.code, "Ann", False)
        with pytest.raises(ClassFull, match=re.escape(ONE_STUDENT)):
            server.join(info.code, "Ben", False)
        assert server.rooms.max_students == 1, "and a camera of the room has one seat at most"

    def test_another_basis_ends_it(self, server):
        ada = server.store.teachers.all()[0]
        info = server.open_class(ada, "Optics")
        server.lawful.confirm(ada, None, "consent", "", True)
        assert len({server.join(info.code, name, False)[0].id for name in ("Ann", "Ben", "Cem")}) == 3

    def test_a_full_class_of_others_says_how_many_it_takes(self, start):
        server = start(CLASSPULSE_REGION="other", CLASSPULSE_MAX_STUDENTS="1")
        info = server.open_class(sign_up(server.accounts).teacher, "Optics")
        server.join(info.code, "Ann", False)
        with pytest.raises(ClassFull, match="This class is full: 1 student is in it"):
            server.join(info.code, "Ben", False)


WATCHED = """
import sys
seen = []
def look(event, args):
    if event == "subprocess.Popen":
        seen.append("started " + " ".join(map(str, args[1])))
    elif event == "open" and str(args[0]).endswith((".tflite", ".task", ".whl")):
        seen.append("opened " + str(args[0]))
    elif event in ("socket.connect", "socket.getaddrinfo"):
        seen.append("asked " + str(args))
sys.addaudithook(look)

from classroom.errors import ClassroomError
from classroom.records import SignalKind
from classroom.server import ClassServer
from classroom.settings import Settings

server = ClassServer(Settings.from_env())
ada = server.accounts.create(server.accounts.new_key(), "Ada", "correct horse battery").teacher
server.lawful.confirm(ada, None, "consent", "", True)
info = server.open_class(ada, "Optics")
student, token = server.join(info.code, "Ann", True)
if info.mode.shows.camera is False:
    server.signal(student, SignalKind.LOST)
server.demo.watch(server.settings.demo_mode).look()
server.board(info).look()
server.desk.warm_up()
try:
    server.desk.picture(b"a JPEG")
except ClassroomError:
    pass
server.close()
print("SEEN", *seen, sep="\\n")
"""


@pytest.mark.parametrize("region", [*WITHOUT_FACES, Region.OTHER])
def test_the_real_process_starts_no_child_and_opens_no_model_where_no_face_may_be_read(tmp_path, region):
    """Every program that it starts, every model file that it opens and every address, seen by Python's audit hook."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CLASSPULSE_")}
    # A folder without any model file, so that a look for one would be seen as well.
    env |= {"CLASSPULSE_REGION": region, "CLASSPULSE_DATA": str(tmp_path), "CLASSPULSE_MODELS": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    seen = done.stdout.partition("SEEN\n")[2].splitlines()
    if region is Region.OTHER:  # else this test would see nothing anywhere
        assert any("classroom.engine_process" in line for line in seen)
        assert any("classroom.recording_process" in line for line in seen)
    else:
        assert seen == []


@pytest.mark.parametrize("region", Region)
def test_the_command_line_reads_faces_only_where_they_may_be_read(tmp_path, monkeypatch, capsys, region):
    class Opened(Exception): ...

    def opened(models_dir):
        raise Opened

    monkeypatch.setattr(analyse.CrowdReader, "open", opened)
    monkeypatch.setenv("CLASSPULSE_REGION", region)
    (tmp_path / "class.jpg").write_bytes(b"a JPEG")
    command = [str(tmp_path / "class.jpg"), "--out", str(tmp_path / "results")]
    if region.profile.reads_faces:
        with pytest.raises(Opened):
            analyse.main(command)
        return
    assert analyse.main(command) == 1
    assert capsys.readouterr().err.strip() == region.profile.why_no_face
    assert not (tmp_path / "results").exists()


LAW = (ROOT / "docs" / "LAW.md").read_text("utf-8")


class TestTheDocument:
    def test_its_table_is_the_one_that_the_program_goes_by(self):
        rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.*) \|$", LAW, re.MULTILINE))
        assert list(rows) == list(Region)
        for region, row in rows.items():
            title, modes, kept, told = row.split(" | ")
            profile = PROFILES[Region(region)]
            assert title == profile.title
            assert modes == ("all five" if profile.modes == ALL else ", ".join(mode.word for mode in profile.modes))
            assert kept.split(" ")[0] == (str(profile.max_days) if profile.max_days else "as")
            assert told == _told(profile)

    def test_every_statement_has_its_source_and_says_how_it_was_checked(self):
        statements = re.findall(r"^- (.*(?:\n  .*)*)", LAW.partition("\n## EU and EEA")[2], re.MULTILINE)
        assert len(statements) > 30
        for statement in statements:
            assert re.search(r"\((?:read|quoted|not checked)\)\.?$", statement), statement
            assert re.search(r"\s—\s", statement), f"no source: {statement}"

    def test_it_says_that_it_is_no_legal_advice_and_of_when_it_is(self):
        head = LAW[:600]
        assert "no legal advice" in head and "27 November 2026" in head


def _told(profile) -> str:
    if not profile.told_in:
        return "nothing more"
    return "in every mode" if set(profile.told_in) == set(ALL) else "in modes with a camera"
