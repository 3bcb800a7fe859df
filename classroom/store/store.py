"""The store's contract.

Every method is one transaction, may be called from any thread, and raises ``StoreError`` when the database does not
answer. Times are milliseconds UTC. Rows come back in the order in which they were written. What a method returns is a
plain value: nothing in it is bound to a connection. SQLite and PostgreSQL pass the same tests.
"""

from classroom.store.alerts import AlertTable
from classroom.store.class_windows import ClassWindowTable
from classroom.store.classes import ClassTable
from classroom.store.database import Database
from classroom.store.heartbeat import HeartbeatTable
from classroom.store.lawful import LawfulTable
from classroom.store.markers import MarkerTable
from classroom.store.readings import ReadingTable
from classroom.store.rights import StudentRights
from classroom.store.signals import SignalTable
from classroom.store.teachers import TeacherTable


class Store:
    """The database of one deployment, by what is kept.

    ``teachers``, ``classes`` (with students), ``readings``, ``signals`` of students, ``markers`` of teachers, and
    ``alerts`` (with verdicts, and the rules as a teacher has changed them). ``rights`` is all of it about one student.
    ``heartbeat`` says which server has the database.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.heartbeat = HeartbeatTable(self._database)
        self.teachers = TeacherTable(self._database)
        self.classes = ClassTable(self._database)
        self.readings = ReadingTable(self._database)
        self.signals = SignalTable(self._database)
        self.markers = MarkerTable(self._database)
        self.alerts = AlertTable(self._database)
        self.class_windows = ClassWindowTable(self._database)
        self.lawful = LawfulTable(self._database)
        self.rights = StudentRights(self._database)

    @property
    def kind(self) -> str:
        """What a person calls this database."""
        return self._database.kind

    @property
    def needs_scrub(self) -> bool:
        """Whether ``scrub`` is due: the file may hold bytes of what was erased."""
        return self._database.needs_scrub

    @property
    def size_bytes(self) -> int:
        """Of a SQLite file; 0 for a database server."""
        file = self._database.file
        return file.stat().st_size if file and file.exists() else 0

    def scrub(self) -> bool:
        """Leave no bytes of what was erased in the file. Gives whether it is done; else try again."""
        return self._database.scrub()

    def drop_copies(self, before_ms: int) -> None:
        """Delete what was copied before an update of the tables and is older than this."""
        self._database.drop_copies(before_ms)

    def close(self) -> None:
        self._database.close()
