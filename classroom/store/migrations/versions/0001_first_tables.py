"""The tables as they were when steps began to be counted.

A database that was made before is recognised by its tables. It gets what it lacks of them here; what it has is left
as it is.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

metadata = sa.MetaData()
_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NEVER_AGAIN = {"sqlite_autoincrement": True}


def _id() -> sa.Column:
    return sa.Column("id", _Id, primary_key=True)


def _owner(name: str, target: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=nullable)


def _ms(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _text(name: str, length: int, nullable: bool = False, **keys) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=nullable, **keys)


def _table(name: str, *columns, numbers_are_never_given_again: bool = True) -> None:
    sa.Table(name, metadata, *columns, **(_NEVER_AGAIN if numbers_are_never_given_again else {}))


_table(
    "teachers",
    _id(),
    _text("name", 60),
    _text("name_key", 240, unique=True),
    _text("password_hash", 255),
    _ms("created_ms"),
)
_table(
    "setup_keys",
    _text("key_hash", 64, primary_key=True),
    _ms("expires_ms"),
    numbers_are_never_given_again=False,
)
_table(
    "sign_ins",
    _text("token_hash", 64, primary_key=True),
    _owner("teacher_id", "teachers"),
    _ms("expires_ms"),
    numbers_are_never_given_again=False,
)
_table(
    "classes",
    _id(),
    _owner("teacher_id", "teachers", nullable=True),
    _text("title", 120),
    _text("code", 8, unique=True),
    _ms("opened_ms"),
    _ms("ended_ms", nullable=True),
)
_table(
    "roster_names",
    _id(),
    _owner("class_id", "classes"),
    _text("name", 60),
    numbers_are_never_given_again=False,
)
_table(
    "students",
    _id(),
    _owner("class_id", "classes"),
    _text("name", 60),
    _text("name_key", 240),
    _text("token_hash", 64, unique=True),
    _text("sharing", 10),
    _ms("joined_ms"),
    sa.UniqueConstraint("class_id", "name_key"),
)
_table(
    "visits",
    _id(),
    _owner("class_id", "classes"),
    _owner("student_id", "students"),
    _ms("began_ms"),
    _ms("seen_ms"),
    sa.Index("visits_of_class", "class_id"),
    sa.Index("visits_of_student", "student_id"),
)
_table(
    "readings",
    _id(),
    _owner("class_id", "classes"),
    _owner("student_id", "students"),
    _ms("at_ms"),
    _ms("stored_ms"),
    _text("reason", 12, nullable=True),
    sa.Column("faces_seen", sa.SmallInteger, nullable=False),
    *[
        sa.Column(name, sa.Float(24), nullable=True)
        for name in (
            *("p_angry", "p_disgust", "p_fear", "p_happy", "p_sad", "p_surprise", "p_neutral"),
            *("yaw_deg", "pitch_deg", "roll_deg", "eyes_open", "mouth_open"),
        )
    ],
    sa.Index("readings_of_class", "class_id", "id"),
    sa.Index("readings_of_student", "student_id", "at_ms"),
)
_table(
    "signals",
    _id(),
    _owner("class_id", "classes"),
    _owner("student_id", "students"),
    _text("kind", 12),
    _ms("at_ms"),
    _ms("until_ms", nullable=True),
    sa.Index("signals_of_class", "class_id", "id"),
    sa.Index("signals_of_student", "student_id"),
)
_table(
    "markers",
    _id(),
    _owner("class_id", "classes"),
    _text("kind", 12),
    _text("text", 120),
    _ms("at_ms"),
    _ms("until_ms", nullable=True),
    sa.Index("markers_of_class", "class_id", "id"),
)
_table(
    "alerts",
    _id(),
    _owner("class_id", "classes"),
    _owner("student_id", "students", nullable=True),
    _text("rule", 24),
    _ms("began_ms"),
    _ms("raised_ms"),
    _ms("ended_ms", nullable=True),
    _text("evidence", 300),
    sa.Column("useful", sa.Boolean, nullable=True),
    sa.Index("alerts_of_class", "class_id", "id"),
)
_table(
    "rule_changes",
    _id(),
    _owner("teacher_id", "teachers"),
    _text("rule", 24),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("threshold", sa.Float(53), nullable=False),
    sa.Column("for_s", sa.Float(53), nullable=False),
    sa.UniqueConstraint("teacher_id", "rule"),
    numbers_are_never_given_again=False,
)


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    there = sa.inspect(op.get_bind())
    for table in metadata.tables.values():
        columns = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if column.name not in columns:
                op.add_column(table.name, sa.Column(column.name, column.type))  # only such as may be empty
        indexes = {index["name"] for index in there.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in indexes:
                index.create(op.get_bind())
