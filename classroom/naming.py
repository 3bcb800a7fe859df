"""Names and titles as people type them, made safe to keep: one line, visible signs only, of bounded length.

Nothing is escaped here. Text stays text; the page and the CSV each escape for their own format when they write it.
"""

import re
import unicodedata

from classroom.errors import BadInput

MAX_NAME = 60
MAX_TITLE = 120
MAX_KEY = 240
# No script needs more signs over and under a letter; a tower of them would stand in the lines around it.
_ACCENTS = "[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]"
# Letters and marks of which nothing is drawn (Unicode's Default_Ignorable_Code_Point), and a pattern without dots.
_BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9  # Unicode's combining class of the sign that joins two consonants
_TOWER = re.compile(f"({_ACCENTS}{{4}}){_ACCENTS}+")


def clean_text(typed: str, limit: int) -> str:
    """One line of visible signs, at most ``limit`` of them, in Unicode's composed form (NFC).

    Control, format (right-to-left marks and their kind), blank and private signs go; white space becomes single spaces.
    Joiners stay where names are spelt with them, as in Hindi and Persian (after RFC 5892, A.1 and A.2), and go
    elsewhere: of joined emoji all stay, side by side.
    """
    # Only the beginning is looked at: ten thousand signs must not cost more than a hundred.
    composed = unicodedata.normalize("NFC", typed[: limit * 8])
    visible = "".join(" " if sign.isspace() else sign for sign in composed if sign.isspace() or _is_visible(sign))
    # Once more: what stood between a letter and its accent may be gone now.
    line = unicodedata.normalize("NFC", _without_stray_joiners(" ".join(visible.split())))
    return _without_stray_joiners(_TOWER.sub(r"\1", line)[:limit]).rstrip()


def clean_name(typed: str) -> str:
    """A student's or teacher's name.

    Raises:
        BadInput: nothing visible is left.
    """
    name = clean_text(typed, MAX_NAME)
    if all(unicodedata.category(sign).startswith("M") for sign in name):  # marks on nothing, or nothing at all
        raise BadInput("Type your name as your teacher knows it.")
    return name


def name_key(name: str) -> str:
    """What decides whether two names are the same: case, compatibility forms and joiners do not matter.

    At most ``MAX_KEY`` signs, because a single sign can become eighteen.
    """
    seen = name.replace(_JOINER, "").replace(_NON_JOINER, "")
    return unicodedata.normalize("NFKC", seen).casefold()[:MAX_KEY]


def _is_visible(sign: str) -> bool:
    if sign in (_JOINER, _NON_JOINER):
        return True
    return sign not in _BLANK and unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _without_stray_joiners(line: str) -> str:
    return "".join(
        sign
        for before, sign, after in zip(f" {line}", line, f"{line[1:]} ", strict=False)
        if sign not in (_JOINER, _NON_JOINER) or _joins(before, sign, after)
    )


def _joins(before: str, sign: str, after: str) -> bool:
    """Whether a name can look different with this joiner than without it."""
    if unicodedata.combining(before) == _VIRAMA:
        return unicodedata.category(after) == "Lo"
    return sign == _NON_JOINER and unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
