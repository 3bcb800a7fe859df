"""What the database says of an error has values in it, which may be about a student; a log must have none of them.

Every table is made to refuse rows in every way that its columns allow, against SQLite and against PostgreSQL.
"""

import logging
import re
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import BigInteger, Boolean, Float, Integer, SmallInteger, String, Table, insert
from sqlalchemy.exc import SQLAlchemyError

from classroom.alert_desk import AlertDesk
from classroom.errors import Erased, StoreError
from classroom.recorder import Recorder
from classroom.records import MarkerKind, Reading, Sharing, SignalKind
from classroom.store.tables import metadata
from fer_model.reading import FaceReading
from tests.fakes import MONDAY_MS, FakeClock, add_teacher, face, seed_class

logger = logging.getLogger("classroom.test_quiet_errors")
# Nothing else in a log looks like these.
SECRET_TEXT, SECRET_NUMBER, SECRET_SHARE = "ovenbird", 27_182, 0.577215
NOWHERE = 987_654_321  # no row has it


def owners_of(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.foreign_keys]


def write(store, table: Table, rows) -> None:
    with store._database.begin() as connection:
        connection.execute(insert(table), rows)


def secrets_of(table: Table) -> dict:
    """A row whose every value would be known again."""
    return {column.name: _secret(column) for column in table.columns if not column.foreign_keys}


def _secret(column):
    match column.type:
        case Boolean():
            return True
        case String():
            return SECRET_TEXT[: column.type.length]
        case Float():
            return SECRET_SHARE
        case SmallInteger() | Integer() | BigInteger():
            return SECRET_NUMBER
    raise AssertionError(f"a column of a new type: {column}")


def refusals(table: Table):
    """Rows that the table refuses, each with why."""
    row = secrets_of(table)
    owners = dict.fromkeys(owners_of(table), NOWHERE)
    if owners:
        yield "no such owner", row | owners
    for column in table.columns:
        if not column.nullable:
            yield f"{column.name} is empty", row | owners | {column.name: None}
        if isinstance(column.type, String):
            yield f"{column.name} is too long", row | owners | {column.name: SECRET_TEXT * 100}
        else:
            yield f"{column.name} is of another type", row | owners | {column.name: SECRET_TEXT}
            yield f"{column.name} is too large", row | owners | {column.name: SECRET_NUMBER * 10**30}


def log_of(caplog, act) -> str:
    """What an unforeseen error of this would leave in the log, with its whole traceback; empty without one."""
    caplog.clear()
    try:
        act()
    except Exception:
        logger.exception("It failed in an unforeseen way.")
    return caplog.text


def must_be_quiet(text: str, what: str) -> None:
    found = [each for each in (SECRET_TEXT, str(SECRET_NUMBER), str(SECRET_SHARE)) if each in text]
    assert not found, f"{what}: {text[-1500:]}"


def test_no_table_tells_a_value_when_it_refuses_a_row(store, caplog):
    for table in metadata.sorted_tables:
        refused = 0
        for why, row in refusals(table):
            text = log_of(caplog, lambda table=table, row=row: write(store, table, row))
            refused += bool(text)
            must_be_quiet(text, f"{table.name}: {why}")
        assert refused, f"{table.name} refuses something"


def test_no_table_tells_a_value_when_a_row_is_there_already(store, caplog):
    seeded = seed_class(store, add_teacher(store))
    known = {"teacher_id": seeded.info.teacher_id, "class_id": seeded.info.id, "student_id": seeded.students[0].id}
    for table in metadata.sorted_tables:
        row = secrets_of(table) | {name: known.get(name) for name in owners_of(table)}
        write(store, table, row)
        for rows in ([row], [row, row]):
            text = log_of(caplog, lambda table=table, rows=rows: write(store, table, rows))
            assert text, f"{table.name} takes a row once"
            must_be_quiet(text, f"{table.name}: there already")


def test_an_error_of_the_database_still_says_what_was_wrong(store, caplog):
    """Quiet is not mute: table, column or rule stand there, for who has to mend it."""
    text = log_of(caplog, lambda: store.classes.open(None, None, (), MONDAY_MS))
    assert "classes" in text
    assert "title" in text


def test_a_statement_that_the_database_does_not_understand_tells_no_value_either(store, caplog):
    def ask():
        with store._database.begin() as connection:
            connection.exec_driver_sql(f"SELECT ovenbird_{SECRET_NUMBER} FROM nowhere")

    text = log_of(caplog, ask)
    assert "StoreError" in text


class TestErased:
    """An erasure wins over what is on its way: it has an error of its own, which who writes can tell from others."""

    @pytest.fixture
    def gone(self, store):
        seeded = seed_class(store, add_teacher(store))
        store.classes.erase(seeded.info.id)
        return seeded

    def test_what_belongs_to_an_erased_class_is_refused_as_such(self, store, gone):
        ann = gone.students[0]
        for late in (
            lambda: store.alerts.add(gone.info.id, ann.id, "away", MONDAY_MS, MONDAY_MS, "87% of 84 readings"),
            lambda: store.alerts.add(gone.info.id, None, "pace", MONDAY_MS, MONDAY_MS, "5 of 20"),
            lambda: store.readings.add_visit(gone.info.id, ann.id, MONDAY_MS, MONDAY_MS),
            lambda: store.classes.join(gone.info.id, "Ann", "x" * 64, ann.sharing, MONDAY_MS, 60),
            lambda: store.markers.add(gone.info.id, MarkerKind.BREAK, MONDAY_MS),
        ):
            with pytest.raises(Erased, match="deleted"):
                late()
        assert issubclass(Erased, StoreError)

    def test_what_has_always_been_left_out_still_is(self, store, gone, monkeypatch):
        ann = gone.students[0]
        store.readings.write([Reading(gone.info.id, ann.id, MONDAY_MS, face("sad"))], {}, MONDAY_MS)
        with pytest.raises(ValueError, match="deleted"):
            store.signals.add(gone.info.id, ann.id, SignalKind.LOST, MONDAY_MS)


class TestPlacesThatLog:
    """The threads outlive any fault and log it with its traceback."""

    def test_the_recorder(self, store, caplog, monkeypatch):
        monkeypatch.setattr("classroom.recorder.COMMIT_EVERY_S", 0.01)
        logged = threading.Event()
        monkeypatch.setattr(caplog.handler, "flush", logged.set)  # called after each record
        seeded = seed_class(store, add_teacher(store))
        odd = FaceReading(probs=(SECRET_SHARE, *[0.0] * 6), faces_seen=1)
        with refused(store, "readings"):
            recorder = Recorder(store, FakeClock(), dict)
            recorder.add([Reading(seeded.info.id, seeded.students[0].id, MONDAY_MS, odd)])
            assert logged.wait(10)
        recorder.close()
        assert "unforeseen" in caplog.text
        must_be_quiet(caplog.text, "recorder")

    def test_the_alert_desk(self, store, caplog, monkeypatch):
        monkeypatch.setattr("classroom.alert_desk.LOOK_EVERY_S", 3_600)  # the test looks itself
        info = store.classes.open(add_teacher(store), "Optics", (), MONDAY_MS)
        ann = store.classes.join(info.id, "Ann", "x" * 64, Sharing.CAMERA, MONDAY_MS, 60)
        for second in range(260):
            at_ms = MONDAY_MS + second * 1000
            store.readings.write([Reading(info.id, ann.id, at_ms, face("sad"))], {ann.id: (info.id, at_ms)}, at_ms)
        desk = AlertDesk(store, FakeClock(MONDAY_MS + 265_000))
        with refused(store, "alerts"):
            desk.look()
        assert "unforeseen" in caplog.text
        assert not re.search(r"\d+ of \d+|\d+%", caplog.text), "what was seen of somebody"
        desk.look()
        desk.close()
        (alert,) = store.alerts.of_class(info.id)
        assert re.search(r"\d+ of \d+|\d+%", alert.evidence), "else the test looks for something else"


@contextmanager
def refused(store, table: str):
    """The database refuses every new row of this table, and says of it what it can."""

    def change(postgresql: str, sqlite: str) -> None:
        with store._database.begin() as connection:
            is_server = connection.dialect.name == "postgresql"
            connection.exec_driver_sql(f"ALTER TABLE {table} {postgresql}" if is_server else sqlite)

    refuse = f"BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no more'); END"
    change("ADD CONSTRAINT no_more CHECK (class_id < 0) NOT VALID", f"CREATE TRIGGER no_more {refuse}")
    yield
    change("DROP CONSTRAINT no_more", "DROP TRIGGER no_more")


def test_no_engine_is_made_without_hiding_parameters(store):
    assert store._database.engine.hide_parameters
    with pytest.raises(SQLAlchemyError, match="hidden"), store._database.engine.begin() as connection:
        connection.execute(insert(metadata.tables["teachers"]).values(name=SECRET_TEXT))
