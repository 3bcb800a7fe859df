"""Databases of earlier and later versions, of both kinds. What a step must do is written down in the package."""

import logging
import shutil
import sqlite3
import stat
import threading

import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Double, Float, inspect, text

from classroom.errors import StoreError
from classroom.store import Store, migrations
from classroom.store.tables import metadata
from tests.fakes import add_teacher, seed_class

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
    *(f"DROP TABLE {table}" for table in ("class_windows", "counted_together", "lawful_bases", "known_browsers")),
    "ALTER TABLE teachers DROP COLUMN signed_out_ms",
    "DROP TABLE setup_keys",
    "CREATE TABLE setup_keys (key_hash VARCHAR(64) PRIMARY KEY, expires_ms BIGINT NOT NULL)",
)


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
