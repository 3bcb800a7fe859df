"""Which names a person could take for one another, by the skeletons of Unicode's UTS 39, section 4.

Two texts are confusable when their skeletons are the same: "Ann" with a Cyrillic А, in Lisu letters, or with something
in it that nobody can see. A skeleton tells upper from lower case, and a list of names does not, so names are also
compared as they look in the one and in the other.
"""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt): nothing of them is drawn.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Confusables.txt has it around what is written from right to left, and so has the library in its keys.
_LEFT_TO_RIGHT = "\u200e"


def look_alike(one: str, other: str) -> bool:
    """Whether two names look the same to a person, whatever their case."""
    return any(mine == theirs for mine, theirs in zip(looks(one), looks(other), strict=True))


def looks(name: str) -> tuple[str, str, str]:
    """What a name looks like as it is typed, in lower and in upper case."""
    plain = unicodedata.normalize("NFKC", name)
    return skeleton(plain), skeleton(plain.casefold()), skeleton(plain.upper())


def skeleton(text: str) -> str:
    """The skeleton of UTS 39: what is drawn of a text, with one character for all that look like it.

    Which one that is may differ from Unicode's own choice; which texts have the same skeleton does not.
    """
    seen = unicodedata.normalize("NFD", _UNSEEN.sub("", text))
    return unicodedata.normalize("NFD", seen.translate(_prototypes()))


@cache
def _prototypes() -> dict[int, str]:
    """By character what stands for it in a skeleton, where that is another one."""
    # Read by ourselves: the library's own functions ask for scripts, and keep much more in memory.
    raw = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))
    alike: dict[str, list[str]] = {}
    for text, others in raw.items():
        bare = [other["c"].replace(_LEFT_TO_RIGHT, "") for other in others]
        alike.setdefault(text.replace(_LEFT_TO_RIGHT, ""), []).extend(filter(None, bare))

    def prototype(character: str) -> str:
        # The table names every pair from both sides. What has a prototype has that one alone; a prototype has many.
        others = alike.get(character, [])
        if len(others) != 1:
            return character
        other = others[0]
        return min(character, other) if alike[other] == [character] and len(other) == 1 else other

    found = {}
    for character in alike:
        if len(character) == 1:
            drawn = "".join(prototype(each) for each in unicodedata.normalize("NFD", prototype(character)))
            if drawn != character:
                found[ord(character)] = drawn
    return found
