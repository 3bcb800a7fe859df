"""What a database says of an error, without the values of rows: a log would have what is about a student in it.

SQLAlchemy leaves its parameters out when it is told to. PostgreSQL repeats the row, the key or what it could not
understand in words of its own, and these stand in the error's text and in that of the one it was raised from.
"""

import sqlite3

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import IntegrityError

# How PostgreSQL's codes of errors about data begin: there even the first line may repeat a value.
_ABOUT_DATA = "22"
_NO_SUCH_OWNER = "23503"


def tell_no_values(context: ExceptionContext) -> None:
    """For SQLAlchemy's event ``handle_error``: cut both errors to what names no value."""
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    if wrapped is None:
        return
    told = str(original)
    # A value that is none for its column is named by SQLAlchemy's own errors, too.
    quiet = _quiet(original) if isinstance(original, context.dialect.dbapi.Error) else type(original).__name__
    original.args = (quiet,)
    if told:
        wrapped.args = (wrapped.args[0].replace(told, quiet), *wrapped.args[1:])


def names_nobody(error: IntegrityError) -> bool:
    """Whether a row was refused because the class, student or teacher that it belongs to is not there."""
    code = getattr(error.orig, "sqlite_errorcode", None) or getattr(error.orig, "sqlstate", None)
    return code in (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, _NO_SUCH_OWNER)


def _quiet(error: BaseException) -> str:
    code = getattr(error, "sqlstate", None)
    if code is None:
        return str(error)  # SQLite names tables and columns; else there was no answer at all
    first_line = "" if code.startswith(_ABOUT_DATA) else f": {error.diag.message_primary}"
    return f"{type(error).__name__} {code}{first_line}"
