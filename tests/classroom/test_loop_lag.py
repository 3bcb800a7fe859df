import asyncio
import contextlib
import time

import pytest

from classroom.loop_lag import EVERY_S, KEPT_S, LoopLag


def test_before_the_first_look_nothing_is_known():
    assert LoopLag().p99_ms() is None
    assert LoopLag().mean_s(5) == 0.0


def test_one_of_a_hundred_may_be_later_than_the_99th_percentile():
    lag = LoopLag()
    for milliseconds in range(1, 101):
        lag.note(milliseconds / 1000)
    assert lag.p99_ms() == pytest.approx(99)


def test_a_minute_is_kept_and_no_more():
    lag = LoopLag()
    for late_s in [5.0] + [0.01] * round(KEPT_S / EVERY_S):
        lag.note(late_s)
    assert lag.p99_ms() == pytest.approx(10)


def test_the_mean_is_of_the_last_seconds():
    lag = LoopLag()
    for late_s in [0.0] * 100 + [1.0] * round(2 / EVERY_S):
        lag.note(late_s)
    assert lag.mean_s(2) == pytest.approx(1.0)
    assert lag.mean_s(4) == pytest.approx(0.5)


def test_who_comes_too_early_is_not_late():
    lag = LoopLag()
    lag.note(-0.1)
    assert lag.p99_ms() == 0


def test_a_loop_that_is_held_up_is_late(monkeypatch):
    monkeypatch.setattr("classroom.loop_lag.EVERY_S", 0.01)
    lag = LoopLag()

    async def hold_up() -> None:
        watching = asyncio.create_task(lag.watch())
        await asyncio.sleep(0.05)
        time.sleep(0.3)  # what must never stand in a frame callback
        await asyncio.sleep(0.05)
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    asyncio.run(hold_up())
    assert 250 <= lag.p99_ms()
