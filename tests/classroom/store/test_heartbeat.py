"""The row that says which server has the database. Against SQLite and against PostgreSQL."""

import threading
import time
from dataclasses import replace

import pytest

from classroom.class_only import ClassWindow
from classroom.errors import OtherServer
from classroom.records import MarkerKind, Reading, Sharing, SignalKind
from classroom.store import Store
from classroom.store.database import SILENT_MS
from classroom.store.tables import setup_keys
from tests.fakes import MONDAY_MS, add_teacher, face, seed_class, silent

T = MONDAY_MS


def rows(store) -> list[tuple]:
    with store._database.begin() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("select server_id, heard_ms from heartbeat")]


class TestTaking:
    def test_a_database_that_nobody_has_is_taken_and_kept(self, store):
        assert store.heartbeat.take("one") is None
        silent(store, 500)
        ((_, first_ms),) = rows(store)
        assert store.heartbeat.take("one") is None
        ((who, heard_ms),) = rows(store)
        assert who == "one" and heard_ms >= first_ms + 500

    def test_another_one_is_told_who_has_it_and_since_when_that_is_silent(self, store):
        store.heartbeat.take("one")
        silent(store, 3_000)
        before = rows(store)
        holder = store.heartbeat.take("two")
        assert (holder.server_id, holder.heard_ms) == before[0]
        assert 3_000 <= holder.silent_ms < 3_000 + 60_000
        assert rows(store) == before, "and has changed nothing"

    def test_silence_alone_frees_nothing_who_asks_decides(self, store):
        store.heartbeat.take("one")
        silent(store)
        holder = store.heartbeat.take("two")
        assert holder.silent_ms > SILENT_MS
        assert store.heartbeat.take("two", holder) is None
        assert store.heartbeat.take("one").server_id == "two"

    def test_who_was_heard_of_meanwhile_keeps_it(self, store):
        store.heartbeat.take("one")
        silent(store)
        holder = store.heartbeat.take("two")
        store.heartbeat.take("one")
        assert store.heartbeat.take("two", holder).server_id == "one"
        assert store.heartbeat.take("two", replace(holder, server_id="three")).server_id == "one"

    def test_of_two_who_follow_a_dead_one_at_once_one_has_it(self, store, store_url):
        store.heartbeat.take("dead")
        silent(store)
        holder = store.heartbeat.take("a")
        gate, got = threading.Barrier(6), []

        def follow(name: str) -> None:
            own = Store(store_url)
            gate.wait()
            got.append((name, own.heartbeat.take(name, holder)))
            own.close()

        threads = [threading.Thread(target=follow, args=(name,)) for name in "abcdef"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (first,) = [name for name, other in got if other is None]
        assert {other.server_id for _, other in got if other} == {first}

    def test_released_it_is_free_at_once_and_only_its_own_server_releases_it(self, store):
        store.heartbeat.take("one")
        store.heartbeat.release("two")
        assert store.heartbeat.take("two").server_id == "one"
        store.heartbeat.release("one")
        store.heartbeat.release("one")
        assert rows(store) == [] and store.heartbeat.take("two") is None

    def test_the_time_is_the_databases_own(self, store, monkeypatch):
        """Two machines with wrong clocks agree on PostgreSQL's; a file is on the machine whose clock it is."""
        now_ms = time.time_ns() // 1_000_000
        monkeypatch.setattr("classroom.store.database.time.time_ns", lambda: 7_000_000)
        store.heartbeat.take("one")
        ((_, heard_ms),) = rows(store)
        if store.kind == "PostgreSQL":
            assert abs(heard_ms - now_ms) < 60_000
        else:
            assert heard_ms == 7


def gave_up() -> None:
    raise OtherServer("gave up")


WRITES = [
    lambda store, seeded: store.teachers.add_key("key", T),
    lambda store, seeded: store.teachers.drop_keys(),
    lambda store, seeded: store.teachers.remove(seeded.info.teacher_id),
    lambda store, seeded: store.classes.open(None, "Demo", ("Ann",), T),
    lambda store, seeded: store.classes.join(seeded.info.id, "Dan", "token", Sharing.CAMERA, T, 9),
    lambda store, seeded: store.classes.end(seeded.info.id, T),
    lambda store, seeded: store.classes.erase(seeded.info.id),
    lambda store, seeded: store.classes.erase_demos(),
    lambda store, seeded: store.readings.write([Reading(seeded.info.id, seeded.students[0].id, T, face("sad"))], {}, T),
    lambda store, seeded: store.readings.write([], {seeded.students[0].id: (seeded.info.id, T)}, T),
    lambda store, seeded: store.class_windows.add([ClassWindow(seeded.info.id, T, 5, (0,) * 7)]),
    lambda store, seeded: store.signals.add(seeded.info.id, seeded.students[0].id, SignalKind.LOST, T),
    lambda store, seeded: store.markers.add(seeded.info.id, MarkerKind.NOTE, T),
    lambda store, seeded: store.alerts.add(seeded.info.id, None, "pace", T, T, ""),
    lambda store, seeded: store.rights.erase(seeded.students[0]),
    lambda store, seeded: store.rights.take_back(seeded.students[0], T),
]


class TestTheGuard:
    """Of a server that is not sure any more whether it still has the database."""

    @pytest.fixture
    def seeded(self, store):
        return seed_class(store, add_teacher(store))

    @pytest.fixture
    def other(self, store, store_url):
        other = Store(store_url)
        yield other
        other.close()

    def everything(self, store) -> list:
        with store._database.begin() as connection:
            names = ("teachers", "setup_keys", "classes", "students", "visits", "readings", "signals", "markers", "alerts", "class_windows")  # fmt: skip
            return [connection.exec_driver_sql(f"select * from {name} order by 1").all() for name in names]

    @pytest.mark.parametrize("write", WRITES)
    def test_nothing_is_written_once_another_server_has_the_database(self, store, other, seeded, write):
        store.heartbeat.take("one")
        store.heartbeat.guard("one", lambda: False, gave_up)
        silent(store)
        other.heartbeat.take("two", other.heartbeat.take("two"))
        before = self.everything(other)
        with pytest.raises(OtherServer):
            write(store, seeded)
        assert self.everything(other) == before
        write(other, seeded)

    def test_who_still_has_it_writes_and_is_heard_of_by_that(self, store, seeded):
        store.heartbeat.take("one")
        store.heartbeat.guard("one", lambda: False, gave_up)
        silent(store)
        for write in WRITES[8:10]:
            write(store, seeded)
        assert store.heartbeat.take("two").silent_ms < SILENT_MS

    def test_who_is_sure_asks_nothing(self, store, seeded):
        store.heartbeat.guard("one", lambda: True, gave_up)
        WRITES[3](store, seeded)
        assert rows(store) == []

    def test_reading_is_not_guarded(self, store, other, seeded):
        """A database that can only be read, as on a full disk, still shows what is in it."""
        store.heartbeat.take("one")
        store.heartbeat.guard("one", lambda: False, gave_up)
        silent(store)
        other.heartbeat.take("two", other.heartbeat.take("two"))
        assert store.classes.get(seeded.info.id) == seeded.info

    def test_nobody_takes_the_database_in_the_middle_of_what_is_written(self, store, other, seeded):
        store.heartbeat.take("one")
        store.heartbeat.guard("one", lambda: False, gave_up)
        silent(store)
        holder = other.heartbeat.take("two")
        got = []
        taking = threading.Thread(target=lambda: got.append(other.heartbeat.take("two", holder)))
        with store._database.begin() as connection:
            connection.execute(store._database.insert_new(setup_keys), {"key_hash": "k", "expires_ms": T})
            taking.start()
            taking.join(timeout=0.3)
            assert got == [], "it waits for the end of the transaction"
        taking.join(timeout=30)
        assert got[0].server_id == "one", "and learns that the other one lives"


def test_a_store_that_was_told_to_refuse_says_why_to_everybody(store):
    seeded = seed_class(store, add_teacher(store))
    store.heartbeat.refuse("Another one has it.")
    for ask in (*WRITES, lambda store, seeded: store.classes.get(1), lambda store, seeded: store.teachers.count()):
        with pytest.raises(OtherServer, match="Another one has it"):
            ask(store, seeded)
