import itertools

import pytest

from classroom.codes import ALPHABET
from classroom.door import TRIES_MS, WRONG_OF_ADDRESS, WRONG_OF_ALL, Door
from classroom.errors import CodeError
from tests.fakes import seed_class

SCHOOL, OTHERS = "192.0.2.1", "198.51.100.9"


@pytest.fixture
def info(store):
    store.teachers.add_key("key", 2**62)
    return seed_class(store, store.teachers.add_with_key("key", "Ada", "hash", 0).id).info


@pytest.fixture
def door(store, clock) -> Door:
    return Door(clock, store.classes.of_code)


def codes():
    """Codes of no class."""
    return ("".join(signs) for signs in itertools.product(ALPHABET, repeat=8))


def guess(door: Door, many: int, source: str, wrong=None) -> list[str]:
    """What each of so many different wrong codes is answered."""
    answers = []
    for code in itertools.islice(wrong or codes(), many):
        with pytest.raises(CodeError) as caught:
            door.find(code, source)
        answers.append(str(caught.value))
    return answers


def test_a_right_code_finds_its_class_however_it_is_typed(door, info):
    assert door.find(f" {info.code[:4].lower()}-{info.code[4:]}", SCHOOL) == info


def test_a_wrong_and_a_closed_code_get_the_same_answer(door, store, info):
    store.classes.end(info.id, info.opened_ms + 1)
    with pytest.raises(CodeError) as closed:
        door.find(info.code, SCHOOL)
    assert guess(door, 1, SCHOOL) == [str(closed.value)]


def test_who_guesses_is_stopped_even_at_the_right_code_and_for_ten_minutes_only(door, clock, info):
    assert all("No open class" in answer for answer in guess(door, WRONG_OF_ADDRESS, OTHERS))
    with pytest.raises(CodeError, match="Too many wrong codes"):
        door.find(info.code, OTHERS)
    assert door.find(info.code, SCHOOL) == info, "nobody elsewhere notices"
    clock.now_ms += TRIES_MS
    assert door.find(info.code, OTHERS) == info


def test_a_school_behind_one_address_may_type_the_code_of_last_week(door, info):
    for _ in range(10 * WRONG_OF_ADDRESS):
        guess(door, 1, SCHOOL)  # always the same wrong one
    assert door.find(info.code, SCHOOL) == info


def test_guesses_from_many_addresses_are_limited_together_and_leave_the_school_alone(door, info):
    door.find(info.code, SCHOOL)
    wrong = codes()
    for number in range(WRONG_OF_ALL // WRONG_OF_ADDRESS):
        guess(door, WRONG_OF_ADDRESS, f"198.51.100.{number}", wrong)
    with pytest.raises(CodeError, match="Too many wrong codes"):
        door.find(info.code, "203.0.113.5")
    assert door.find(info.code, SCHOOL) == info


def test_what_cannot_be_a_code_is_no_guess(door, info):
    for _ in range(WRONG_OF_ADDRESS + 1):
        with pytest.raises(CodeError, match="has 3"):
            door.find("ABC", SCHOOL)
    assert door.find(info.code, SCHOOL) == info
