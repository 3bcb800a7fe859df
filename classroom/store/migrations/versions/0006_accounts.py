"""Keys have a maker; browsers in which a teacher has signed in are known; signing out everywhere has a time."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("teachers", sa.Column("signed_out_ms", sa.BigInteger, nullable=True))
    # Of the keys that are there nobody knows who made them, and they are good for days only: they end here.
    op.drop_table("setup_keys")
    op.create_table(
        "setup_keys",
        sa.Column("key_hash", sa.String(64), primary_key=True),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("maker_id", _Id, sa.ForeignKey("teachers.id", ondelete="CASCADE"), nullable=True),
    )
    op.create_table(
        "known_browsers",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("teacher_id", _Id, sa.ForeignKey("teachers.id", ondelete="CASCADE"), nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
    )
