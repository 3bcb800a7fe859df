"""The notice to students: the same content in every language, and true for the mode."""

import re
import tomllib

import pytest

from classroom.modes import Mode
from classroom.notices import FOLDER, languages, notice
from classroom.records import ClassInfo

CODES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def of_mode(mode: Mode) -> ClassInfo:
    return ClassInfo(1, 1, "Optics", "ABCDEFGH", 0, None, mode=mode, smallest_group=7)


def texts(code: str) -> dict:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))


def flat(tree: dict, before: str = "") -> dict[str, str]:
    found = {}
    for key, value in tree.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
    return found


def test_english_and_hindi_are_there_and_english_is_the_usual_one():
    assert languages() == {"en": "English", "hi": "हिन्दी"}


@pytest.mark.parametrize("code", CODES)
def test_every_language_says_all_that_english_says(code):
    english, other = flat(texts("en")), flat(texts(code))
    assert other.keys() == english.keys()
    assert all(text.strip() for text in other.values())
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_hindi_is_written_in_devanagari():
    for key, text in flat(texts("hi")).items():
        letters = [sign for sign in re.sub(r"\{\w+\}", "", text) if sign.isalpha()]
        assert all("\u0900" <= sign <= "\u097f" for sign in letters), key


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("mode", Mode)
def test_every_mode_has_its_notice_with_the_numbers_filled_in(code, mode):
    for days in (0, 30):
        found = notice(code, of_mode(mode), days)
        said = " ".join([found.line, *(text for _, text in found.points), found.free])
        assert "{" not in said
        assert ("30" in said) is (days == 30)
        assert ("7" in said) is (mode is Mode.CLASS_ONLY)


def test_another_language_gets_the_usual_one():
    assert notice("xx", of_mode(Mode.NAMES), 0) == notice("en", of_mode(Mode.NAMES), 0)


def test_only_a_class_with_cameras_speaks_of_pausing_one():
    assert "pause" in notice("en", of_mode(Mode.IN_VIEW), 0).free
    assert "pause" not in notice("en", of_mode(Mode.SIGNALS_ONLY), 0).free
