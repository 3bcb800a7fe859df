"""Under which name somebody joins a class that has a list.

The list is shown to nobody who has only the code. A name is compared with it once it was sent: who is on it is called
as it says there, and everybody else is asked once whether the name is right, and then let in under it.
"""

from classroom.clock import Clock
from classroom.errors import NotListed
from classroom.naming import MAX_NAME, clean_text, name_key
from classroom.records import ClassInfo
from classroom.roster_match import listed_name, misspelt_name
from classroom.store import Store
from classroom.tries import Tries, address_group

# Names of the list that are said to who has typed nearly the same: as many as a class mistypes behind one address, and
# too few for who tries names. Beyond, the question is asked without one.
HINTS, HINTS_MS = 20, 10 * 60 * 1000


class ClassLists:
    """Safe to use from several threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._hints = Tries(clock, HINTS, HINTS_MS)

    def name_of(self, info: ClassInfo, typed: str, insists_on: str = "", source: str = "") -> str:
        """The name for who typed this.

        Args:
            typed: cleaned.
            insists_on: a name, as it was typed, of which this visitor was told already that it is not on the list.
            source: the address that it comes from.

        Raises:
            NotListed: the class has a list without this name, and the visitor was not asked yet.
        """
        listed = self._store.classes.roster(info.id)
        if not listed:
            return typed
        if name := listed_name(typed, listed):
            return name
        if name_key(typed) == name_key(clean_text(insists_on, MAX_NAME)):
            return typed
        raise NotListed(self._question(info, typed, listed, (info.id, address_group(source))))

    def _may_tell(self, who: tuple[int, str], name: str) -> bool:
        """Whether this name may be said. One that was said is said again; one beyond the limit is not even counted."""
        return self._hints.has(who, name) or (not self._hints.is_spent(who) and self._hints.count(who, name))

    def _question(self, info: ClassInfo, typed: str, listed: list[str], who: tuple[int, str]) -> str:
        check = "Type your first and last name as your teacher knows you"
        meant = misspelt_name(typed, listed)
        if meant and self._may_tell(who, name_key(meant)):
            check = f"If you are “{meant}”, type that"
        outcome = "your teacher sees that it is not on the list"
        if not info.mode.shows.by_student:
            outcome += ", and your picture is not counted"
        return (
            f"Nobody on the list of this class is called “{typed}”. {check}; or press the button again to join under"
            f" the name as it is: {outcome}."
        )
