"""The store's contract.

Every method is one transaction, may be called from any thread, and raises ``StoreError`` when the database does not
answer. Times are milliseconds UTC. Rows come back in the order in which they were written. What a method returns is a
plain value: nothing in it is bound to a connection. SQLite and PostgreSQL pass the same tests.
"""

from classroom.store.alerts import AlertTable
from classroom.store.classes import ClassTable
from classroom.store.database import Database
from classroom.store.markers import MarkerTable
from classroom.store.readings import ReadingTable
from classroom.store.signals import SignalTable
from classroom.store.teachers import TeacherTable


class Store:
    """The database of one deployment, by what is kept.

    ``teachers``, ``classes`` (with students), ``readings``, ``signals`` of students, ``markers`` of teachers, and
    ``alerts`` (with verdicts, and the rules as a teacher has changed them).
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self.teachers = TeacherTable(self._database)
        self.classes = ClassTable(self._database)
        self.readings = ReadingTable(self._database)
        self.signals = SignalTable(self._database)
        self.markers = MarkerTable(self._database)
        self.alerts = AlertTable(self._database)

    @property
    def kind(self) -> str:
        """What a person calls this database."""
        return self._database.kind

    def close(self) -> None:
        self._database.close()
