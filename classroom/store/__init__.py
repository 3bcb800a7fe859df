"""What a class leaves behind, in any database that SQLAlchemy speaks to."""

from classroom.store.store import Store

__all__ = ["Store"]
