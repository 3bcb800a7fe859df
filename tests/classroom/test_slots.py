import threading

import pytest

from classroom.slots import FrameSlots, Slot


def slot(student_id: int, at_ms: int) -> Slot[str]:
    return Slot(student_id, 1, at_ms, f"frame {at_ms}")


def test_empty_slots_have_nothing_to_take():
    slots = FrameSlots()
    assert slots.take(1) is slots.last_arrival_ms(1) is None
    assert slots.fresh() == []
    assert not slots.wait(timeout_s=0)
    slots.forget(1)


def test_the_newest_frame_wins_and_is_given_once():
    slots = FrameSlots()
    for at_ms in (10, 20, 30):
        slots.put(slot(1, at_ms))
    assert slots.take(1).frame == "frame 30"
    assert slots.take(1) is None


def test_every_frame_that_came_is_counted():
    slots = FrameSlots()
    for student_id in (1, 1, 2):
        slots.put(slot(student_id, 10))
    slots.forget(1)
    assert slots.arrived == 3


def test_a_taken_frame_is_still_remembered_to_have_come():
    slots = FrameSlots()
    slots.put(slot(1, 10))
    slots.take(1)
    assert slots.last_arrival_ms(1) == 10
    assert not slots.wait(timeout_s=0)


def test_forgetting_one_leaves_the_others():
    slots = FrameSlots()
    slots.put(slot(1, 10))
    slots.put(slot(2, 20))
    slots.forget(1)
    assert slots.fresh() == [2]
    assert (slots.last_arrival_ms(1), slots.last_arrival_ms(2)) == (None, 20)


def test_who_waits_is_woken_by_a_frame():
    slots, woken = FrameSlots(), []
    waiting = threading.Thread(target=lambda: woken.append(slots.wait(timeout_s=30)))
    waiting.start()
    slots.put(slot(1, 10))
    waiting.join(timeout=10)
    assert woken == [True]


@pytest.mark.parametrize("students", [1, 5])
def test_frames_that_come_at_once_keep_one_slot_a_student_and_the_last_frame(students):
    slots = FrameSlots()
    threads = [
        threading.Thread(target=lambda number=number: [slots.put(slot(number, at)) for at in range(500)])
        for number in range(students)
    ]
    for thread in threads:
        thread.start()
    taken = []
    while any(thread.is_alive() for thread in threads):
        taken += [one for one in map(slots.take, slots.fresh()) if one]
    taken += [one for one in map(slots.take, slots.fresh()) if one]
    for number in range(students):
        own = [one.arrived_ms for one in taken if one.student_id == number]
        assert own == sorted(set(own)), "each frame once, none after a newer one"
        assert own[-1] == 499
