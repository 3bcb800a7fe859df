"""The notice to students, in every language for which a file stands beside this one. See docs/PRIVACY.md.

A student reads it before consent, so it says what holds for the mode of this class, and what the law of the region
wants to be told.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classroom.records import ClassInfo
from classroom.regions import Region

FOLDER = Path(__file__).parent
USUAL = "en"


@dataclass(frozen=True)
class Notice:
    """The notice for one class in one language.

    Attributes:
        mode, line: the mode's name, and what it means in one line.
        points: (what it is about, the sentences).
        free: what the student may do at any time.
        words: of the form, by key.
    """

    title: str
    this_class: str
    mode: str
    line: str
    points: tuple[tuple[str, str], ...]
    free: str
    words: dict[str, str]


def languages() -> dict[str, str]:
    """By code the language's name in itself, the usual one first."""
    codes = sorted((path.stem for path in FOLDER.glob("*.toml")), key=lambda code: (code != USUAL, code))
    return {code: _texts(code)["language"] for code in codes}


def notice(code: str, info: ClassInfo, keep_days: int, region: Region | None = None) -> Notice:
    """
    Args:
        code: a language of ``languages``; the usual one for every other.
        keep_days: after which what is kept is deleted by itself; 0: never.
        region: where this server is used.
    """
    texts = _texts(code if code in languages() else USUAL)
    own = texts["modes"][info.mode.word]
    kept = f"{own['kept']} {texts['days'].format(days=keep_days) if keep_days else texts['no_days']}"
    computed = own["computed"].format(group=info.smallest_group)
    by_law = region is not None and info.mode in region.profile.told_in
    return Notice(
        title=texts["title"],
        this_class=texts["this_class"],
        mode=own["name"],
        line=own["line"],
        points=(
            *((texts["computed"], computed), (texts["kept"], kept), (texts["seen"], own["seen"])),
            *([(texts["by_law"], texts["regions"][region.value])] if by_law else []),
        ),
        free=texts["free_camera" if info.mode.shows.camera else "free"],
        words={key: text for key, text in texts.items() if isinstance(text, str)},
    )


@cache
def _texts(code: str) -> dict:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
