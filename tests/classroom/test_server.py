import csv
import io
from datetime import UTC

import pytest

from classroom.board import State
from classroom.engine import EngineState
from classroom.errors import BadInput, ClassFull, CodeError, NameTaken, StoreError
from classroom.records import Sharing
from classroom.server import ClassServer
from classroom.session_csv import session_csv
from classroom.settings import Settings
from classroom.shedding import Shedding
from fer_model.labels import EMOTIONS
from tests.fakes import HOSTILE_NAMES, FakeEngine, camera_frame, face, serve, sign_up, silent


@pytest.fixture
def teacher(server):
    return sign_up(server.accounts).teacher


@pytest.fixture
def info(server, teacher):
    return server.open_class(teacher, "Physics, group B")


def join(server, info, name: str, share_camera: bool = True):
    """A student whose page is open."""
    student, token = server.join(info.code, name, share_camera)
    server.presence.page_ran(student, f"page of {name}")
    return student, token


def send(server, clock, *students, emotion: str = "happy", seconds: int = 1) -> None:
    """A frame a second of each, read and recorded."""
    server.engine.answer = face(emotion)
    for _ in range(seconds):
        now_ms = clock.advance(1)
        for student in students:
            server.presence.page_ran(student, "page")
            server.frame_arrived(student, camera_frame())
        serve(server.ticker, now_ms / 1000)
        server.recorder.flush()


def tiles(server, info) -> dict[str, State]:
    return {tile.name: tile.state for tile in server.board(info).look(max_age_ms=-1).tiles}


class TestOpening:
    @pytest.mark.parametrize("title", ["", " \t", "\u200b\x00"])
    def test_a_class_needs_a_title(self, server, teacher, title):
        with pytest.raises(BadInput, match="Give the class a title"):
            server.open_class(teacher, title)
        assert server.store.classes.open_classes() == []

    @pytest.mark.parametrize(("typed", "kept", "why"), HOSTILE_NAMES)
    def test_a_hostile_title_stays_text(self, server, teacher, typed, kept, why):
        assert server.open_class(teacher, typed).title == ("x" * 120 if typed.startswith("xxx") else kept)

    def test_a_list_that_cannot_be_used_opens_nothing(self, server, teacher):
        with pytest.raises(BadInput, match="501 names"):
            server.open_class(teacher, "Physics", "\n".join(map(str, range(501))))
        assert server.store.classes.open_classes() == []

    def test_a_class_belongs_to_who_opened_it(self, server, teacher, info):
        grace = sign_up(server.accounts, "Grace").teacher
        assert server.own_class(teacher, info.id) == info
        assert server.own_class(grace, info.id) is None
        assert server.own_class(teacher, info.id + 1) is None

    def test_no_two_classes_share_a_code(self, server, teacher):
        codes = {server.open_class(teacher, "Physics").code for _ in range(20)}
        assert len(codes) == 20


class TestJoining:
    @pytest.mark.parametrize(
        ("code", "sentence", "why"),
        [
            ("", "Type the code", "nothing"),
            ("ABCD", "has 8 letters", "half of it"),
            ("ABCD-EFG0", "no 0 in it", "mistyped"),
            ("ABCD-EFGH", "No open class has this code", "wrong"),
        ],
    )
    def test_a_code_that_opens_nothing_is_said(self, server, code, sentence, why):
        with pytest.raises(CodeError, match=sentence):
            server.join(code, "Ann", True)

    def test_a_closed_class_is_said(self, server, info):
        server.end_class(info)
        with pytest.raises(CodeError, match="No open class"):
            server.join(info.code, "Ann", True)

    def test_a_code_may_be_typed_in_any_shape(self, server, info):
        student, _ = server.join(f" {info.code[:4].lower()}-{info.code[4:].lower()} ", "Ann", True)
        assert student.class_id == info.id

    @pytest.mark.parametrize("name", ["Ann", "ANN", " ann ", "An\u200bn", "\u0410nn", "\ua4ee\ua4e0\ua4e0"])
    def test_a_taken_name_is_said_and_changes_nothing(self, server, info, name):
        ann, token = server.join(info.code, "Ann", True)
        with pytest.raises(NameTaken, match="add an initial"):
            server.join(info.code, name, True)
        assert server.store.classes.students(info.id) == [ann]
        assert server.student_of(token) == (ann, info)

    def test_a_full_class_is_said_and_who_is_in_it_stays(self, server, info):
        joined = [server.join(info.code, f"Student {number}", True)[0] for number in range(4)]
        with pytest.raises(ClassFull, match="4 students are in it"):
            server.join(info.code, "One more", True)
        assert server.store.classes.students(info.id) == joined

    @pytest.mark.parametrize(("share", "sharing"), [(True, Sharing.CAMERA), (False, Sharing.NOTHING)])
    def test_without_camera_is_a_choice(self, server, info, share, sharing):
        assert server.join(info.code, "Ann", share)[0].sharing is sharing

    def test_the_token_gives_the_same_row_again(self, server, info):
        ann, token = server.join(info.code, "Ann", True)
        assert server.student_of(token) == (ann, info)
        assert server.student_of("") is server.student_of("made up") is None


class TestAClass:
    def test_two_classes_at_once_never_see_each_others_students(self, server, teacher, clock):
        one, other = server.open_class(teacher, "One"), server.open_class(teacher, "Other")
        ann, ben = join(server, one, "Ann")[0], join(server, other, "Ben")[0]
        send(server, clock, ann, ben, seconds=3)
        assert tiles(server, one) == {"Ann": State.LIVE}
        assert tiles(server, other) == {"Ben": State.LIVE}
        for info, student in ((one, ann), (other, ben)):
            assert set(server.store.readings.of_class(info.id)["student_id"]) == {student.id}
            assert set(server.store.readings.visits(info.id)["student_id"]) == {student.id}
        server.end_class(one)
        assert server.is_open(other)
        send(server, clock, ben)
        assert len(server.store.readings.of_class(other.id)) == 4

    def test_every_way_of_being_here_has_its_tile(self, server, info, clock):
        ann, ben = join(server, info, "Ann")[0], join(server, info, "Ben")[0]
        cem, _ = join(server, info, "Cem", share_camera=False)
        server.join(info.code, "Dan", True)
        send(server, clock, ann)
        assert tiles(server, info) == {
            "Ann": State.LIVE,
            "Ben": State.JOINING,
            "Cem": State.JOINING,
            "Dan": State.GONE,
        }
        for _ in range(9):
            clock.advance(1)
            for student in (ben, cem):
                server.presence.page_ran(student, "page")
        states = tiles(server, info)
        assert (states["Ben"], states["Cem"]) == (State.NO_CAMERA, State.NO_CAMERA), "nobody sees which of both it is"
        server.share(ben, Sharing.PAUSED)
        assert tiles(server, info)["Ben"] is State.PAUSED

    def test_a_closed_tab_is_gone_within_twelve_seconds(self, server, info, clock):
        ann, ben = join(server, info, "Ann")[0], join(server, info, "Ben")[0]
        send(server, clock, ann, ben, seconds=2)
        send(server, clock, ann, seconds=10)
        assert tiles(server, info) == {"Ann": State.LIVE, "Ben": State.GONE}
        assert server.board(info).look().present_now == 1

    def test_a_stale_face_is_in_no_number(self, server, info, clock):
        ann, ben = join(server, info, "Ann")[0], join(server, info, "Ben")[0]
        send(server, clock, ann, emotion="sad")
        send(server, clock, ben, emotion="happy")
        clock.advance(5.5)
        server.presence.page_ran(ann, "page")
        send(server, clock, ben, emotion="happy")
        board = server.board(info).look(max_age_ms=-1)
        assert (board.usable_now, board.counts_now["sad"], board.counts_now["happy"]) == (1, 0, 1)
        assert board.valence_now == pytest.approx(face("happy").valence)

    def test_pausing_drops_the_frame_that_waits_and_those_on_their_way(self, server, info, clock):
        ann, _ = join(server, info, "Ann")
        server.frame_arrived(ann, camera_frame())
        server.share(ann, Sharing.PAUSED)
        server.frame_arrived(ann, camera_frame())
        assert serve(server.ticker, clock() / 1000) == 0
        assert server.engine.batches == []

    def test_leaving_is_at_once_and_the_cookie_brings_back_the_same_row(self, server, info, clock):
        ann, token = join(server, info, "Ann")
        send(server, clock, ann, seconds=3)
        server.leave(ann)
        assert tiles(server, info) == {"Ann": State.GONE}
        clock.advance(60)
        again, _ = server.student_of(token)
        assert again.id == ann.id
        send(server, clock, again, seconds=3)
        assert tiles(server, info) == {"Ann": State.LIVE}
        assert len(server.store.readings.visits(info.id)) == 2

    def test_the_end_writes_what_is_on_its_way_before_the_files_are_made(self, server, info, clock):
        ann, token = join(server, info, "Ann")
        server.frame_arrived(ann, camera_frame())
        serve(server.ticker, clock() / 1000)
        assert len(server.store.readings.of_class(info.id)) == 0, "nobody has flushed yet"
        server.end_class(info)
        readings = server.store.readings.of_class(info.id)
        assert len(readings) == 1
        students = server.store.classes.students(info.id)
        (row,) = csv.DictReader(io.StringIO(session_csv(info, students, readings, 10, UTC).decode("utf-8-sig")))
        assert (row["student"], row["happy"]) == ("Ann", "1")
        assert not server.is_open(info)
        assert not server.student_of(token)[1].is_open

    def test_no_frame_is_looked_at_after_the_end(self, server, info, clock):
        ann, _ = join(server, info, "Ann")
        server.frame_arrived(ann, camera_frame())
        server.end_class(info)
        server.frame_arrived(ann, camera_frame())
        assert serve(server.ticker, clock() / 1000) == 0

    def test_a_class_that_cannot_be_written_goes_on(self, server, info, monkeypatch):
        monkeypatch.setattr(server.recorder, "flush", _away)
        with pytest.raises(StoreError):
            server.end_class(info)
        assert server.is_open(info)
        assert server.store.classes.get(info.id).is_open

    def test_erasing_removes_everything_and_forgets_the_students(self, server, info, clock):
        ann, token = join(server, info, "Ann")
        send(server, clock, ann, seconds=3)
        server.frame_arrived(ann, camera_frame())
        server.keeping.erase_class(info)
        serve(server.ticker, clock.advance(5) / 1000)
        server.recorder.flush()
        assert server.student_of(token) is None
        assert server.store.classes.get(info.id) is None
        assert len(server.store.readings.of_class(info.id)) == len(server.store.readings.visits(info.id)) == 0

    def test_a_class_opened_after_an_erased_one_is_open(self, server, teacher, info, clock):
        server.keeping.erase_class(info)
        new = server.open_class(teacher, "New")
        ann, _ = join(server, new, "Ann")
        send(server, clock, ann)
        assert server.is_open(new)
        assert tiles(server, new) == {"Ann": State.LIVE}


class TestLimit:
    """A machine that cannot carry more; how it gets there is tested with ``Shedding`` and ``Ticker``."""

    @pytest.fixture(autouse=True)
    def at_the_limit(self, monkeypatch):
        monkeypatch.setattr(Shedding, "refuses_cameras", True)

    def test_new_cameras_are_refused_with_what_to_do(self, server, info):
        with pytest.raises(BadInput, match="Join without a camera"):
            server.join(info.code, "Ann", share_camera=True)
        assert server.store.classes.students(info.id) == []

    def test_joining_without_a_camera_stays_open(self, server, info):
        ann, _ = server.join(info.code, "Ann", share_camera=False)
        assert ann.sharing is Sharing.NOTHING
        with pytest.raises(BadInput):
            server.share(ann, Sharing.CAMERA)

    def test_who_shares_already_may_pause_and_go_on(self, server, info, monkeypatch):
        with monkeypatch.context() as before:
            before.setattr(Shedding, "refuses_cameras", False)
            ann, token = server.join(info.code, "Ann", share_camera=True)
        server.share(ann, Sharing.PAUSED)
        paused, _ = server.student_of(token)
        server.share(paused, Sharing.CAMERA)
        assert server.student_of(token)[0].sharing is Sharing.CAMERA


def test_a_restart_goes_on_under_the_same_code_with_everything_recorded(tmp_path, clock, by_hand):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'again.db'}")
    first = ClassServer(settings, clock, FakeEngine())
    signed_in = sign_up(first.accounts)
    info = first.open_class(signed_in.teacher, "Physics")
    ann, token = join(first, info, "Ann")
    send(first, clock, ann, seconds=5)
    # Killed: nothing is closed, so nothing is drained and nothing released.
    silent(first.store)
    killed_ms = clock()
    clock.advance(7)
    second = ClassServer(settings, clock, FakeEngine())
    assert second.accounts.teacher_of(signed_in.token) == signed_in.teacher
    assert second.student_of(token) == (ann, info)
    assert tiles(second, info) == {"Ann": State.GONE}, "not heard of since the start"
    assert second.away(info) == (killed_ms, killed_ms + 7_000)
    assert first.away(info) is None, "it was there from the beginning"
    send(second, clock, ann, seconds=2, emotion="fear")
    assert tiles(second, info) == {"Ann": State.LIVE}
    board = second.board(info).look(max_age_ms=-1)
    assert {emotion: int(board.drawn[emotion].sum()) for emotion in EMOTIONS if board.drawn[emotion].sum()} == {
        "happy": 5,
        "fear": 2,
    }
    for server in (first, second):
        server.close()


def test_a_class_that_was_left_open_overnight_has_no_news_of_it(tmp_path, clock, by_hand):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'again.db'}")
    first = ClassServer(settings, clock, FakeEngine())
    info = first.open_class(sign_up(first.accounts).teacher, "Physics")
    first.close()
    clock.advance(12 * 3600)
    second = ClassServer(settings, clock, FakeEngine())
    assert second.away(info) is None
    second.close()


def test_closing_drains_and_may_be_done_twice(tmp_path, clock, by_hand):
    server = ClassServer(Settings(database_url=f"sqlite:///{tmp_path / 'closed.db'}"), clock, FakeEngine())
    info = server.open_class(sign_up(server.accounts).teacher, "Physics")
    ann, _ = join(server, info, "Ann")
    server.frame_arrived(ann, camera_frame())
    serve(server.ticker, clock() / 1000)
    server.close()
    server.close()
    again = ClassServer(server.settings, clock, FakeEngine())
    assert len(again.store.readings.of_class(info.id)) == 1
    assert server.engine.state is EngineState.CLOSED
    again.close()


def test_a_server_without_its_database_starts_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    engine = FakeEngine()
    with pytest.raises(StoreError):
        ClassServer(Settings(database_url=f"sqlite:///{tmp_path / 'file' / 'classes.db'}"), engine=engine)
    assert engine.state is EngineState.READY, "not even asked to close"


def _away(*_, **__):
    raise StoreError("The class database does not answer.")
