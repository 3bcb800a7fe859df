"""Databases of earlier and later versions, of both kinds. What a step must do is written down in the package."""

import logging
import shutil
import sqlite3
import stat
import threading

import pandas as pd
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Double, Engine, Float, inspect, text

from classroom.errors import OtherServer, StoreError
from classroom.store import Store, migrations
from classroom.store.database import connect
from classroom.store.tables import metadata
from tests.fakes import MONDAY_MS as T
from tests.fakes import add_teacher, seed_class, silent

FOLDER = migrations.__path__[0]


def differences(store: Store) -> list:
    """What the database has and ``tables.py`` has not, and the other way round."""

    def other_type(_context, _inspected, _column, there, wanted) -> bool | None:
        # PostgreSQL answers REAL and DOUBLE PRECISION to FLOAT(24) and FLOAT(53).
        if isinstance(there, Float) and isinstance(wanted, Float) and store.kind == "PostgreSQL":
            return isinstance(there, Double) != (wanted.precision > 24)
        return None

    with store._database.engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": other_type}), metadata)


def execute(store: Store, *statements: str) -> None:
    with store._database.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def copies(tmp_path) -> list:
    return sorted(tmp_path.glob("**/*before-update*"))


@pytest.fixture
def next_step(tmp_path, monkeypatch):
    """Put a further step behind those there are: ``next_step("op.execute(...)")``."""
    steps = ScriptDirectory(FOLDER)
    own = tmp_path / "steps"
    shutil.copytree(FOLDER, own, ignore=shutil.ignore_patterns("__pycache__"))

    def config() -> Config:
        config = Config()
        config.set_main_option("script_location", str(own))
        config.set_main_option("path_separator", "os")
        return config

    def add(*lines: str) -> None:
        body = "\n".join(f"    {line}" for line in lines)
        (own / "versions" / "next.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision, down_revision = 'next', {steps.get_current_head()!r}\ndef upgrade():\n{body}\n"
        )
        monkeypatch.setattr(migrations, "_config", config)

    return add


# What the steps after the first one have added, taken away again. A new step adds its own.
ADDED_SINCE = (
    *(f"ALTER TABLE classes DROP COLUMN {column}" for column in ("mode", "smallest_group", "keep_days")),
    *(f"DROP TABLE {table}" for table in ("class_windows", "counted_together", "lawful_bases", "heartbeat")),
    *(f"DROP INDEX IF EXISTS {index}" for index in ("alerts_once", "alerts_about_class_once")),
    "DROP TABLE known_browsers",
    "ALTER TABLE teachers DROP COLUMN signed_out_ms",
    "DROP TABLE setup_keys",
    "CREATE TABLE setup_keys (key_hash VARCHAR(64) PRIMARY KEY, expires_ms BIGINT NOT NULL)",
)


def before(step: str, store_url: str) -> Engine:
    """A database as it was before this step."""
    engine, config = connect(store_url), migrations._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, ScriptDirectory(FOLDER).get_revision(step).down_revision)
    return engine


def test_there_is_one_last_step():
    assert len(ScriptDirectory(FOLDER).get_heads()) == 1


def test_all_steps_together_make_the_tables_that_the_code_expects(store):
    assert differences(store) == []


def test_a_column_without_its_step_would_be_found(store):
    execute(store, "ALTER TABLE readings DROP COLUMN yaw_deg")
    (found,) = differences(store)
    assert (found[0], found[2], found[3].name) == ("add_column", "readings", "yaw_deg")


def test_an_ordinary_start_makes_no_copy(store, store_url, tmp_path):
    store.close()
    Store(store_url).close()
    assert copies(tmp_path) == []


def test_a_database_from_before_the_steps_is_recognised_and_keeps_its_rows(store, store_url, tmp_path, caplog):
    """As the first versions left it: without alerts, without how a face is held, without an index."""
    seeded = seed_class(store, add_teacher(store))
    columns = ("yaw_deg", "pitch_deg", "roll_deg", "eyes_open", "mouth_open")
    execute(
        store,
        *(f"ALTER TABLE readings DROP COLUMN {column}" for column in columns),
        *("DROP TABLE alerts", "DROP INDEX signals_of_student", "DROP TABLE alembic_version"),
        *ADDED_SINCE,
    )
    store.close()
    with caplog.at_level(logging.WARNING):
        again = Store(store_url)
    assert differences(again) == []
    frame = again.readings.of_class(seeded.info.id)
    assert len(frame) == seeded.analyses and frame["yaw_deg"].isna().all()
    assert pd.api.types.is_float_dtype(frame["yaw_deg"])
    assert again.alerts.of_class(seeded.info.id) == []
    assert again.classes.students(seeded.info.id) == seeded.students
    again.close()
    assert "earlier version" in caplog.text
    if store_url.startswith("sqlite"):
        (copy,) = copies(tmp_path)
        assert str(copy) in caplog.text
        with sqlite3.connect(copy) as old:
            assert old.execute("select count(*) from readings").fetchone() == (seeded.analyses,)
            assert "yaw_deg" not in {row[1] for row in old.execute("pragma table_info(readings)")}
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600, "nobody else reads it"
    else:
        assert "pg_dump" in caplog.text and copies(tmp_path) == []


def test_a_database_of_a_newer_version_is_refused_and_left_alone(store, store_url, tmp_path):
    seeded = seed_class(store, add_teacher(store))
    execute(store, "UPDATE alembic_version SET version_num = '9999'", "ALTER TABLE teachers ADD COLUMN later INTEGER")
    with pytest.raises(StoreError, match=r"newer ClassPulse \(its form is 9999.*update ClassPulse"):
        Store(store_url)
    assert "later" in {column["name"] for column in inspect(store._database.engine).get_columns("teachers")}
    assert len(store.readings.of_class(seeded.info.id)) == seeded.analyses
    assert copies(tmp_path) == []


def test_a_table_that_is_made_anew_keeps_the_rows_of_its_rows(store, store_url, next_step):
    """SQLite alters a column by making the table anew; the visits and readings of its students must not go with it."""
    seeded = seed_class(store, add_teacher(store))
    store.close()
    next_step(
        "with op.batch_alter_table('students') as table:",
        "    table.alter_column('sharing', type_=sa.String(20))",
    )
    again = Store(store_url)
    assert again.classes.students(seeded.info.id) == seeded.students
    assert len(again.readings.of_class(seeded.info.id)) == seeded.analyses
    assert len(again.readings.visits(seeded.info.id)) > 0
    again.classes.erase(seeded.info.id)
    assert len(again.readings.of_class(seeded.info.id)) == 0, "and foreign keys are on again"
    again.close()


def test_a_step_that_fails_in_the_middle_leaves_the_database_as_it_was(store, store_url, next_step):
    seeded = seed_class(store, add_teacher(store))
    next_step("op.add_column('classes', sa.Column('half', sa.Integer))", "op.execute('SELECT no_such_thing')")
    with pytest.raises(StoreError):
        Store(store_url)
    assert "half" not in {column["name"] for column in inspect(store._database.engine).get_columns("classes")}
    assert len(store.readings.of_class(seeded.info.id)) == seeded.analyses


def test_two_servers_that_start_at_once_update_it_once(store, store_url, next_step, tmp_path):
    seed_class(store, add_teacher(store))
    store.close()
    next_step("op.add_column('classes', sa.Column('once', sa.Integer))")
    gate, problems = threading.Barrier(3), []

    def start() -> None:
        gate.wait()
        try:
            Store(store_url).close()
        except Exception as error:
            problems.append(error)

    servers = [threading.Thread(target=start) for _ in range(3)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert problems == []
    assert len(copies(tmp_path)) == (1 if store_url.startswith("sqlite") else 0)


def test_a_database_is_not_changed_under_a_server_that_uses_it(store, store_url, next_step, tmp_path):
    seeded = seed_class(store, add_teacher(store))
    assert store.heartbeat.take("the running server") is None
    next_step("op.add_column('classes', sa.Column('half', sa.Integer))")
    with pytest.raises(OtherServer, match="stop that server and start again"):
        Store(store_url)
    assert "half" not in {column["name"] for column in inspect(store._database.engine).get_columns("classes")}
    assert store.classes.get(seeded.info.id) == seeded.info and copies(tmp_path) == []
    store.heartbeat.release("the running server")
    Store(store_url).close()
    assert "half" in {column["name"] for column in inspect(store._database.engine).get_columns("classes")}


def test_a_clock_that_was_set_back_since_a_server_was_killed_keeps_no_update_away(store, store_url, next_step):
    store.heartbeat.take("killed")
    silent(store, -3_600_000)
    next_step("op.add_column('classes', sa.Column('half', sa.Integer))")
    Store(store_url).close()
    assert "half" in {column["name"] for column in inspect(store._database.engine).get_columns("classes")}


def test_a_database_whose_server_was_killed_is_changed_ten_seconds_later(store, store_url, next_step):
    store.heartbeat.take("killed")
    silent(store, 9_000)
    next_step("op.add_column('classes', sa.Column('half', sa.Integer))")
    with pytest.raises(OtherServer):
        Store(store_url)
    silent(store, 1_000)
    Store(store_url).close()
    assert "half" in {column["name"] for column in inspect(store._database.engine).get_columns("classes")}


def test_without_room_for_the_copy_nothing_is_changed(tmp_path, monkeypatch, next_step):
    url = f"sqlite:///{tmp_path / 'classes.db'}"
    Store(url).close()
    next_step("op.add_column('classes', sa.Column('half', sa.Integer))")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("classroom.store.database.Path.touch", full)
    with pytest.raises(StoreError, match="make room"):
        Store(url)
    with sqlite3.connect(tmp_path / "classes.db") as connection:
        assert "half" not in {row[1] for row in connection.execute("pragma table_info(classes)")}
    assert copies(tmp_path) == []


def test_of_alerts_that_two_servers_kept_twice_one_stays_with_the_verdict_and_the_end(store_url):
    """Step 0005. What each row was: student, rule, begin, end, verdict; with what is left of it."""
    rows = [
        (7, "away", 1, None, None),
        (7, "away", 1, 50, True),  # stays: judged
        (7, "away", 1, 60, False),
        (7, "away", 2, None, None),  # stays: another one
        (8, "away", 1, None, False),  # stays, and has ended with its double
        (8, "away", 1, 70, None),
        (None, "pace", 1, 80, None),  # stays: the first
        (None, "pace", 1, 90, None),
        (None, "pace", 2, None, True),  # stays: another one
        (None, "lost", 1, None, None),  # stays: another one
    ]
    engine = before("0005", store_url)
    values = {"c": 1, "n": "x", "t": T}
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO classes (title, code, opened_ms) VALUES (:n, :n, :t), (:n, 'y', :t)"), values
        )
        person = "INSERT INTO students (id, class_id, name, name_key, token_hash, sharing, joined_ms) VALUES"
        for student in (7, 8):
            connection.execute(text(f"{person} ({student}, 1, :n, '{student}', '{student}', :n, :t)"), values)
        alert = text(
            "INSERT INTO alerts (class_id, student_id, rule, began_ms, raised_ms, ended_ms, evidence, useful)"
            " VALUES (:c, :student, :rule, :began, :began, :ended, :n, :useful)"
        )
        names = ("student", "rule", "began", "ended", "useful")
        connection.execute(alert, [values | dict(zip(names, row, strict=True)) for row in rows])
        connection.execute(alert, values | dict(zip(names, rows[0], strict=True)) | {"c": 2, "student": None})
    engine.dispose()
    store = Store(store_url)
    kept = [
        (each.student_id, each.rule, each.began_ms, each.ended_ms, each.useful) for each in store.alerts.of_class(1)
    ]
    assert kept == [
        (7, "away", 1, 50, True),
        (8, "away", 1, 70, False),
        (None, "pace", 1, 80, None),
        (None, "lost", 1, None, None),
        (7, "away", 2, None, None),
        (None, "pace", 2, None, True),
    ]
    assert len(store.alerts.of_class(2)) == 1
    for again in kept:
        store.alerts.add(1, *again[:3], 5, "")
    assert len(store.alerts.of_class(1)) == len(kept)
    store.close()
