"""Alembic runs this file for every ``run_steps``. The transaction is the caller's."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
