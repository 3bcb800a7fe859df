import threading

import pytest

from classroom import recorder as recorder_module
from classroom.errors import StoreError
from classroom.recorder import Recorder
from classroom.records import Reading
from tests.fakes import NO_FACE


class FakeReadings:
    """Remembers each commit; ``away`` is raised instead while it is set."""

    def __init__(self) -> None:
        self.commits: list[tuple[list[int], dict, int]] = []
        self.away: Exception | None = None
        self.meanwhile = lambda: None
        self.committed = threading.Event()

    def write(self, new, seen, stored_ms) -> None:
        if self.away is not None:
            self.meanwhile()
            raise self.away
        self.commits.append(([reading.at_ms for reading in new], dict(seen), stored_ms))
        self.committed.set()

    @property
    def kept(self) -> list[int]:
        return [at_ms for commit, _, _ in self.commits for at_ms in commit]


class FakeStore:
    def __init__(self) -> None:
        self.readings = FakeReadings()


def reading(number: int) -> Reading:
    return Reading(1, 1, number, NO_FACE)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def recorder(store, clock, by_hand):
    recorder = Recorder(store, clock, dict)
    yield recorder
    recorder.close()


def test_an_empty_class_costs_no_commit(recorder, store):
    recorder.flush()
    recorder.add([])
    recorder.flush()
    assert store.readings.commits == []


def test_whatever_has_come_is_one_commit(recorder, store, clock):
    for number in range(100):
        recorder.add([reading(number), reading(number)])
    recorder.flush()
    recorder.flush()
    assert len(store.readings.commits) == 1
    assert store.readings.kept == [number for number in range(100) for _ in range(2)]
    assert recorder.last_commit_ms == clock()


def test_who_is_present_is_written_without_a_single_reading(store, clock, by_hand):
    recorder = Recorder(store, clock, lambda: {1: (7, clock())})
    recorder.flush()
    assert store.readings.commits == [([], {1: (7, clock())}, clock())]
    recorder.close()


def test_an_absent_database_loses_nothing_and_keeps_the_order(recorder, store, clock):
    recorder.add([reading(1)])
    recorder.flush()
    store.readings.away = StoreError("away")
    for number in (2, 3, 4):
        recorder.add([reading(number)])
        with pytest.raises(StoreError):
            recorder.flush()
        clock.advance(1)
    assert recorder.failing_since_ms == clock() - 3_000, "since the first failure, not the last"
    store.readings.away = None
    recorder.add([reading(5)])
    recorder.flush()
    assert store.readings.kept == [1, 2, 3, 4, 5]
    assert recorder.failing_since_ms is None
    assert recorder.lost == 0


def test_what_comes_during_a_commit_that_fails_comes_after_it(recorder, store):
    store.readings.away = StoreError("away")
    store.readings.meanwhile = lambda: recorder.add([reading(2)])
    recorder.add([reading(1)])
    with pytest.raises(StoreError):
        recorder.flush()
    store.readings.away = None
    recorder.flush()
    assert store.readings.kept == [1, 2]


def test_a_fault_that_nobody_foresaw_loses_nothing_either(recorder, store):
    store.readings.away = RuntimeError("not a store error")
    recorder.add([reading(1)])
    with pytest.raises(RuntimeError):
        recorder.flush()
    store.readings.away = None
    recorder.flush()
    assert store.readings.kept == [1]


def test_what_waits_is_bounded_and_the_oldest_go_first(recorder, store, monkeypatch):
    monkeypatch.setattr(recorder_module, "MAX_WAITING", 10)
    store.readings.away = StoreError("away")
    for number in range(15):
        recorder.add([reading(number)])
        with pytest.raises(StoreError):
            recorder.flush()
    store.readings.away = None
    recorder.flush()
    assert store.readings.kept == list(range(5, 15))
    assert recorder.lost == 5


class TestTakingBack:
    def test_what_waits_from_that_time_goes_and_nothing_else(self, recorder, store):
        recorder.add([reading(5), reading(10), reading(20), Reading(1, 2, 10, NO_FACE)])
        assert recorder.take_back(1, 10, 20, lambda: 3) == 2 + 3
        recorder.flush()
        assert store.readings.kept == [5, 10], "the student's older one, and the other student's"

    def test_what_was_still_being_read_is_refused_and_what_comes_later_is_kept(self, recorder, store):
        recorder.take_back(1, 10, 20, lambda: 0)
        recorder.add([reading(15), reading(20), reading(21), Reading(1, 2, 15, NO_FACE)])
        recorder.flush()
        assert store.readings.kept == [21, 15]

    def test_no_commit_is_under_way_meanwhile(self, recorder, store):
        """What a failing commit gives back must not come after what was taken back."""
        store.readings.away = StoreError("away")
        failing, go_on = threading.Event(), threading.Event()
        store.readings.meanwhile = lambda: (failing.set(), go_on.wait(timeout=10))
        recorder.add([reading(10)])
        commit = threading.Thread(target=lambda: pytest.raises(StoreError, recorder.flush))
        commit.start()
        assert failing.wait(timeout=10)
        taken: list[int] = []
        taking = threading.Thread(target=lambda: taken.append(recorder.take_back(1, 10, 20, lambda: 0)))
        taking.start()
        go_on.set()
        commit.join()
        taking.join()
        assert taken == [1]
        store.readings.away = None
        recorder.flush()
        assert store.readings.kept == []


def test_closing_writes_what_is_left_and_may_be_done_twice(recorder, store):
    recorder.add([reading(1), reading(2)])
    recorder.close()
    recorder.close()
    assert [commit for commit, _, _ in store.readings.commits] == [[1, 2]]
    assert not recorder._thread.is_alive()


def test_closing_while_the_database_is_away_ends_all_the_same(recorder, store):
    store.readings.away = StoreError("away")
    recorder.add([reading(1)])
    recorder.close()
    assert not recorder._thread.is_alive()


@pytest.mark.parametrize("fault", [StoreError("away"), RuntimeError("nobody thought of this")])
def test_its_thread_writes_by_itself_and_outlives_a_fault(store, clock, monkeypatch, fault):
    """The real thread, asked every few milliseconds instead of every second."""
    monkeypatch.setattr(recorder_module, "COMMIT_EVERY_S", 0.005)
    failed = threading.Event()

    def seen():
        if store.readings.away is not None:
            failed.set()
        return {}

    recorder = Recorder(store, clock, seen)
    store.readings.away = fault
    recorder.add([reading(1)])
    assert failed.wait(timeout=10)
    store.readings.away = None
    assert store.readings.committed.wait(timeout=10)
    recorder.close()
    assert store.readings.kept == [1]


def test_many_who_add_at_once_lose_nothing(store, clock, monkeypatch):
    monkeypatch.setattr(recorder_module, "COMMIT_EVERY_S", 0.001)
    recorder = Recorder(store, clock, dict)
    threads = [
        threading.Thread(target=lambda base=base: [recorder.add([reading(base + step)]) for step in range(200)])
        for base in range(0, 1000, 200)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    kept = store.readings.kept
    assert sorted(kept) == list(range(1000))
    for base in range(0, 1000, 200):
        own = [at_ms for at_ms in kept if base <= at_ms < base + 200]
        assert own == sorted(own), "each one's readings keep their order"


def test_who_was_here_while_the_database_was_away_has_not_left(store, clock, by_hand):
    """Seen once in five seconds is enough to stay: a visit ends after ten seconds of nothing."""
    recorder = Recorder(store, clock, lambda: {1: (7, clock())})
    began_ms = clock()
    store.readings.away = StoreError("away")
    for _ in range(60):
        with pytest.raises(StoreError):
            recorder.flush()
        clock.advance(1)
    store.readings.away = None
    recorder.flush()
    seen_s = [(seen[1][1] - began_ms) / 1000 for _, seen, _ in store.readings.commits]
    assert seen_s == [*range(0, 60, 5), 60]
    recorder.flush()
    assert len(store.readings.commits) == 14, "noted once, written once"
    recorder.close()


def test_what_is_noted_of_who_is_here_is_bounded(store, clock, by_hand):
    recorder = Recorder(store, clock, lambda: {1: (7, clock())})
    store.readings.away = StoreError("away")
    for _ in range(3 * recorder_module.MAX_NOTED):
        with pytest.raises(StoreError):
            recorder.flush()
        clock.advance(5)
    store.readings.away = None
    recorder.flush()
    assert len(store.readings.commits) == recorder_module.MAX_NOTED + 1
    recorder.close()
