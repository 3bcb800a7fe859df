"""Two servers that record one "class only" by mistake: neither fails, and what is told stays true to its promise."""

import pytest

from classroom.class_only import WINDOW_S
from classroom.gathering import ClassOnlyWindows
from classroom.modes import Mode
from classroom.recorder import Recorder
from classroom.records import Reading, Sharing
from classroom.store import Store
from tests.fakes import add_teacher, face

K = 5


@pytest.fixture
def servers(store_url, clock, by_hand):
    """A recorder each, on one database."""
    stores = [Store(store_url) for _ in range(2)]
    recorders = [Recorder(each, clock, dict, ClassOnlyWindows(each, each.classes.get)) for each in stores]
    yield recorders
    for each in (*recorders, *stores):
        each.close()


def open_class(store: Store, clock, title: str, students: int):
    info = store.classes.open(add_teacher(store, title), title, (), clock(), Mode.CLASS_ONLY, K)
    names = [f"{title} {number}" for number in range(students)]
    return info, [store.classes.join(info.id, name, name, Sharing.CAMERA, clock(), 60) for name in names]


def teach(clock, seconds: int, *shares) -> None:
    """A reading a second of each; ``shares``: recorder, students, and what they show."""
    for _ in range(seconds):
        clock.advance(1)
        for recorder, students, emotion in shares:
            recorder.add([Reading(each.class_id, each.id, clock(), face(emotion)) for each in students])
        for recorder in {id(share[0]): share[0] for share in shares}.values():
            recorder.flush()


def test_neither_recorder_fails_and_all_windows_are_over_one_set_of_groups(servers, clock):
    a, b = servers
    store = a._store
    split, students = open_class(store, clock, "Split", 2 * K)
    whole, others = open_class(store, clock, "Whole", K)
    teach(clock, 6 * WINDOW_S, (a, students[:K], "happy"), (b, students[K:], "sad"), (b, others, "neutral"))
    assert a.failing_since_ms is b.failing_since_ms is None
    sizes, members = store.class_windows.groups(split.id)
    assert sizes == {1: K, 2: K} and set(members) == {each.id for each in students}
    assert {frozenset(who for who in members if members[who] == number) for number in sizes} == {
        frozenset(each.id for each in half) for half in (students[:K], students[K:])
    }, "each server's students count together, and with nobody else"
    told = store.class_windows.of_class(split.id)
    assert told["window_ms"].is_unique and set(told["students"]) == {K}
    assert len(store.class_windows.of_class(whole.id)) == 5, "the class that shares a server with it lost nothing"
