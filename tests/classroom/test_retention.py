"""How long classes are kept, and what deletes them."""

import threading

import pytest

from classroom.records import Sharing
from classroom.retention import DAY_MS, SMALL_BYTES, Retention, choices, deletion_ms, kept_days
from tests.fakes import MONDAY_MS, add_teacher, camera_frame, seed_class, serve, sign_up


@pytest.mark.parametrize(
    ("chosen", "days", "kept", "why"),
    [
        (None, 90, 90, "as the server says"),
        (7, 90, 7, "shorter was chosen"),
        (365, 90, 90, "the server was told to keep less since it was chosen"),
        (None, 0, 0, "until somebody deletes it"),
        (7, 0, 7, "a server without a limit"),
    ],
)
def test_the_shorter_time_wins(chosen, days, kept, why):
    assert kept_days(chosen, days) == kept


def test_only_shorter_times_can_be_chosen():
    assert choices(30) == [None, 1, 7]
    assert choices(1) == [None]
    assert choices(0) == [None, 1, 7, 30, 90, 180, 365]


@pytest.fixture
def info(store):
    """Last heard of when its readings were stored, two minutes after Monday."""
    return seed_class(store, add_teacher(store)).info


HEARD_MS = MONDAY_MS + 120_000


class TestPurge:
    @pytest.fixture
    def retention(self, store, clock, by_hand):
        def erase(info) -> None:
            self.erased.append(info.id)
            store.classes.erase(info.id)

        self.erased: list[int] = []
        self.quiet = True
        retention = Retention(store, clock, 30, erase, lambda: self.quiet)
        yield retention
        retention.close()

    def test_a_class_goes_when_its_time_is_over_and_not_a_moment_before(self, retention, store, clock, info):
        clock.now_ms = HEARD_MS + 30 * DAY_MS - 1
        assert retention.look()
        assert store.classes.get(info.id)
        assert deletion_ms(info, HEARD_MS, 30) == clock() + 1
        clock.advance(0.001)
        assert retention.look()
        assert self.erased == [info.id]
        assert not store.needs_scrub, "its bytes went, too"

    def test_a_shorter_time_of_its_own_counts(self, retention, store, clock, info):
        other = seed_class(store, info.teacher_id).info
        store.classes.keep_for(info.id, 1)
        clock.now_ms = HEARD_MS + DAY_MS
        retention.look()
        assert self.erased == [info.id]
        assert store.classes.get(other.id)

    def test_a_class_whose_end_was_forgotten_goes_too_and_one_that_is_heard_of_does_not(self, retention, store, clock):
        seeded = seed_class(store, add_teacher(store))
        assert seeded.info.is_open
        clock.now_ms = HEARD_MS + 30 * DAY_MS
        store.readings.write([], {seeded.students[0].id: (seeded.info.id, clock())}, clock())
        retention.look()
        assert self.erased == []
        clock.advance(30 * DAY_MS / 1000)
        retention.look()
        assert self.erased == [seeded.info.id]

    def test_a_large_file_is_written_anew_when_nobody_is_in_a_class(self, retention, store, clock, info, monkeypatch):
        monkeypatch.setattr("classroom.store.store.Store.size_bytes", SMALL_BYTES + 1)
        self.quiet = False
        clock.now_ms = HEARD_MS + 30 * DAY_MS
        assert not retention.look(), "it is looked at again soon"
        assert (self.erased, store.needs_scrub) == ([info.id], True)
        self.quiet = True
        assert retention.look()
        assert not store.needs_scrub


def test_a_server_without_a_limit_deletes_nothing_by_itself(store, clock, by_hand, info):
    retention = Retention(store, clock, 0, lambda info: pytest.fail("deleted"), lambda: True)
    clock.now_ms = HEARD_MS + 10_000 * DAY_MS
    assert retention.look()
    assert deletion_ms(info, HEARD_MS, 0) is None
    retention.close()


def test_its_thread_looks_at_the_start_and_when_it_is_told_and_outlives_a_fault(store, clock, monkeypatch):
    """The real thread, which rests for milliseconds instead of seconds."""
    monkeypatch.setattr("classroom.retention.REST_S", 0.005)
    seeded = seed_class(store, add_teacher(store))
    clock.now_ms = HEARD_MS + 30 * DAY_MS
    tries = []

    def erase(info) -> None:
        tries.append(info.id)
        if len(tries) == 1:
            raise RuntimeError("nobody thought of this")
        store.classes.erase(info.id)

    retention = Retention(store, clock, 30, erase, lambda: True)
    _until(lambda: store.classes.get(seeded.info.id) is None and not store.needs_scrub)
    clock.now_ms = HEARD_MS
    again = seed_class(store, seeded.info.teacher_id)
    store.rights.erase(again.students[0])
    retention.look_soon()
    _until(lambda: not store.needs_scrub)
    retention.close()
    retention.close()
    assert not retention._thread.is_alive()
    assert tries == [seeded.info.id] * 2


def test_a_purged_class_is_gone_for_who_has_it_open(server, clock):
    info = server.store.classes.open(sign_up(server.accounts).teacher.id, "Optics", (), clock())
    ann, token = server.join(info.code, "Ann", True)
    server.presence.page_ran(ann, "page")
    server.frame_arrived(ann, camera_frame())
    serve(server.ticker, 1e9)
    server.recorder.flush()
    assert server.keeping.deletion_ms(info) == clock() + 90 * DAY_MS
    clock.advance(90 * DAY_MS / 1000)
    assert server.retention.look()
    assert server.store.classes.get(info.id) is None
    assert server.student_of(token) is None
    assert not server.is_open(info)
    assert ann.sharing is Sharing.CAMERA
    server.presence.page_ran(ann, "page")
    server.recorder.flush()
    assert len(server.store.readings.visits(info.id)) == 0


def _until(happened) -> None:
    waited = threading.Event()
    for _ in range(2000):
        if happened():
            return
        waited.wait(0.005)
    pytest.fail("it did not happen within 10 s")
