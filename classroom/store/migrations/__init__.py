"""How a database that an earlier version left becomes today's: numbered steps, each run once, in order, at start.

To add a column or a table:

1. Add it to ``classroom/store/tables.py``: what the code wants to find.
2. Add the next step, ``versions/0002_what_it_adds.py``: how a database that is already there gets it. ::

       \"\"\"Students may say when they agreed.\"\"\"

       import sqlalchemy as sa
       from alembic import op

       revision, down_revision = "0002", "0001"


       def upgrade() -> None:
           op.add_column("students", sa.Column("agreed_ms", sa.BigInteger, nullable=True))

   ``down_revision`` is the number of the step before. Where two people took the same number, who commits second takes
   the next one: ``run_steps`` refuses two ends. A column that must not be empty needs ``server_default=sa.text("...")``
   in both places, for the rows that are there. A new table is ``op.create_table`` with its columns and indexes. What
   SQLite cannot alter (a type, a constraint) goes in ``with op.batch_alter_table("students") as table:``.
3. ``pytest tests/classroom/store/test_migrations.py``: it brings an old database of each kind up and says what still
   differs from ``tables.py``.

A step imports nothing of this project and is never changed again once it is on main: databases out there have run it.
There is no way down; who goes back to an earlier version goes back to the copy that was kept.
"""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from classroom.errors import StoreError

# Alembic's ``op`` is one for the whole process.
_one_at_a_time = threading.Lock()


def run_steps(connection: Connection) -> None:
    """Run the steps that this database has not had yet, in the transaction that ``connection`` is in."""
    config = _config()
    config.attributes["connection"] = connection
    with _one_at_a_time:
        command.upgrade(config, "head")


def is_up_to_date(connection: Connection) -> bool:
    """Whether there is nothing to do.

    Raises:
        StoreError: a newer version has changed this database; this one would misread it.
    """
    steps = ScriptDirectory.from_config(_config())
    had = MigrationContext.configure(connection).get_current_revision()
    if had is not None and had not in {step.revision for step in steps.walk_revisions()}:
        raise StoreError(
            f"This class database belongs to a newer ClassPulse (its form is {had}, this one knows up to"
            f" {steps.get_current_head()}). Nothing was changed: update ClassPulse, or name another database in"
            " DATABASE_URL or CLASSPULSE_DATA."
        )
    return had == steps.get_current_head()


def is_empty(connection: Connection) -> bool:
    """Whether no version ever wrote into this database."""
    return not inspect(connection).has_table("classes")


def _config() -> Config:
    config = Config()  # no alembic.ini: whoever runs the server has nothing to set up
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
