"""Names that a person could take for one another. The expected ones are Unicode's own examples and ICU's answers."""

import itertools

import pytest

from classroom.look_alikes import look_alike, skeleton
from classroom.naming import clean_name
from classroom.pseudonyms import _BIRDS, _COLOURS

# (a name of the class, one that somebody types beside it, why they look the same)
ATTACKS = [
    ("Ann", "\u0410nn", "a Cyrillic letter"),
    ("Ben", "\u0412en", "a Cyrillic letter that looks so in upper case only"),
    ("ben", "\u0412en", "the same beside a name in lower case"),
    ("Ann", "\ua4ee\ua4e0\ua4e0", "Lisu letters, all of which look like Latin capitals"),
    ("Ann", "A\u200bnn", "a space of no width"),
    ("Ann", "Ann\ufe0f", "a mark that chooses a form where there is none to choose"),
    ("Ann", "A\u3164nn", "a letter of which nothing is drawn"),
    ("Ann", "\U0001d5a0nn", "a letter of formulas"),
    ("Ann", "\uff21nn", "a wide letter"),
    ("Ian", "lan", "a small L in place of a capital i"),
    ("Oleg", "0leg", "a zero"),
    ("Carmen", "Carrnen", "two letters that look like one"),
    ("Paul", "\u0420\u0430\u03c5l", "Cyrillic and Greek letters"),
    ("\u0410\u043d\u043d\u0430", "\u0410\u043d\u043da", "a Latin letter in a Cyrillic name"),
]


@pytest.mark.parametrize(("name", "beside", "why"), ATTACKS)
def test_a_look_alike_is_one_in_either_order(name, beside, why):
    assert name != beside
    assert look_alike(name, beside)
    assert look_alike(beside, name)


@pytest.mark.parametrize("name", ["Ann", "ann", "ANN"])
@pytest.mark.parametrize("beside", ["\u0410nn", "\u0430nn", "\u0410NN", "\ua4ee\ua4e0\ua4e0"])
def test_case_hides_no_look_alike(name, beside):
    assert look_alike(name, beside)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Ann", "Anna", "a letter more"),
        ("Zoë", "Zoe", "an accent that can be seen"),
        ("Lan", "Ian", "two names of which only the small letters look alike in one case"),
        ("Ilan", "Lian", "the same letters in another order"),
        ("Müller", "Muller", "an umlaut"),
        ("王小明", "王小朋", "two Chinese names"),
        ("लक्ष्मी", "लक्ष्मण", "two Hindi names"),
        ("Анна", "Инна", "two Cyrillic names"),
        ("Person 1", "Person 11", "two seats"),
    ],
)
def test_two_names_that_a_person_tells_apart_are_two(one, other, why):
    assert not look_alike(one, other)


def test_no_two_of_our_own_words_look_alike():
    """A hundred ordinary words: a rule that is too strict would show here."""
    words = [*_COLOURS, *_BIRDS]
    assert [pair for pair in itertools.combinations(words, 2) if look_alike(*pair)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("mom", "rnorn"),
        ("rn", "rn"),
        ("\u0441\u0430t", "cat"),
        ("\ufb01", "fi"),
        ("a\u0301", "a\u0301"),
        ("\u00e1", "a\u0301"),
    ],
)
def test_skeletons_are_those_of_the_standard(text, expected):
    assert skeleton(text) == expected


def test_a_skeleton_has_itself_as_skeleton():
    for name, beside, _ in ATTACKS:
        assert skeleton(skeleton(beside)) == skeleton(beside)
        assert skeleton(skeleton(name)) == skeleton(name)


def test_what_cannot_be_seen_is_gone_before_names_are_compared():
    """Cleaning takes most of it, the skeleton the rest: choices of form, and joiners where a script needs them."""
    assert clean_name("A\u3164n\u200bn") == "Ann"
    assert look_alike(clean_name("علی\u200cرضا"), clean_name("علیرضا"))
