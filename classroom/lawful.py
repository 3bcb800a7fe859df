"""The lawful basis: before the first class somebody confirms on what it stands, once for the whole server."""

from classroom.clock import Clock
from classroom.errors import BadInput
from classroom.naming import MAX_TITLE, clean_text
from classroom.records import LawfulBasis, Teacher
from classroom.store import Store

# Of the text below. A new text is a new version, and is to be confirmed again.
VERSION = "2026-11"

BASES: dict[str, str] = {
    "consent": "Consent of every student, and of the parents where students are minors",
    "law or public task": "A law or a public task that allows it, checked with the data protection officer",
    "research": "A study with the approval of an ethics committee and the consent of everybody in it",
    "trying out": "Nobody else is in my classes: I try it out on myself",
}

_EXPRESSION = (
    "**Expressions may be computed here.** In schools and other education institutions of the European Union they may"
    " not be (AI Act, Article 5(1)(f); medical and safety reasons apart), with or without consent. A server for them"
    " must be started with `CLASSPULSE_EXPRESSION=off`. India's DPDP Act restricts tracking and behavioural monitoring"
    " of children. Other places have rules of their own."
)
_NO_EXPRESSION = (
    "**This server computes no expressions.** What it does compute (who is in view, faces the screen, has the eyes"
    " open, where a camera is shared; what is signalled) is still personal data and needs a lawful basis."
)
# On pages that would show some.
NO_EXPRESSION = "This server computes no expressions, so there is nothing to see here: its settings switch them off."
_ALWAYS = (
    "**Everybody is told before they join**, may join without a camera, and has no disadvantage from that.",
    "**Nothing shown here decides about a person**: no grade, no discipline, no admission, no hiring.",
    "**An impact assessment** has been made where the law asks for one; `docs/DPIA_TEMPLATE.md` is a beginning.",
)


def points(expression: bool) -> tuple[str, ...]:
    """What is confirmed, in sentences of Markdown."""
    return (_EXPRESSION if expression else _NO_EXPRESSION, *_ALWAYS)


class LawfulBases:
    """What has been confirmed on this server. Safe to use from several threads.

    Args:
        expression: whether it computes expressions; who confirmed it without must confirm it with them again.
    """

    def __init__(self, store: Store, clock: Clock, expression: bool) -> None:
        self._store = store
        self._clock = clock
        self.expression = expression
        self._is_confirmed = False  # once it is, no page need ask the database

    def is_confirmed(self) -> bool:
        """Raises ``StoreError``."""
        if not self._is_confirmed:
            newest = self._store.lawful.newest()
            self._is_confirmed = newest is not None and _covers(newest, self.expression)
        return self._is_confirmed

    def confirm(self, teacher: Teacher, basis: str, note: str, agreed: bool) -> None:
        """Keep what a teacher has confirmed, with the version of the text and the time.

        Raises:
            BadInput: nothing was chosen, or the points were not confirmed.
        """
        if basis not in BASES:
            raise BadInput("Choose the basis on which you use this server.")
        if not agreed:
            raise BadInput("Confirm that you have checked these points, or do not use this server with students.")
        kept = LawfulBasis(
            teacher.id, VERSION, basis, clean_text(note, MAX_TITLE), self.expression, confirmed_ms=self._clock()
        )
        self._store.lawful.add(kept)
        self._is_confirmed = True


def _covers(basis: LawfulBasis, expression: bool) -> bool:
    return basis.version == VERSION and (basis.expression or not expression)
