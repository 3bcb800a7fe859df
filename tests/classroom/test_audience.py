"""Strangers watch the demo as long as they cost no class anything."""

import pytest

from classroom.audience import MOST, PAUSE_MS, STAYS_MS, Audience
from classroom.shedding import IN_TIME_S, LATE_S, STEP_S
from tests.fakes import seed_class, sign_up


@pytest.fixture
def audience(clock) -> Audience:
    return Audience(clock)


def test_some_watch_at_once_and_the_next_one_waits_until_one_has_gone(audience, clock):
    assert all(audience.admit(f"page {number}") for number in range(MOST))
    assert not audience.admit("one more")
    clock.now_ms += STAYS_MS - 1
    assert all(audience.admit(f"page {number}") for number in range(1, MOST)), "those that are open run again"
    clock.now_ms += 1
    assert audience.admit("one more"), "in place of the first one, which is closed"
    assert not audience.admit("page 0")


def test_it_gives_way_for_a_minute(audience, clock):
    assert not audience.is_paused
    audience.admit("page")
    audience.give_way()
    assert audience.is_paused and not audience.admit("page")
    clock.now_ms += PAUSE_MS
    assert not audience.is_paused and audience.admit("page")


def test_without_anybody_there_is_nothing_to_give_up(audience):
    audience.give_way()
    assert not audience.is_paused and not audience.gave_way_within(1e9)


class TestBesideAClass:
    """What the ticker is told of the event loop, which decides what students give up."""

    @pytest.fixture
    def late(self, server) -> None:
        for _ in range(100):
            server.loop_lag.note(2 * LATE_S)

    @pytest.fixture
    def here(self, server, clock) -> None:
        info = seed_class(server.store, sign_up(server.accounts).teacher.id).info
        student, _ = server.join(info.code, "Dan", True)
        server.presence.page_ran(student, "page")

    def test_strangers_give_up_the_demo_before_students_give_up_anything(self, server, clock, late, here):
        server.audience.admit("a stranger")
        assert server._late_s(STEP_S) == 0.0
        assert server.audience.is_paused
        clock.advance(STEP_S)
        assert server._late_s(STEP_S) == 0.0, "it was measured while they still watched"
        clock.advance(0.1)
        assert server._late_s(STEP_S) == pytest.approx(2 * LATE_S), "and it is not they"

    def test_without_strangers_a_late_loop_counts_at_once(self, server, late, here):
        assert server._late_s(STEP_S) == pytest.approx(2 * LATE_S)

    def test_without_a_class_the_demo_goes_on(self, server, late):
        server.audience.admit("a stranger")
        server._late_s(STEP_S)
        assert not server.audience.is_paused

    def test_a_loop_in_time_disturbs_nobody(self, server, here):
        server.loop_lag.note(IN_TIME_S / 2)
        server.audience.admit("a stranger")
        assert server._late_s(STEP_S) == pytest.approx(IN_TIME_S / 2)
        assert not server.audience.is_paused
