"""One database takes one server: who is refused, who may follow, and what becomes of one that was followed."""

import threading

import pytest

from classroom import heartbeat as heartbeat_module
from classroom.errors import OtherServer, StoreError
from classroom.heartbeat import REFUSED, REPLACED, Heartbeat
from classroom.modes import Mode
from classroom.records import Reading
from classroom.server import ClassServer
from classroom.settings import Settings
from classroom.store import Store
from tests.fakes import MONDAY_MS, FakeEngine, add_teacher, camera_frame, face, seed_class, serve, sign_up, silent


@pytest.fixture
def stores(store_url):
    """Of one database what each of two servers has."""
    stores = Store(store_url), Store(store_url)
    yield stores
    for store in stores:
        store.close()


@pytest.fixture
def quick(monkeypatch):
    """Beats by the hundredth of a second, and gone after a second."""
    for name, value in {
        "BEAT_EVERY_S": 0.02,
        "LOOK_EVERY_S": 0.02,
        "SILENT_MS": 1_000,
        "SURE_MS": 500,
        "WAIT_MS": 1_500,
    }.items():
        monkeypatch.setattr(heartbeat_module, name, value)


def kill(heartbeat: Heartbeat) -> None:
    """It beats no more, and has released nothing."""
    heartbeat._stop.set()
    heartbeat._thread.join()


def freeze(heartbeat: Heartbeat) -> None:
    """As after SIGSTOP, or on a machine that sleeps; it goes on afterwards."""
    kill(heartbeat)
    heartbeat._stop.clear()


class TestStarting:
    def test_a_second_server_is_refused_while_the_first_one_lives(self, stores, quick):
        first = Heartbeat(stores[0], "one")
        with pytest.raises(OtherServer) as refused:
            Heartbeat(stores[1], "two")
        assert str(refused.value) == REFUSED
        assert "stop that one first" in REFUSED and "DATABASE_URL" in REFUSED
        first.beat()
        first.close()

    def test_after_an_end_in_order_the_next_one_starts_at_once(self, stores, monkeypatch):
        first = Heartbeat(stores[0], "one")
        first.close()
        first.close()
        monkeypatch.setattr(heartbeat_module, "LOOK_EVERY_S", 1e6)  # it would wait for good
        second = Heartbeat(stores[1], "two")
        first.close()
        assert stores[0].heartbeat.take("three").server_id == "two", "what is closed releases nobody else's"
        second.close()

    def test_a_killed_one_is_waited_for_and_followed(self, stores, quick, caplog):
        kill(Heartbeat(stores[0], "one"))
        second = Heartbeat(stores[1], "two")
        assert "waits to see whether that still runs" in caplog.text and len(caplog.records) == 1
        second.close()

    def test_one_that_is_known_to_be_dead_is_followed_at_once(self, stores, monkeypatch, caplog):
        kill(Heartbeat(stores[0], "one"))
        monkeypatch.setattr(heartbeat_module, "LOOK_EVERY_S", 1e6)
        second = Heartbeat(stores[1], "two", {"one": False}.get)
        assert caplog.text == ""
        second.close()

    def test_one_that_was_silent_for_long_is_followed_at_once(self, stores, monkeypatch):
        kill(Heartbeat(stores[0], "one"))
        silent(stores[0], 10_000)
        monkeypatch.setattr(heartbeat_module, "LOOK_EVERY_S", 1e6)
        Heartbeat(stores[1], "two").close()

    def test_one_that_hangs_is_not_followed_as_long_as_its_process_is_there(self, stores, quick):
        hung = Heartbeat(stores[0], "one")
        freeze(hung)
        silent(stores[0])
        with pytest.raises(OtherServer, match="stop that one first"):
            Heartbeat(stores[1], "two", {"one": True}.get)
        hung.beat()
        hung.close()

    def test_a_clock_that_was_set_back_keeps_nobody_out(self, stores, quick):
        """Else the next server would wait as long as the clock was set back."""
        kill(Heartbeat(stores[0], "one"))
        silent(stores[0], -3_600_000)
        Heartbeat(stores[1], "two").close()

    def test_of_two_that_wait_for_a_dead_one_the_second_is_refused(self, stores, quick):
        kill(Heartbeat(stores[0], "one"))
        got: list[object] = []

        def start(number: int) -> None:
            try:
                got.append(Heartbeat(stores[number], f"next {number}"))
            except OtherServer as error:
                got.append(error)

        threads = [threading.Thread(target=start, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(type(each).__name__ for each in got) == ["Heartbeat", "OtherServer"]
        for each in got:
            if isinstance(each, Heartbeat):
                each.close()

    def test_without_a_database_it_does_not_start(self, stores, monkeypatch):
        monkeypatch.setattr(stores[0].heartbeat, "take", _away)
        with pytest.raises(StoreError):
            Heartbeat(stores[0], "one")


class TestStandingStill:
    def test_who_was_followed_writes_no_more_and_says_so_once(self, stores, clock, caplog):
        seeded = seed_class(stores[0], add_teacher(stores[0]))
        before = len(stores[0].readings.of_class(seeded.info.id))
        first = Heartbeat(stores[0], "one", clock=clock)
        freeze(first)
        silent(stores[0])
        clock.advance(20)
        second = Heartbeat(stores[1], "two")
        for _ in range(2):
            with pytest.raises(OtherServer) as refused:  # before its own thread has noticed
                stores[0].readings.write(
                    [Reading(seeded.info.id, seeded.students[0].id, MONDAY_MS, face("sad"))], {}, 1
                )
            assert str(refused.value) == REPLACED
        with pytest.raises(OtherServer):
            stores[0].classes.get(seeded.info.id)
        with pytest.raises(OtherServer):
            first.beat()
        assert len(stores[1].readings.of_class(seeded.info.id)) == before
        assert [record.getMessage() for record in caplog.records] == [REPLACED]
        first.close()
        assert stores[1].heartbeat.take("three").server_id == "two", "it does not fight for it"
        second.close()

    def test_its_thread_notices_by_itself(self, stores, quick):
        first = Heartbeat(stores[0], "one")
        freeze(first)
        silent(stores[0])
        second = Heartbeat(stores[1], "two")
        woken = threading.Thread(target=first._run)
        woken.start()
        woken.join(timeout=30)
        assert not woken.is_alive()
        with pytest.raises(OtherServer, match="use that one, and stop this one"):
            stores[0].teachers.count()
        first.close()
        second.close()

    def test_whom_nobody_followed_goes_on_however_long_it_stood(self, stores, clock):
        first = Heartbeat(stores[0], "one", clock=clock)
        freeze(first)
        silent(stores[0])
        clock.advance(3_600)
        seed_class(stores[0], add_teacher(stores[0]))
        first.beat()
        first.close()

    def test_a_row_that_somebody_has_deleted_comes_back(self, stores, quick):
        first = Heartbeat(stores[0], "one")
        stores[1].heartbeat.release("one")
        first.beat()
        with pytest.raises(OtherServer):
            Heartbeat(stores[1], "two")
        first.close()


def test_a_database_that_was_away_finds_its_server_as_before(stores, quick, monkeypatch):
    asked = threading.Semaphore(0)

    def away(*_):
        asked.release()
        raise StoreError("away")

    first = Heartbeat(stores[0], "one")
    with monkeypatch.context() as outage:
        outage.setattr(stores[0].heartbeat, "take", away)
        for _ in range(3):
            assert asked.acquire(timeout=30), "it goes on trying"
    silent(stores[1])
    first.beat()
    with pytest.raises(OtherServer):
        Heartbeat(stores[1], "two")
    first.close()


def test_a_fault_that_nobody_foresaw_does_not_end_it(stores, quick, monkeypatch):
    asked = threading.Semaphore(0)

    def broken(*_):
        asked.release()
        raise RuntimeError("nobody thought of this")

    first = Heartbeat(stores[0], "one")
    with monkeypatch.context() as fault:
        fault.setattr(stores[0].heartbeat, "take", broken)
        assert asked.acquire(timeout=30) and asked.acquire(timeout=30)
    assert first._thread.is_alive()
    first.close()


class TestServers:
    @pytest.fixture
    def settings(self, store_url, tmp_path):
        return Settings(database_url=store_url, recordings_dir=tmp_path / "recordings")

    @pytest.fixture
    def first(self, settings, clock, by_hand, quick):
        server = ClassServer(settings, clock, FakeEngine())
        yield server
        server.close()

    def test_a_second_one_deletes_nothing_and_voids_nothing(self, first, settings, clock, tmp_path):
        key = first.accounts.new_setup_key()
        demo = first.demo.watch(Mode.NAMES).info
        job = first.jobs.begin(1, "lesson.mp4", 5, 0.5)
        first.jobs.receive(job, b"video")
        engine = FakeEngine()
        with pytest.raises(OtherServer):
            ClassServer(settings, clock, engine)
        elsewhere = Settings(database_url=settings.database_url, recordings_dir=tmp_path / "other")
        with pytest.raises(OtherServer):
            ClassServer(elsewhere, clock, engine)
        assert first.accounts.create(key, "Ada", "correct horse battery")
        assert first.store.classes.get(demo.id) == demo
        assert first.jobs._path_of(job).read_bytes() == b"video"
        assert not list((tmp_path / "other").glob("*/*")), "and leaves nothing"
        first.jobs.drop(job)

    @pytest.mark.parametrize("part", ["Accounts", "Retention"])
    def test_one_that_fails_on_its_way_does_not_keep_the_database(self, settings, clock, by_hand, monkeypatch, part):
        with monkeypatch.context() as broken:
            broken.setattr(f"classroom.server.{part}", _away)
            with pytest.raises(StoreError):
                ClassServer(settings, clock, FakeEngine())
        assert "heartbeat" not in {thread.name for thread in threading.enumerate()}
        monkeypatch.setattr(heartbeat_module, "LOOK_EVERY_S", 1e6)
        ClassServer(settings, clock, FakeEngine()).close()

    def test_one_that_was_followed_stores_nothing_and_says_why(self, first, settings, clock, tmp_path, store_url):
        info = first.open_class(sign_up(first.accounts).teacher, "Optics")
        ann, _ = first.join(info.code, "Ann", True)
        first.presence.page_ran(ann, "page")
        first.frame_arrived(ann, camera_frame())
        freeze(first.heartbeat)
        first.heartbeat._beat_ms -= 20_000
        silent(first.store)
        second = ClassServer(Settings(database_url=store_url, recordings_dir=tmp_path / "other"), clock, FakeEngine())
        serve(first.ticker, 3e9)
        with pytest.raises(OtherServer):
            first.recorder.flush()
        assert second.store.readings.of_class(info.id).empty
        store, *_ = first.health.parts()
        assert not store.ok and store.sentence == REPLACED
        second.close()


def _away(*_, **__):
    raise StoreError("The class database does not answer.")
