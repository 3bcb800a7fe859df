"""A class may be kept for fewer days than the server keeps one."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.add_column("classes", sa.Column("keep_days", sa.SmallInteger, nullable=True))
