"""One server a database, which is heard of in a row; an alert is kept once, whoever finds it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"

_SAME = (
    "other.class_id = alerts.class_id AND other.rule = alerts.rule AND other.began_ms = alerts.began_ms"
    " AND coalesce(other.student_id, 0) = coalesce(alerts.student_id, 0)"
)


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("server_id", sa.String(32), nullable=False),
        sa.Column("heard_ms", sa.BigInteger, nullable=False),
    )
    _keep_each_alert_once()
    op.create_index("alerts_once", "alerts", ["class_id", "student_id", "rule", "began_ms"], unique=True)
    about_class = sa.text("student_id IS NULL")
    op.create_index(
        "alerts_about_class_once",
        "alerts",
        ["class_id", "rule", "began_ms"],
        unique=True,
        sqlite_where=about_class,
        postgresql_where=about_class,
    )


def _keep_each_alert_once() -> None:
    """Two servers on one database kept each of theirs. What stays is the one with the teacher's verdict, else the
    first; it has ended when one of them has."""
    op.execute(
        f"UPDATE alerts SET ended_ms = (SELECT min(other.ended_ms) FROM alerts AS other WHERE {_SAME})"
        " WHERE ended_ms IS NULL"
    )
    op.execute(
        "DELETE FROM alerts WHERE id NOT IN (SELECT id FROM (SELECT id, row_number() OVER ("
        "PARTITION BY class_id, student_id, rule, began_ms"
        " ORDER BY CASE WHEN useful IS NULL THEN 1 ELSE 0 END, id) AS place FROM alerts) AS placed WHERE place = 1)"
    )
