import pytest

from classroom.shedding import BACK_S, FASTEST_S, PACES_S, SLOWEST_S, STEP_S, Load, Shedding

FULL = Load(busy=0.9, late_s=0.0)
IDLE = Load(busy=0.1, late_s=0.0)


def steps(shedding: Shedding, load: Load, from_s: float, seconds: float) -> list[tuple[float, bool]]:
    """The pace and whether cameras are refused, after each step that this load makes it take."""
    taken = []
    for tenth in range(round(seconds * 10)):
        if shedding.judge(load, from_s + tenth / 10):
            taken.append((shedding.interval_s, shedding.refuses_cameras))
    return taken


def test_it_begins_with_everything():
    shedding = Shedding()
    assert (shedding.interval_s, shedding.is_slowed, shedding.refuses_cameras) == (FASTEST_S, False, False)
    assert shedding.sentence == ""


def test_the_order_is_fixed_and_cameras_are_refused_last():
    assert PACES_S == (0.5, 1.0, 2.0)
    shedding = Shedding()
    assert steps(shedding, FULL, 100.0, 60) == [(1.0, False), (2.0, False), (2.0, True)]
    assert shedding.interval_s == SLOWEST_S


def test_it_comes_back_in_the_opposite_order():
    shedding = Shedding()
    steps(shedding, FULL, 100.0, 60)
    assert steps(shedding, IDLE, 200.0, 60) == [(2.0, False), (1.0, False), (0.5, False)]
    assert not shedding.is_slowed


@pytest.mark.parametrize(
    ("load", "goes", "why"),
    [
        (Load(0.71, 0.0), True, "the engine has no time left"),
        (Load(0.0, 0.26), True, "the event loop is late although the engine is not"),
        (Load(0.7, 0.25), False, "at the limit is not over it"),
        (Load(0.0, 0.0), False, "nothing to do"),
    ],
)
def test_what_is_too_much(load, goes, why):
    assert Shedding().judge(load, 100.0) is goes, why


def test_each_step_is_given_time_to_help():
    shedding = Shedding()
    assert shedding.judge(FULL, 100.0)
    assert not shedding.judge(FULL, 100.0 + STEP_S - 0.1)
    assert shedding.judge(FULL, 100.0 + STEP_S)


def test_arrivals_of_a_whole_class_are_no_reason_to_refuse_cameras():
    """A loop that is late for ten seconds, as it is when fifty join at once."""
    shedding = Shedding()
    steps(shedding, Load(busy=0.2, late_s=1.0), 100.0, 10)
    assert shedding.is_slowed
    assert not shedding.refuses_cameras


def test_a_short_rest_does_not_bring_it_back():
    shedding = Shedding()
    shedding.judge(FULL, 100.0)
    for start_s in (110.0, 130.0, 150.0):
        assert steps(shedding, IDLE, start_s, BACK_S - 1) == []
        shedding.judge(Load(busy=0.5, late_s=0.0), start_s + BACK_S)
    assert shedding.interval_s == 1.0


def test_it_does_not_come_back_where_twice_the_work_would_be_too_much():
    shedding = Shedding()
    shedding.judge(FULL, 100.0)
    assert steps(shedding, Load(busy=0.4, late_s=0.0), 110.0, 60) == []
    assert steps(shedding, Load(busy=0.3, late_s=0.0), 200.0, 60) == [(0.5, False)]


def test_cameras_are_taken_again_sooner_than_the_pace_rises():
    """Taking cameras again costs nothing at once: half of the engine's time free is enough for that."""
    shedding = Shedding()
    steps(shedding, FULL, 100.0, 60)
    assert steps(shedding, Load(busy=0.5, late_s=0.0), 200.0, 60) == [(2.0, False)]


@pytest.mark.parametrize(
    ("fastest_s", "paces"),
    [(0.5, [(1.0, False), (2.0, False), (2.0, True)]), (1.0, [(2.0, False), (2.0, True)]), (2.0, [(2.0, True)])],
)
def test_a_slower_machine_may_begin_slower(fastest_s, paces):
    shedding = Shedding(fastest_s)
    assert shedding.interval_s == fastest_s
    assert not shedding.is_slowed
    assert steps(shedding, FULL, 100.0, 60) == paces


def test_what_the_teacher_reads():
    shedding = Shedding()
    said = [shedding.sentence]
    for number in range(3):
        shedding.judge(FULL, 100.0 + 10 * number)
        said.append(shedding.sentence)
    assert said == [
        "",
        "The machine is busy: each face is read every 1 s now.",
        "The machine is busy: each face is read every 2 s now.",
        "The machine is at its limit: each face is read every 2 s, and new cameras are refused. Joining without one works.",
    ]
