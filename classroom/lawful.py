"""The lawful basis: before the first class somebody confirms where the server is used and on what it stands.

What was confirmed narrows the settings for the whole server (``LawfulBases.settings``): by the profile of the region,
and to one student where somebody tries it out alone.
"""

import threading
from collections.abc import Callable

from classroom.clock import Clock
from classroom.errors import BadInput, ClassroomError
from classroom.modes import Mode
from classroom.naming import MAX_TITLE, clean_text
from classroom.records import LawfulBasis, Teacher
from classroom.regions import Region
from classroom.settings import Settings
from classroom.store import Store

# Of the text below and of the regions' points. A new text is a new version, and is to be confirmed again.
VERSION = "2026-11-27"

TRYING_OUT = "trying out"
BASES: dict[str, str] = {
    "consent": "Consent of every student, and of the parents where students are minors",
    "law or public task": "A law or a public task that allows it, checked with the data protection officer",
    "research": "A study with the approval of an ethics committee and the consent of everybody in it",
    TRYING_OUT: "Nobody else is in my classes: I try it out on myself (one student a class, no files)",
}

_NO_EXPRESSION = (
    "**This server computes no expressions.** What it does compute (who is in view, faces the screen, has the eyes"
    " open, where a camera is shared; what is signalled) is still personal data and needs a lawful basis."
)
# On pages that would show some.
NO_EXPRESSION = "This server computes no expressions, so there is nothing to see here: its settings switch them off."
NO_FILES_READ = (
    "This server reads no faces one by one, so there is nothing to analyse here: its settings leave that out."
)
ONLY_A_TRIAL = (
    "Somebody tries this server out on themselves, so it gives out no files and analyses none. Whoever set it up can"
    " confirm another basis in Settings."
)
_ALWAYS = (
    "**Everybody is told before they join.** Who shares no camera, or says nothing, has no disadvantage from that.",
    "**Nothing shown here decides about a person**: no grade, no discipline, no admission, no hiring.",
    "**An impact assessment** has been made where the law asks for one; `docs/DPIA_TEMPLATE.md` is a beginning.",
)


def points(settings: Settings) -> tuple[str, ...]:
    """What is confirmed, in sentences of Markdown.

    Args:
        settings: of a server whose region is known.
    """
    none = (_NO_EXPRESSION,) if settings.reads_faces and not settings.expression else ()
    return (*settings.region.profile.points, *none, *_ALWAYS)


def limits_in_words(settings: Settings) -> str:
    """What classes can be like with these settings and how long they are kept, in two sentences."""
    modes = "Every mode" if len(settings.modes) == len(Mode) else " and ".join(mode.title for mode in settings.modes)
    faces = ": no camera, no face is read." if settings.forbids_faces else "."
    days = settings.retention_days
    kept = f"Classes are kept for {days} days at most." if days else "Classes are kept until somebody deletes them."
    return f"{modes}{faces} {kept}"


def why_no_expression(settings: Settings) -> str:
    """Why pages about expressions have nothing to show, in a sentence; empty where they have."""
    if settings.forbids_faces:
        return settings.region.profile.why_no_face
    return "" if settings.expression else NO_EXPRESSION


def why_no_analysis(settings: Settings) -> str:
    """Why pictures and recordings are not analysed, in a sentence; empty where they are."""
    if settings.forbids_faces:
        return settings.region.profile.why_no_face
    return ONLY_A_TRIAL if settings.is_trial else "" if settings.reads_files else NO_FILES_READ


def why_no_files(settings: Settings) -> str:
    """Why no file of a class is given out, in a sentence; empty where it is."""
    return ONLY_A_TRIAL if settings.is_trial else ""


class LawfulBases:
    """What has been confirmed on this server. Safe to use from several threads.

    Args:
        settings: as whoever runs the server has set them. A region in them counts, whatever was confirmed.
    """

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._asked = settings
        self._confirmed: LawfulBasis | None = None  # once it is there, no page need ask the database
        self._follow: Callable[[Settings], None] = lambda settings: None
        self._lock = threading.RLock()

    @property
    def settings(self) -> Settings:
        """The settings that hold now: narrowed by what was confirmed."""
        basis = self._confirmed
        return self._asked if basis is None else _narrowed(self._asked, Region(basis.region), basis.basis)

    def settings_in(self, region: Region) -> Settings:
        """The settings that would hold there. Raises ``BadInput`` where they leave no mode."""
        return self._asked.in_region(region)

    @property
    def fixed_region(self) -> Region | None:
        """The region that the settings name, ``None`` where who confirms chooses it."""
        return self._asked.region

    @property
    def confirmed(self) -> LawfulBasis | None:
        """What was confirmed last, as far as it still covers what is done."""
        return self._confirmed

    def follow(self, changed: Callable[[Settings], None]) -> None:
        """Call this with the settings that hold: now, and whenever something is confirmed."""
        self._follow = changed
        changed(self.settings)

    def is_confirmed(self) -> bool:
        """Raises ``StoreError``."""
        with self._lock:
            if self._confirmed is None:
                newest = self._store.lawful.newest()
                if newest is not None and _covers(newest, self._asked):
                    self._hold(newest)
            return self._confirmed is not None

    def confirm(self, teacher: Teacher, region: Region | None, basis: str, note: str, agreed: bool) -> None:
        """Keep what a teacher has confirmed, with the version of the text and the time; it holds from now on.

        Args:
            region: that was chosen; not asked for where the settings name one.

        Raises:
            BadInput: something was not chosen, the points were not confirmed, or the settings leave no mode there.
        """
        region = self.fixed_region or region
        if region is None:
            raise BadInput("Choose where this server is used.")
        if basis not in BASES:
            raise BadInput("Choose the basis on which you use this server.")
        if not agreed:
            raise BadInput("Confirm that you have checked these points, or do not use this server with students.")
        settings = _narrowed(self._asked, region, basis)
        kept = LawfulBasis(
            *(teacher.id, VERSION, basis, clean_text(note, MAX_TITLE), settings.expression),
            confirmed_ms=self._clock(),
            region=region.value,
        )
        with self._lock:
            self._store.lawful.add(kept)
            self._hold(kept)

    def _hold(self, basis: LawfulBasis) -> None:
        self._confirmed = basis
        try:
            self._follow(self.settings)
        except ClassroomError:
            self._confirmed = None  # whoever asks next tries again
            raise


def _narrowed(asked: Settings, region: Region, basis: str) -> Settings:
    settings = asked.in_region(region)
    return settings.for_one() if basis == TRYING_OUT else settings


def _covers(basis: LawfulBasis, asked: Settings) -> bool:
    """Whether nothing is done that this basis was not confirmed for."""
    if basis.version != VERSION or basis.region not in set(Region):
        return False
    if asked.region not in (None, basis.region):
        return False
    try:
        return basis.expression or not asked.in_region(Region(basis.region)).expression
    except ClassroomError:  # the settings have changed since and leave no mode there
        return False
