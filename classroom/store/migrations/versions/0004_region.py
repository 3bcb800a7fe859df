"""Where a server is used is confirmed with the basis on which it is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.add_column("lawful_bases", sa.Column("region", sa.String(16), nullable=True))
