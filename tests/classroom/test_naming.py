import unicodedata

import pytest

from classroom.errors import BadInput
from classroom.naming import MAX_KEY, MAX_NAME, MAX_TITLE, clean_name, clean_text, name_key
from tests.fakes import HOSTILE_NAMES


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "nothing"),
        (" \t\r\n", "white space"),
        ("\u200b\u202e\ufeff\x00\x1b", "nothing that can be seen"),
        ("\u3164\u115f\u2800", "letters of which nothing is drawn"),
        ("\ufe0f\u0301", "marks on nothing"),
    ],
)
def test_a_name_that_nobody_can_see_is_refused_with_a_sentence(typed, why):
    with pytest.raises(BadInput, match="Type your name"):
        clean_name(typed)


@pytest.mark.parametrize(("typed", "kept", "why"), HOSTILE_NAMES)
def test_a_hostile_name_stays_text(typed, kept, why):
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept", "why"),
    [
        ("Ann", "Ann", "an ordinary name"),
        ("  Ann \t Marie\nLee ", "Ann Marie Lee", "one line, single spaces"),
        ("Zoe\u0308", "Zoë", "two signs that are one letter"),
        ("Zoe\u200d\u0308", "Zoë", "the same with a joiner in between"),
        ("Ann\ud800", "Ann", "half of a sign"),
        ("Ann\ue000", "Ann", "a sign that means something else on every machine"),
        ("مريم", "مريم", "right-to-left letters, which are no marks"),
        ("王小明", "王小明", "no Latin letter"),
        ("लक्ष्मी श्री", "लक्ष्मी श्री", "letters with signs over, under and beside them"),
        ("शर्\u200dया", "शर्\u200dया", "a joiner that changes how two consonants look"),
        ("علی\u200cرضا", "علی\u200cرضا", "a non-joiner that Persian is spelt with"),
        ("शर्\u200d", "शर्", "a joiner with nothing to join"),
        ("An\u200cn\u200d", "Ann", "joiners that nobody could see"),
        ("ع\u200c\u200cر", "عر", "two of them"),
        ("An\u3164\u034f\u2800n", "Ann", "letters of which nothing is drawn"),
        ("葛\U000e0100飾", "葛\U000e0100飾", "a choice between two forms of a letter"),
        ("O’Neil-Smith", "O’Neil-Smith", "signs that belong to names"),
    ],
)
def test_a_name_is_one_line_of_visible_signs(typed, kept, why):
    assert clean_name(typed) == kept


@pytest.mark.parametrize("limit", [1, MAX_NAME, MAX_TITLE])
def test_cleaning_twice_changes_nothing(limit):
    for typed, _, _ in [
        *HOSTILE_NAMES,
        ("र्\u200d" * 200, "", ""),
        ("ر\u200c" * 200, "", ""),
        ("a " * 200, "", ""),
        ("e\u0301" * 200, "", ""),
    ]:
        once = clean_text(typed, limit)
        assert clean_text(once, limit) == once
        assert len(once) <= limit
        assert unicodedata.is_normalized("NFC", once)


@pytest.mark.parametrize(
    ("one", "other", "same", "why"),
    [
        ("Ann", "ann", True, "case"),
        ("Straße", "STRASSE", True, "case, in German"),
        ("Ａｎｎ", "Ann", True, "full width"),
        ("علی\u200cرضا", "علیرضا", True, "a joiner alone would let two students look the same"),
        ("Ann", "Anne", False, "another name"),
        ("Zoe", "Zoë", False, "another letter"),
    ],
)
def test_two_names_are_the_same_by_their_letters(one, other, same, why):
    assert (name_key(clean_name(one)) == name_key(clean_name(other))) is same


def test_a_key_has_a_bounded_length():
    assert len(name_key("\ufdfa" * MAX_NAME)) == MAX_KEY
