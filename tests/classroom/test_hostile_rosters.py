"""Class lists that were made to hurt: each gives the names that are in it, or one sentence."""

import pytest

from classroom.errors import BadInput
from classroom.naming import MAX_NAME, clean_text, name_key
from classroom.roster import MAX_NAMES, decode_roster, names_to_check, parse_roster
from tests.corpus.damage import mutations
from tests.corpus.rosters import good, hostile

COUNT, SEED = 200, 20_262


def outcome(data: bytes) -> tuple[str, ...] | str:
    """The names, or the sentence."""
    try:
        names_to_check(data)
        return parse_roster(decode_roster(data))
    except BadInput as error:
        return str(error)


@pytest.mark.parametrize("name", hostile())
def test_every_list_that_was_made_to_hurt_is_its_names_or_a_sentence(name):
    data, expected = hostile()[name]
    found = outcome(data)
    if isinstance(expected, str):
        assert isinstance(found, str) and expected in found and found.endswith(".") and len(found) < 200
    else:
        assert found == expected


def test_two_hundred_damaged_lists_give_clean_names_or_a_sentence():
    outcomes = [outcome(data) for data in mutations(good(), COUNT, SEED)]
    lists = [found for found in outcomes if not isinstance(found, str)]
    for names in lists:
        assert len(names) <= MAX_NAMES
        assert all(name and clean_text(name, MAX_NAME) == name for name in names)
        assert len({name_key(name) for name in names}) == len(names)
    assert all(found.endswith(".") and "\n" not in found for found in outcomes if isinstance(found, str))
    # Both ends are there, or the mutations would be too weak or too strong to tell anything.
    assert 0.3 < len(lists) / COUNT < 0.98


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("Ann\nJürgen Groß\nZoë\nRené\nJörg", "cp1252", ("Jürgen Groß", "Zoë", "René")),
        ("Иван Волков", "cp1251", ("Èâàí Âîëêîâ",)),
        ("Michał Wójcik", "cp1250", ("Micha³ Wójcik",)),
        ("Ayşe Yılmaz", "cp1254", ("Ayþe Yýlmaz",)),
    ],
)
def test_letters_that_are_a_guess_are_shown_before_they_are_taken(text, encoding, shown):
    """The first is right and the others are not: nothing in the file tells, so a person is asked."""
    assert names_to_check(text.encode(encoding)) == shown


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_that_says_its_letters_is_not_asked_about(encoding):
    assert names_to_check("Ann\nJürgen Groß\nИван".encode(encoding)) == ()
    assert names_to_check(b"Ann\nBen") == ()
