"""The tables. Times are whole milliseconds since 1970 UTC; no picture and no sound has a column anywhere."""

from dataclasses import fields

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from classroom.naming import MAX_KEY, MAX_NAME, MAX_TITLE
from fer_model.labels import EMOTIONS
from fer_model.reading import Geometry

metadata = MetaData()

# One probability column an emotion, in the order of EMOTIONS.
PROB_COLUMNS = [f"p_{emotion}" for emotion in EMOTIONS]
PERCENT_COLUMNS = [f"percent_{emotion}" for emotion in EMOTIONS]
# The fields of fer_model.reading.Geometry.
GEOMETRY_COLUMNS = [field.name for field in fields(Geometry)]

# SQLite numbers rows by itself only in a column of type INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")
# Without it SQLite gives the number of an erased row to the next one, and what is still on its way to an erased class,
# or remembered of it, would be the new one's. PostgreSQL never does.
_NEVER_AGAIN = {"sqlite_autoincrement": True}

_PLURALS = {"teacher": "teachers", "class": "classes", "student": "students"}


def _owner(target: str) -> Column:
    """A column that names its owner; the rows go when the owner goes."""
    return Column(f"{target}_id", ForeignKey(f"{_PLURALS[target]}.id", ondelete="CASCADE"), nullable=False)


def _where(condition: str) -> dict:
    """For an index of these rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


teachers = Table(
    "teachers",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String(MAX_NAME), nullable=False),
    Column("name_key", String(MAX_KEY), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("signed_out_ms", BigInteger, nullable=True),  # everywhere: what the school's provider said before is void
    **_NEVER_AGAIN,
)

# Only the hash of a key or a cookie is kept: who reads the database cannot sign in with it.
setup_keys = Table(
    "setup_keys",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("expires_ms", BigInteger, nullable=False),
    # Who made it for a colleague, and takes it along; nobody: the terminal of a first start.
    Column("maker_id", ForeignKey("teachers.id", ondelete="CASCADE"), nullable=True),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _owner("teacher"),
    Column("expires_ms", BigInteger, nullable=False),
)

# Browsers in which a teacher has signed in. What others try with that teacher's name does not slow those down.
known_browsers = Table(
    "known_browsers",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    _owner("teacher"),
    Column("expires_ms", BigInteger, nullable=False),
)

classes = Table(
    "classes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("teacher_id", ForeignKey("teachers.id", ondelete="CASCADE"), nullable=True),
    Column("title", String(MAX_TITLE), nullable=False),
    Column("code", String(8), nullable=False, unique=True),
    Column("opened_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=True),
    Column("mode", String(16), nullable=True),  # of classes that were before modes: names
    Column("smallest_group", SmallInteger, nullable=True),  # only where nothing is told of fewer students
    Column("keep_days", SmallInteger, nullable=True),  # empty: as long as the server keeps a class
    **_NEVER_AGAIN,
)

roster_names = Table(
    "roster_names",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    Column("name", String(MAX_NAME), nullable=False),
)

students = Table(
    "students",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    Column("name", String(MAX_NAME), nullable=False),
    Column("name_key", String(MAX_KEY), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("sharing", String(10), nullable=False),
    Column("joined_ms", BigInteger, nullable=False),
    UniqueConstraint("class_id", "name_key"),
    **_NEVER_AGAIN,
)

visits = Table(
    "visits",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    _owner("student"),
    Column("began_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Index("visits_of_class", "class_id"),
    Index("visits_of_student", "student_id"),
    **_NEVER_AGAIN,
)

readings = Table(
    "readings",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    _owner("student"),
    Column("at_ms", BigInteger, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
    Column("reason", String(12), nullable=True),
    Column("faces_seen", SmallInteger, nullable=False),
    *[Column(name, Float(24), nullable=True) for name in [*PROB_COLUMNS, *GEOMETRY_COLUMNS]],
    Index("readings_of_class", "class_id", "id"),
    Index("readings_of_student", "student_id", "at_ms"),
    **_NEVER_AGAIN,
)

# Of a class of which nothing is kept about anybody's face: what was told of each window, and who counts together.
class_windows = Table(
    "class_windows",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    Column("window_ms", BigInteger, nullable=False),
    Column("students", SmallInteger, nullable=False),
    *[Column(name, SmallInteger, nullable=False) for name in PERCENT_COLUMNS],
    UniqueConstraint("class_id", "window_ms"),
    **_NEVER_AGAIN,
)

counted_together = Table(
    "counted_together",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    _owner("student"),
    Column("group_number", SmallInteger, nullable=False),
    Column("group_size", SmallInteger, nullable=False),  # as it was made: an erased student leaves it incomplete
    UniqueConstraint("student_id"),
    Index("counted_together_of_class", "class_id"),
    **_NEVER_AGAIN,
)

signals = Table(
    "signals",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    _owner("student"),
    Column("kind", String(12), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=True),
    Index("signals_of_class", "class_id", "id"),
    Index("signals_of_student", "student_id"),
    **_NEVER_AGAIN,
)

markers = Table(
    "markers",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    Column("kind", String(12), nullable=False),
    Column("text", String(MAX_TITLE), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=True),
    Index("markers_of_class", "class_id", "id"),
    **_NEVER_AGAIN,
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("class"),
    Column("student_id", ForeignKey("students.id", ondelete="CASCADE"), nullable=True),
    Column("rule", String(24), nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("raised_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger, nullable=True),
    Column("evidence", String(300), nullable=False),
    Column("useful", Boolean, nullable=True),
    Index("alerts_of_class", "class_id", "id"),
    # Each once. Those about the class have no student, and to the first of these rules no null is like another.
    Index("alerts_once", "class_id", "student_id", "rule", "began_ms", unique=True),
    Index("alerts_about_class_once", "class_id", "rule", "began_ms", unique=True, **_where("student_id IS NULL")),
    **_NEVER_AGAIN,
)

# Only what a teacher has changed; everything else is as the rules' table says.
rule_changes = Table(
    "rule_changes",
    metadata,
    Column("id", _Id, primary_key=True),
    _owner("teacher"),
    Column("rule", String(24), nullable=False),
    Column("is_on", Boolean, nullable=False),
    Column("threshold", Float(53), nullable=False),
    Column("for_s", Float(53), nullable=False),
    UniqueConstraint("teacher_id", "rule"),
)

# Who confirmed, and when, that this server may be used here; the newest row counts. It stays when its teacher goes.
lawful_bases = Table(
    "lawful_bases",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("teacher_id", ForeignKey("teachers.id", ondelete="SET NULL"), nullable=True),
    Column("version", String(16), nullable=False),
    Column("basis", String(32), nullable=False),
    Column("note", String(MAX_TITLE), nullable=False),
    Column("expression", Boolean, nullable=False),
    Column("confirmed_ms", BigInteger, nullable=False),
    Column("region", String(16), nullable=True),  # empty: an earlier version did not ask for it
    **_NEVER_AGAIN,
)

# One row: which server has this database. It is read before tables are changed, so its form stays.
heartbeat = Table(
    "heartbeat",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("server_id", String(32), nullable=False),
    Column("heard_ms", BigInteger, nullable=False),
)
