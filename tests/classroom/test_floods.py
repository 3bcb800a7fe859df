"""Attack: one student, or one address, does by script what people do now and then. What it costs, and leaves behind."""

from collections import deque

import pytest
from sqlalchemy import event

from classroom.board import LiveBoard
from classroom.errors import BadInput
from classroom.latest import Latest
from classroom.records import SignalKind
from classroom.server import ClassServer
from classroom.settings import Settings
from classroom.signalling import TAPS_A_MINUTE
from tests.fakes import FakeEngine, camera_frame, face, serve, sign_up

TAPS = 1_000
LEAVES = 1_000
JOINS, MORE_JOINS = 30, 90


@pytest.fixture
def server(tmp_path, clock, by_hand, monkeypatch):
    monkeypatch.setattr("classroom.alert_desk.LOOK_EVERY_S", 3_600)  # the tests look themselves
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'flooded.db'}", max_students=8)
    server = ClassServer(settings, clock, FakeEngine(face("sad")))
    yield server
    server.close()


@pytest.fixture
def info(server):
    return server.open_class(sign_up(server.accounts).teacher, "Optics")


@pytest.fixture
def statements(server) -> list[str]:
    """What the database was asked."""
    asked: list[str] = []
    event.listen(server.store._database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    return asked


def join(server, info, name: str):
    student, token = server.join(info.code, name, True)
    student, _ = server.student_of(token)
    server.presence.page_ran(student, f"page of {name}")
    return student


def send(server, clock, students, seconds: int) -> None:
    for _ in range(seconds):
        clock.advance(1)
        for student in students:
            server.presence.page_ran(student, "page")
            server.frame_arrived(student, camera_frame(32, 24))
        serve(server.ticker, clock() / 1000)
        server.recorder.flush()


class TestTaps:
    def test_a_thousand_in_a_second_are_a_few_and_the_others_cost_no_query(self, server, info, statements, clock):
        ann, ben = join(server, info, "Ann"), join(server, info, "Ben")
        kinds = list(SignalKind)
        statements.clear()
        refused = 0
        for number in range(TAPS):
            clock.now_ms += number % 2  # a thousand in half a second
            try:
                (server.take_back if number % 7 == 6 else server.signal)(ann, kinds[number % len(kinds)])
            except BadInput:
                refused += 1
        assert refused > TAPS * 0.8
        rows = server.store.signals.of_class(info.id)
        assert len(rows) <= TAPS_A_MINUTE
        assert len(statements) < 50
        server.signal(ben, SignalKind.HAND_UP)
        board = server.board(info).look(max_age_ms=-1)
        assert board.count(SignalKind.HAND_UP) <= 2
        assert all(board.count(kind) <= 1 for kind in kinds if kind is not SignalKind.HAND_UP)

    def test_taps_and_ways_back_all_day_are_ten_a_minute(self, server, info, clock):
        """What stood long enough is taken back, and said again."""
        ann = join(server, info, "Ann")
        for _ in range(600):
            clock.advance(0.9)
            for kind in SignalKind:
                for press in (server.take_back, server.signal):
                    try:
                        press(ann, kind)
                    except BadInput:
                        pass
        assert len(server.store.signals.of_class(info.id)) <= TAPS_A_MINUTE * 10

    def test_a_class_that_has_ended_hears_nothing(self, server, info):
        ann = join(server, info, "Ann")
        server.end_class(info)
        for press in (server.signal, server.take_back):
            with pytest.raises(BadInput, match="has ended"):
                press(ann, SignalKind.LOST)


class TestLeaving:
    def test_again_and_again_writes_nothing_after_the_first_time(self, server, info, statements, clock):
        ann, ben = join(server, info, "Ann"), join(server, info, "Ben")
        server.signal(ann, SignalKind.HAND_UP)
        server.leave(ann)
        assert ann.id not in server.presence.seen() and ben.id in server.presence.seen()
        statements.clear()
        for _ in range(LEAVES):
            server.leave(ann)
        assert statements == []
        assert server.board(info).look(max_age_ms=-1).count(SignalKind.HAND_UP) == 0

    def test_whoever_joins_and_leaves_all_day_leaves_nothing_in_memory(self, server, info, clock, monkeypatch):
        """Everything that the server holds, whatever holds it, is as large after many as after some."""
        monkeypatch.setattr("classroom.latest.MOST", 20)
        small = Latest(20)
        for holder, name in (
            (server, "_left_for_good"),
            (server.rights, "_erased"),
            (server.rights, "_taken_back_ms"),
            (server.recorder, "_refused"),
            (server.ticker, "_due_s"),
            (server.ticker, "_read_ms"),
        ):
            assert isinstance(getattr(holder, name), Latest)
            monkeypatch.setattr(holder, name, Latest(small._most))

        def come_and_go(first: int, last: int) -> None:
            for number in range(first, last):
                student = join(server, info, f"Somebody called {number}")
                send(server, clock, [student], 1)
                server.signal(student, SignalKind.LOST)
                server.rights.take_back(student)
                (server.leave, server.leave_for_good)[number % 2](student)
                server.rights.erase(student)
                server.board(info).look(max_age_ms=-1)

        come_and_go(0, JOINS)
        before = sizes_in(server)
        come_and_go(JOINS, MORE_JOINS)
        after = sizes_in(server)
        assert {name: (before.get(name, 0), n) for name, n in after.items() if n > before.get(name, 0) + 5} == {}
        assert len(before) > 50, "else nothing was looked at"


class TestErasing:
    def test_a_script_does_not_make_the_server_read_the_class_again(self, server, info, clock, monkeypatch):
        from_where: list[int] = []
        of_class = server.store.readings.of_class

        def spied(class_id, after_id=0, **which):
            from_where.append(after_id)
            return of_class(class_id, after_id, **which)

        monkeypatch.setattr(server.store.readings, "of_class", spied)
        class_ = [join(server, info, name) for name in ("Ann", "Ben", "Cem")]
        send(server, clock, class_, 100)
        server.alerts.look()
        for number in range(5):
            script = join(server, info, f"Script {number}")
            send(server, clock, [*class_, script], 2)
            server.alerts.look()
            server.board(info).look(max_age_ms=-1)
            server.rights.erase(script)
            server.class_watch.look()
            from_where.clear()
            server.alerts.look()
            server.board(info).look(max_age_ms=-1)
            assert len(from_where) == 2 and min(from_where) > 300, "from where it was, not from the beginning"

    def test_nothing_to_take_back_does_not_either(self, server, info, clock, monkeypatch):
        ann, script = join(server, info, "Ann"), join(server, info, "Script")
        send(server, clock, [ann], 20)
        server.board(info).look(max_age_ms=-1)
        server.alerts.look()
        before = server.alerts._classes[info.id]
        assert server.rights.take_back(script) == 0
        assert server.alerts._classes[info.id] is before and server.board(info)._after_id > 0

    def test_what_is_left_is_what_a_class_without_the_student_would_have(self, server, info, clock):
        ann, ben = join(server, info, "Ann"), join(server, info, "Ben")
        send(server, clock, [ann, ben], 200)
        clock.advance(10)
        server.alerts.look()
        live = server.board(info)
        live.look(max_age_ms=-1)
        assert {alert.student_id for alert, _ in server.alerts.of(info)} >= {ann.id, ben.id}
        server.rights.erase(ann)
        for _ in range(2):  # as it is at once, and after more was read
            now = live.look(max_age_ms=-1)
            fresh = LiveBoard(
                info, server.store, clock, server.settings.window_s, server._last_seen_ms, server._last_frame_ms
            ).look()
            assert now.tiles == fresh.tiles
            assert now.drawn.equals(fresh.drawn) and now.recent.equals(fresh.recent)
            assert {alert.student_id for alert, _ in server.alerts.of(info)} <= {ben.id, None}
            send(server, clock, [ben], 20)
            server.alerts.look()
        assert ben.id in {alert.student_id for alert, _ in server.alerts.of(info)}
        assert server.alerts._classes[info.id]._watch.counts.last(clock(), 300)["analyses"].tolist().count(0) == 1


def sizes_in(root) -> dict[str, int]:
    """By path the size of every container that this object of ours holds, and what these hold."""
    found: dict[str, int] = {}
    seen: set[int] = set()
    waiting = deque([("server", root)])
    while waiting:
        path, value = waiting.popleft()
        if id(value) in seen or path.count("/") > 8:
            continue
        seen.add(id(value))
        if isinstance(value, (dict, set, frozenset, list, tuple, deque)):
            found[path] = len(value)
            held = value.values() if isinstance(value, dict) else value
            waiting.extend((f"{path}/{number}", each) for number, each in enumerate(list(held)[:50]))
        elif type(value).__module__.startswith("classroom") and hasattr(value, "__dict__"):
            waiting.extend((f"{path}/{name}", each) for name, each in vars(value).items())
    return found
