import pytest

from classroom.codes import ALPHABET, LENGTH, new_code, new_token, parse_code, show_code, token_hash
from classroom.errors import CodeError


@pytest.mark.parametrize(
    ("typed", "sentence", "why"),
    [
        ("", "Type the code", "nothing"),
        (" -_. ", "Type the code", "nothing but what does not count"),
        ("ABCDEFG", "this one has 7", "one too few"),
        ("ABCDEFGHJ", "this one has 9", "one too many"),
        ("ABCDEFG0", "no 0 in it", "a nought that is no sign of ours"),
        ("ABCDEFGI", "no I in it", "a letter that looks like a one"),
        ("=1+1<b>", r"no \+, 1, <", "other signs, and no more than three of them are named"),
        ("ABCD\x00FGH", r"no \? in it", "a sign that cannot be shown"),
        ("A" * 10_000, "this one has 10000", "far too long"),
    ],
)
def test_what_cannot_be_a_code_is_said(typed, sentence, why):
    with pytest.raises(CodeError, match=sentence) as caught:
        parse_code(typed)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "typed", ["ABCDEFGH", "abcdefgh", "ABCD-EFGH", " abcd efgh\n", "ABCD–EFGH", "A.B.C.D_E.F.G.H", "ABCD — EFGH"]
)
def test_case_spaces_and_dashes_do_not_matter(typed):
    assert parse_code(typed) == "ABCDEFGH"


def test_a_code_survives_being_shown_and_typed():
    for _ in range(200):
        code = new_code()
        assert len(code) == LENGTH
        assert parse_code(show_code(code)) == code


def test_no_two_signs_look_alike():
    assert not set(ALPHABET) & set("0O1IL")
    assert len(set(ALPHABET)) == len(ALPHABET) == 31


def test_codes_use_every_sign_everywhere():
    """A generator that leaves signs out would make codes easier to guess than they look."""
    codes = [new_code() for _ in range(1_000)]
    assert len(set(codes)) == len(codes)
    assert all(len({code[place] for code in codes}) == len(ALPHABET) for place in range(LENGTH))


def test_a_token_is_long_and_its_hash_does_not_give_it_away():
    token = new_token()
    assert len(token) >= 32
    assert token_hash(token) != token_hash(new_token())
    assert token not in token_hash(token)
    assert token_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "FIPS 180-2's own"
