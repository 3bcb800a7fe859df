import numpy as np
import pytest

from classroom.board import State
from classroom.demo import STUDENTS, UNWATCHED_MS, DemoFaces
from classroom.modes import Mode
from classroom.records import Sharing
from classroom.signals import OPPOSITES
from tests.fakes import MONDAY_MS

# Long enough for the mood to change, a third of the real one.
BACKFILL_S = 4 * 60


def test_the_same_students_do_the_same_in_every_demo():
    one, other = DemoFaces(), DemoFaces()
    for second in range(30):
        assert one.step(second) == other.step(second)


def test_another_seed_is_another_demo():
    assert [DemoFaces(1).step(second) for second in range(5)] != [DemoFaces(2).step(second) for second in range(5)]


def test_every_reading_is_one_that_a_camera_could_give():
    faces = DemoFaces()
    for second in range(60):
        readings = faces.step(second)
        assert len(readings) == STUDENTS
        for reading in readings:
            assert reading.usable == bool(reading.probs)
            assert sum(reading.probs) == pytest.approx(1 if reading.usable else 0)


class TestDemoClass:
    @pytest.fixture
    def live(self, server, monkeypatch):
        monkeypatch.setattr("classroom.demo.BACKFILL_S", BACKFILL_S)
        return server.demo.watch(Mode.NAMES)

    def test_nobody_of_a_demo_is_present_before_somebody_watches(self, server):
        assert server.demo.seen() == {}
        assert server.store.classes.open_classes() == []

    def test_it_is_marked_and_belongs_to_nobody(self, server, live):
        assert live.info.is_demo
        assert "made-up" in live.info.title
        assert server.store.classes.of_teacher(1) == []

    def test_it_goes_through_the_store_of_a_real_class(self, server, live):
        readings = server.store.readings.of_class(live.info.id)
        assert len(readings) == (STUDENTS - 1) * BACKFILL_S, "all but the one without a camera"
        board = live.look()
        assert len(board.tiles) == STUDENTS
        assert board.drawn["analyses"].sum() == len(readings)
        assert board.drawn["usable"].sum() == readings["p_happy"].notna().sum()

    def test_the_board_of_the_first_moment_has_a_past(self, server, live):
        board = live.look()
        assert len(board.drawn) >= BACKFILL_S // 10
        assert [tile.state for tile in board.tiles].count(State.NO_CAMERA) == 1
        assert board.usable_now > STUDENTS / 2
        assert np.nanstd(board.drawn["valence"]) > 0.05, "the mood moves"

    def test_students_signal_and_the_teacher_notes_the_same_in_every_demo(self, server, live):
        def what():
            info = server.demo.watch(Mode.NAMES).info
            said = server.store.signals.of_class(info.id)
            noted = server.store.markers.of_class(info.id)
            first_student = said["student_id"].min()
            return (
                *(said["kind"].tolist(), (said["student_id"] - first_student).tolist()),
                [(marker.kind, marker.at_ms - info.opened_ms) for marker in noted],
            )

        one = what()
        assert len(set(one[0])) >= 3 and len(one[2]) == 2
        server.demo._board = None
        assert what() == one

    def test_opposites_never_stand_together(self, server, live):
        for student in server.store.classes.students(live.info.id):
            kinds = {signal.kind for signal in server.store.signals.standing(student.id)}
            assert not {OPPOSITES.get(kind) for kind in kinds} & kinds

    def test_visits_are_one_piece(self, server, live):
        visits = server.store.readings.visits(live.info.id)
        assert visits["student_id"].is_unique
        assert (visits["seen_ms"] - visits["began_ms"]).min() > (BACKFILL_S - 10) * 1000

    def test_where_no_face_may_be_read_it_shows_signals_and_nothing_of_any_face(self, server, live):
        other = server.demo.watch(Mode.SIGNALS_ONLY)
        assert other is not live and server.demo.watch(Mode.SIGNALS_ONLY) is other
        (info,) = server.store.classes.open_classes()
        assert info.mode is Mode.SIGNALS_ONLY
        assert {student.sharing for student in server.store.classes.students(info.id)} == {Sharing.NOTHING}
        assert server.store.readings.of_class(info.id).empty
        assert len(server.store.signals.of_class(info.id)) > 10
        assert {tile.emotion for tile in other.look(max_age_ms=-1).tiles} == {None}

    def test_everybody_watches_the_same_one(self, server, live):
        assert server.demo.watch(Mode.NAMES) is live
        assert len(server.store.classes.open_classes()) == 1

    def test_it_goes_on_while_it_is_watched_and_is_erased_afterwards(self, server, live, clock):
        demo, steps = server.demo, iter([False, False, False, True])

        class Ticks:
            """The thread's clock: a second at each tick; before the third the last watcher leaves."""

            def wait(self, timeout_s):
                clock.advance(1)
                ended = next(steps)
                if not ended and clock() > MONDAY_MS + 2_000:
                    clock.advance(UNWATCHED_MS / 1000)
                return ended

            def is_set(self):
                return False

        demo._stop.set()
        demo._thread.join(timeout=10)
        demo._play(DemoFaces(), Ticks())
        assert server.store.classes.open_classes() == []
        assert len(server.store.readings.of_class(live.info.id)) == 0
        assert demo.seen() == {}
        again = demo.watch(Mode.NAMES)
        assert again is not live
        assert again.info.id != live.info.id

    def test_a_second_of_it_is_recorded_like_any_other(self, server, live, clock):
        demo, steps = server.demo, iter([False, True])
        demo._stop.set()
        demo._thread.join(timeout=10)
        before = len(server.store.readings.of_class(live.info.id))
        once = type("Once", (), {"wait": lambda self, timeout_s: clock.advance(1) and next(steps)})()
        demo._play(DemoFaces(), once)
        server.recorder.flush()
        assert len(server.store.readings.of_class(live.info.id)) == before + STUDENTS - 1
