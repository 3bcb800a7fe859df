"""What another process ended or erased on the same database is gone here within a second or two."""

import threading
from types import SimpleNamespace

import pytest
from sqlalchemy import event

from classroom.alert_desk import GRACE_MS
from classroom.board import State
from classroom.class_only import WINDOW_S
from classroom.class_watch import ClassWatch
from classroom.errors import BadInput, NotAllowed, StoreError
from classroom.modes import Mode
from classroom.records import SignalKind
from classroom.server import WATCHED_MS, ClassServer
from classroom.settings import Settings
from classroom.store import Store
from tests.fakes import FakeEngine, FakeRoomReader, add_teacher, camera_frame, face, seed_class, serve, sign_up


@pytest.fixture
def server(store_url, clock, by_hand):
    server = ClassServer(Settings(database_url=store_url, smallest_group=5), clock, FakeEngine(lively=True))
    yield server
    server.close()


@pytest.fixture
def elsewhere(server, store_url):
    """What another process has of the same database."""
    store = Store(store_url)
    yield store
    store.close()


@pytest.fixture
def ada(server):
    return sign_up(server.accounts).teacher


@pytest.fixture
def info(server, ada):
    return server.open_class(ada, "Optics")


def join(server, info, name: str):
    student, _ = server.join(info.code, name, True)
    server.presence.page_ran(student, f"page of {name}")
    return student


def send(server, clock, *students, emotion: str = "happy", seconds: int = 1) -> None:
    """A frame a second of each, whatever their pages know; read and recorded."""
    server.engine.answer = face(emotion)
    for _ in range(seconds):
        clock.advance(1)
        for student in students:
            server.frame_arrived(student, camera_frame())
        serve(server.ticker, clock() / 1000)
        server.recorder.flush()


def count(store, info) -> int:
    return len(store.readings.of_class(info.id))


class TestAnEnd:
    @pytest.mark.parametrize("how", ["ended", "erased"])
    def test_cameras_are_off_and_nothing_is_stored_any_more(self, server, elsewhere, info, clock, how):
        ann = join(server, info, "Ann")
        send(server, clock, ann, seconds=3)
        server.frame_arrived(ann, camera_frame())  # waits to be read
        server.recorder.flush()
        if how == "ended":
            elsewhere.classes.end(info.id, clock())
        else:
            elsewhere.classes.erase(info.id)
        server.class_watch.look()
        assert not server.is_open(info)
        assert server.slots.fresh() == [], "the picture that waited is dropped"
        send(server, clock, ann, seconds=3)
        assert count(elsewhere, info) == (3 if how == "ended" else 0)
        assert server.presence.seen() == {}
        with pytest.raises(NotAllowed, match="has ended"):
            server.picture_arrived(ann, info, b"")
        with pytest.raises(BadInput):
            server.signal(ann, SignalKind.LOST)

    def test_the_camera_of_the_room_is_off_even_while_it_sees_nobody(self, server, elsewhere, info, clock):
        reader = FakeRoomReader(None)
        server.rooms._new_reader = lambda: reader
        server.share_room(info)
        clock.advance(WATCHED_MS)
        elsewhere.classes.end(info.id, clock())
        server.class_watch.look()
        assert reader.closed and server.rooms.classes() == set()

    def test_a_board_that_somebody_looks_at_says_so(self, server, elsewhere, info, clock):
        server.board(info).look()
        elsewhere.classes.end(info.id, clock())
        server.class_watch.look()
        assert not server.is_open(info)

    def test_other_classes_go_on(self, server, elsewhere, ada, info, clock):
        other = server.open_class(ada, "Other")
        ann, ben = join(server, info, "Ann"), join(server, other, "Ben")
        elsewhere.classes.end(info.id, clock())
        server.class_watch.look()
        send(server, clock, ann, ben, seconds=2)
        assert server.is_open(other)
        assert (count(elsewhere, info), count(elsewhere, other)) == (0, 2)

    def test_the_thread_looks_by_itself(self, server, elsewhere, info, clock, monkeypatch):
        ann = join(server, info, "Ann")
        monkeypatch.setattr("classroom.class_watch.LOOK_EVERY_S", 0.01)
        ended = threading.Event()
        watch = ClassWatch(elsewhere, lambda: {info.id}, lambda class_id: (server._forget(class_id), ended.set()), None)
        elsewhere.classes.end(info.id, clock())
        assert ended.wait(timeout=30)
        watch.close()
        watch.close()
        assert not server.presence.accepts(ann.id)


class TestAnErasure:
    def test_the_student_is_in_no_sum_and_no_page_any_more(self, server, elsewhere, info, clock):
        ann, ben = join(server, info, "Ann"), join(server, info, "Ben")
        server.signal(ann, SignalKind.HAND_UP)
        live = server.board(info)
        server.class_watch.look()
        send(server, clock, ann, ben, emotion="fear", seconds=4)
        assert int(live.look(max_age_ms=-1).drawn["fear"].sum()) == 8
        server.frame_arrived(ann, camera_frame())
        elsewhere.rights.erase(ann)
        server.class_watch.look()
        assert server.rights.was_erased(ann) and not server.rights.was_erased(ben), "an open page goes by this"
        look = live.look(max_age_ms=-1)
        assert int(look.drawn["fear"].sum()) == 4
        assert [(tile.name, tile.state) for tile in look.tiles] == [("Ben", State.LIVE)]
        assert look.signals == ()
        send(server, clock, ann, ben, seconds=2)
        assert set(elsewhere.readings.of_class(info.id)["student_id"]) == {ben.id}
        assert ann.id not in server.presence.seen()

    def test_alerts_are_read_anew_without_the_student(self, server, elsewhere, info, clock):
        ann, ben = join(server, info, "Ann"), join(server, info, "Ben")
        server.class_watch.look()
        send(server, clock, ann, ben, emotion="sad", seconds=200)
        clock.advance(GRACE_MS / 1000)
        server.alerts.look()
        assert {alert.student_id for alert, _ in server.alerts.of(info)} >= {ann.id, ben.id}
        for student in (ann, ben):
            server.presence.page_ran(student, "page")
        elsewhere.rights.erase(ann)
        server.class_watch.look()
        server.alerts.look()
        assert ann.id not in {alert.student_id for alert, _ in server.alerts.of(info)}
        assert ben.id in {alert.student_id for alert, _ in server.alerts.of(info)}

    def test_a_window_that_is_not_over_does_not_count_the_student(self, server, elsewhere, ada, clock):
        info = server.open_class(ada, "Optics", mode=Mode.CLASS_ONLY)
        students = [join(server, info, f"S{number}") for number in range(6)]
        assert all([server.counts(student, "192.0.2.1", "") for student in students])
        server.class_watch.look()
        send(server, clock, *students, seconds=WINDOW_S - 2)
        elsewhere.rights.erase(students[0])
        server.class_watch.look()
        for student in students[1:]:
            server.presence.page_ran(student, "page")
        send(server, clock, *students, seconds=2 * WINDOW_S)
        told = elsewhere.class_windows.of_class(info.id)
        assert len(told) and set(told["students"]) == {5}

    def test_one_that_was_done_here_is_not_done_again(self, server, info, clock, monkeypatch):
        """After it the class is read from its beginning, which is dear."""
        ann = join(server, info, "Ann")
        join(server, info, "Ben")
        server.class_watch.look()
        server.rights.erase(ann)
        monkeypatch.setattr(server.recorder, "take_back", None)
        monkeypatch.setattr(server.rights, "_read_anew", None)
        server.class_watch.look()
        assert server.is_open(info)


class TestTheQuestion:
    def test_it_is_one_however_many_classes_and_students_are_here(self, server, ada, clock):
        for title in ("One", "Two", "Three"):
            info = server.open_class(ada, title)
            for number in range(4):
                join(server, info, f"S{number}")
        asked: list[str] = []
        event.listen(server.store._database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        server.class_watch.look()
        assert len(asked) == 1

    def test_nothing_is_asked_while_nobody_is_here(self, server, info, clock, monkeypatch):
        server.board(info).look()
        clock.advance(WATCHED_MS / 1000 + 1)
        monkeypatch.setattr(server.store.classes, "running", None)
        server.class_watch.look()

    def test_pages_and_frames_ask_nothing(self, server, info, clock, monkeypatch):
        ann = join(server, info, "Ann")
        server.student_of("")
        server._known[info.id] = info
        monkeypatch.setattr(server.store, "classes", None)
        assert server.is_open(info) and not server.rights.was_erased(ann)
        server.frame_arrived(ann, camera_frame())
        assert server.slots.fresh() == [ann.id]

    def test_while_the_database_is_away_what_was_known_stands(self, server, elsewhere, info, clock, monkeypatch):
        ann, ben = join(server, info, "Ann"), join(server, info, "Ben")
        server.class_watch.look()
        elsewhere.rights.erase(ann)
        with monkeypatch.context() as outage:
            outage.setattr(server.store.classes, "running", _away)
            with pytest.raises(StoreError):
                server.class_watch.look()
        assert server.is_open(info) and not server.rights.was_erased(ann)
        server.class_watch.look()
        assert server.is_open(info) and server.rights.was_erased(ann) and not server.rights.was_erased(ben)

    def test_its_thread_outlives_an_outage_and_a_fault(self, monkeypatch):
        monkeypatch.setattr("classroom.class_watch.LOOK_EVERY_S", 0.005)
        answers = [StoreError("away"), RuntimeError("nobody thought of this"), {}]
        ended = threading.Event()

        def running(_here):
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        store = SimpleNamespace(classes=SimpleNamespace(running=running))
        watch = ClassWatch(store, lambda: {1}, lambda class_id: ended.set(), None)
        assert ended.wait(timeout=30)
        watch.close()


def test_a_server_that_was_followed_has_no_class_here(server, info, clock):
    """They go on at the other one, with other cameras."""
    ann = join(server, info, "Ann")
    server.frame_arrived(ann, camera_frame())
    server.store.heartbeat.refuse("Another one has it.")
    server.class_watch.look()
    assert not server.is_open(info)
    server.frame_arrived(ann, camera_frame())
    assert server.slots.fresh() == []
    assert serve(server.ticker, clock() / 1000) == 0


def test_the_store_tells_who_is_in_which_running_class(store_url):
    store = Store(store_url)
    assert store.classes.running({1, 2}) == {}
    teacher = add_teacher(store)
    one, two, three = (seed_class(store, teacher) for _ in range(3))
    empty = store.classes.open(teacher, "Empty", (), 1)
    store.classes.end(two.info.id, 2)
    found = store.classes.running({one.info.id, two.info.id, empty.id, 99})
    assert found == {one.info.id: frozenset(each.id for each in one.students), empty.id: frozenset()}
    assert three.info.id not in found and store.classes.running(set()) == {}
    store.close()


def _away(*_, **__):
    raise StoreError("The class database does not answer.")
