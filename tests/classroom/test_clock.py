"""Clocks that jump: the one that a server reads, and a class in the middle of which the time is set."""

from datetime import UTC

import pytest

from classroom.board import State
from classroom.class_files import EVERYTHING, REPORT, class_file
from classroom.clock import NeverBack, now_ms
from classroom.people_charts import heat_map, lines, person_grid
from classroom.records import MarkerKind, SignalKind
from classroom.report import attendance_table, attention_table, class_report, smoothed, smoothings
from classroom.server import ClassServer
from classroom.settings import Settings
from fer_model.labels import EMOTIONS
from tests.classroom.test_server import join, send, tiles
from tests.fakes import MONDAY_MS, FakeClock, FakeEngine, sign_up

HOUR_S = 3600
YEARS_S = 40 * 365 * 86_400  # a machine without a battery for its clock wakes up in 1970


class Wall(FakeClock):
    """A clock on the wall that anybody may set, and one of unknown origin that nobody can."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_ns = 0

    def passes(self, seconds: float) -> None:
        self.elapsed_ns += round(seconds * 1e9)
        self.advance(seconds)

    def watch(self, **keys) -> NeverBack:
        return NeverBack(self, elapsed_ns=lambda: self.elapsed_ns, **keys)


class TestNeverBack:
    def test_it_is_the_wall_clock_as_long_as_nobody_sets_it(self):
        wall = Wall()
        watch = wall.watch()
        for _ in range(3):
            assert watch() == wall()
            wall.passes(1.5)

    def test_what_is_set_forward_is_followed(self):
        wall = Wall()
        watch = wall.watch()
        watch()
        wall.advance(HOUR_S)
        assert watch() == MONDAY_MS + HOUR_S * 1000

    def test_what_is_set_back_is_waited_for_at_its_own_pace(self):
        wall = Wall()
        watch = wall.watch()
        watch()
        wall.advance(-HOUR_S)
        wall.passes(5)
        assert watch() == MONDAY_MS + 5_000
        wall.passes(HOUR_S)
        assert watch() == MONDAY_MS + (HOUR_S + 5) * 1000
        wall.advance(HOUR_S + 60)
        assert watch() == wall(), "the wall is ahead again"

    def test_it_begins_no_earlier_than_it_is_told(self):
        wall = Wall()
        watch = wall.watch(from_ms=MONDAY_MS + 10_000)
        wall.passes(1)
        assert watch() == MONDAY_MS + 11_000

    def test_the_machines_own_is_one_of_these(self):
        assert isinstance(now_ms, NeverBack)
        assert now_ms() <= now_ms()


@pytest.mark.parametrize("jump_s", [HOUR_S, 30 * 86_400, YEARS_S], ids=["an hour", "a month", "forty years"])
def test_a_class_in_which_the_time_is_set_forward_stays_whole(server, clock, jump_s):
    info = server.open_class(sign_up(server.accounts).teacher, "Physics")
    ann, _ = join(server, info, "Ann")
    ben, _ = join(server, info, "Ben", share_camera=False)
    send(server, clock, ann, seconds=30)
    server.signals.signal(ben, SignalKind.HAND_UP)
    server.store.markers.add(info.id, MarkerKind.TOPIC, clock())
    server.alerts.look()

    clock.advance(jump_s)
    assert tiles(server, info)["Ann"] is State.GONE, "not heard of for so long, as the clock says"
    send(server, clock, ann, seconds=30, emotion="sad")
    server.presence.page_ran(ben, "page")
    server.alerts.look()
    assert tiles(server, info) == {"Ann": State.LIVE, "Ben": State.NO_CAMERA}
    board = server.board(info).look(max_age_ms=-1)
    assert {each: int(board.drawn[each].sum()) for each in EMOTIONS if board.drawn[each].sum()} == {
        "happy": 30,
        "sad": 30,
    }
    assert len(board.drawn) < 1000, "no browser draws a point for every ten seconds of the jump"
    empty = board.drawn["usable"] == 0
    assert board.drawn.loc[empty, "valence"].isna().all(), "a gap is a gap"
    server.end_class(info)
    report = everything_is_made(server, info)
    assert report.analyses == 60
    (row,) = [row for row in report.attendance if row.student.id == ann.id]
    assert row.visits == 2 and row.present_ms < 120_000, "nobody was here in the time that never was"


@pytest.mark.parametrize("back_s", [HOUR_S, YEARS_S], ids=["an hour", "forty years"])
def test_a_class_goes_on_after_a_restart_with_a_clock_that_was_set_back(tmp_path, clock, by_hand, back_s):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'again.db'}")
    first = ClassServer(settings, clock, FakeEngine())
    info = first.open_class(sign_up(first.accounts).teacher, "Physics")
    ann, _ = join(first, info, "Ann")
    send(first, clock, ann, seconds=30, emotion="sad")
    first.close()

    clock.advance(-back_s)
    second = ClassServer(settings, clock, FakeEngine())
    assert tiles(second, info) == {"Ann": State.GONE}, "what was read before is not now"
    send(second, clock, ann, seconds=10)
    assert tiles(second, info) == {"Ann": State.LIVE}
    (tile,) = second.board(info).look(max_age_ms=-1).tiles
    assert tile.emotion == "happy"
    at_ms = second.store.readings.of_class(info.id)["at_ms"]
    assert at_ms.is_monotonic_increasing
    second.end_class(info)
    assert everything_is_made(second, info).analyses == 40
    ended = second.store.classes.get(info.id)
    assert ended.ended_ms >= at_ms.max() > ended.opened_ms
    second.close()


def everything_is_made(server, info):
    """Every table, chart and file of the class; gives its report."""
    ended = server.store.classes.get(info.id)
    for name in (EVERYTHING, REPORT):
        assert class_file(server.store, ended, name, 10, UTC)
    report = class_report(server.store, ended, 10)
    for step_s in smoothings(report):
        assert len(smoothed(report, step_s).timeline) < 1000
    grid = person_grid(report)
    for figure in (heat_map(grid, UTC), lines(grid, range(min(2, len(grid.names))), UTC)):
        assert len(figure.to_json()) < 1_000_000
    attendance_table(report, UTC)
    attention_table(report)
    return report
