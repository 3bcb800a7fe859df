"""Classes have a mode; what is told of a class as a whole; on what lawful basis the server is used."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_EMOTIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def upgrade() -> None:
    op.add_column("classes", sa.Column("mode", sa.String(16), nullable=True))
    op.add_column("classes", sa.Column("smallest_group", sa.SmallInteger, nullable=True))
    op.create_table(
        "class_windows",
        _id(),
        _owner("class_id", "classes"),
        sa.Column("window_ms", sa.BigInteger, nullable=False),
        sa.Column("students", sa.SmallInteger, nullable=False),
        *[sa.Column(f"percent_{emotion}", sa.SmallInteger, nullable=False) for emotion in _EMOTIONS],
        sa.UniqueConstraint("class_id", "window_ms"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "counted_together",
        _id(),
        _owner("class_id", "classes"),
        _owner("student_id", "students"),
        sa.Column("group_number", sa.SmallInteger, nullable=False),
        sa.Column("group_size", sa.SmallInteger, nullable=False),
        sa.UniqueConstraint("student_id"),
        sa.Index("counted_together_of_class", "class_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "lawful_bases",
        _id(),
        sa.Column("teacher_id", _Id, sa.ForeignKey("teachers.id", ondelete="SET NULL"), nullable=True),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("note", sa.String(120), nullable=False),
        sa.Column("expression", sa.Boolean, nullable=False),
        sa.Column("confirmed_ms", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )


def _id() -> sa.Column:
    return sa.Column("id", _Id, primary_key=True)


def _owner(name: str, target: str) -> sa.Column:
    return sa.Column(name, _Id, sa.ForeignKey(f"{target}.id", ondelete="CASCADE"), nullable=False)
