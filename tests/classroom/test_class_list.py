"""Names and the class list: compared after they were sent, told to nobody who has only the code."""

import pytest

from classroom.class_list import HINTS, HINTS_MS
from classroom.errors import NameTaken, NotListed
from classroom.modes import Mode
from classroom.pseudonyms import _BIRDS, _COLOURS
from classroom.roster_match import listed_name, misspelt_name
from tests.fakes import sign_up

LIST = ("Ann Smith", "Zoë Müller", "Katharina Fischer", "Jan Novak", "Jana Novak", "علی رضایی")


@pytest.fixture
def info(server):
    return server.open_class(sign_up(server.accounts).teacher, "Optics", "\n".join(LIST))


@pytest.mark.parametrize(
    ("typed", "name", "why"),
    [
        ("Ann Smith", "Ann Smith", "as it is"),
        ("ann SMITH", "Ann Smith", "case"),
        ("Smith, Ann", "Ann Smith", "order"),
        ("Zoe Muller", "Zoë Müller", "accents"),
        ("\u0410nn Smith", "Ann Smith", "a Cyrillic letter from another keyboard"),
        ("علي رضايي", "علی رضایی", "Arabic letters in a Persian name"),
        ("Ann", None, "a part of it: who guesses first names must not become somebody"),
        ("Ann Smyth", None, "a typo"),
        ("Jan Novak", "Jan Novak", "one of two that are nearly the same"),
        ("Novak", None, "a family name of two"),
        ("Eve Stranger", None, "nobody's"),
    ],
)
def test_who_is_on_the_list(typed, name, why):
    assert listed_name(typed, LIST) == name


def test_two_names_of_the_same_words_are_nobodys_until_one_is_typed_as_it_is():
    both = ("Ann Smith", "Smith Ann")
    assert listed_name("SMITH ANN", both) == "Smith Ann"
    assert listed_name("Ánn Smith", both) is None


@pytest.mark.parametrize(
    ("typed", "name", "why"),
    [
        ("Katarina Fischer", "Katharina Fischer", "a letter less"),
        ("Ann Smiht", "Ann Smith", "two swapped"),
        ("Jano Novak", None, "two names are as near"),
        ("Ann", None, "too short to be nearly anything"),
        ("Kath Fisch", None, "a guess"),
    ],
)
def test_only_a_small_typo_in_the_whole_name_is_nearly_one_of_the_list(typed, name, why):
    assert misspelt_name(typed, LIST) == name


class TestJoining:
    def test_who_is_on_the_list_is_called_as_it_says_and_is_asked_nothing(self, server, info):
        assert server.join(info.code, "zoe muller", False)[0].name == "Zoë Müller"

    @pytest.mark.parametrize("again", ["Zoë Müller", "Müller Zoë", "ZOE MULLER", "Z\u043e\u00eb M\u00fcller"])
    def test_nobody_is_on_the_list_twice(self, server, info, again):
        server.join(info.code, "zoe muller", False)
        with pytest.raises(NameTaken):
            server.join(info.code, again, False)

    def test_who_is_not_is_asked_once_and_then_let_in_under_that_very_name(self, server, info):
        with pytest.raises(NotListed, match="Nobody on the list of this class is called “Eve”.*first and last name"):
            server.join(info.code, "Eve", False)
        assert server.store.classes.students(info.id) == []
        with pytest.raises(NotListed):
            server.join(info.code, "Eve", False, insists_on="Eva")
        assert server.join(info.code, "eve", False, insists_on=" Eve\x00 ")[0].name == "eve"

    @pytest.mark.parametrize("mode", [Mode.NAMES, Mode.CLASS_ONLY])
    def test_the_question_says_what_it_means_not_to_be_on_the_list(self, server, mode):
        info = server.open_class(sign_up(server.accounts).teacher, "Optics", "Ann Smith", mode)
        with pytest.raises(NotListed, match="your teacher sees") as asked:
            server.join(info.code, "Eve", False)
        assert ("your picture is not counted" in str(asked.value)) == (mode is Mode.CLASS_ONLY)

    def test_a_small_typo_is_asked_about_by_name(self, server, info):
        with pytest.raises(NotListed, match="If you are “Katharina Fischer”, type that"):
            server.join(info.code, "Katarina Fischer", False)

    def test_a_class_without_a_list_asks_nobody(self, server):
        info = server.open_class(sign_up(server.accounts).teacher, "Optics")
        assert server.join(info.code, "Eve", False)[0].name == "Eve"

    def test_what_is_asked_tells_no_other_name(self, server, info):
        """Attack: whoever has the code tries first names, family names and parts of both."""
        told = []
        for guess in ("Ann", "Zoe", "Smith", "Novak", "Jan", "Katharina", "Fischer", "A", "علی", "Ann S", "Kath Fisch"):
            with pytest.raises(NotListed) as asked:
                server.join(info.code, guess, False)
            told += [name for name in LIST if name in str(asked.value)]
        assert told == []

    def test_who_tries_names_gets_no_more_than_a_few_of_the_list(self, server, clock):
        """Attack: names that are nearly right, one after the other, from one address."""
        listed = [f"{first} {last}" for first, last in zip(_COLOURS, _BIRDS, strict=False)]
        info = server.open_class(sign_up(server.accounts).teacher, "Optics", "\n".join(listed))

        def told(source: str) -> int:
            names = 0
            for name in listed:
                with pytest.raises(NotListed) as asked:
                    server.join(info.code, f"{name}e", False, source)
                names += f"“{name}”" in str(asked.value)
            return names

        assert told("192.0.2.1") == HINTS < len(listed)
        assert told("192.0.2.1") == HINTS, "the same ones again are no more of them"
        assert told("192.0.2.2") == HINTS, "another address is asked by itself"
        clock.advance(HINTS_MS / 1000)
        assert told("192.0.2.1") == HINTS
