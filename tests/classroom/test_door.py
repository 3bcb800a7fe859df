import itertools

import pytest

from classroom.codes import ALPHABET, LENGTH
from classroom.door import (
    JOIN_GAP_MS,
    JOINS_MS,
    LONGEST_MS,
    SLOW_MS,
    SLOWER_MS,
    TRIES_MS,
    WRONG_OF_ADDRESS,
    WRONG_OF_ALL,
    Door,
)
from classroom.errors import BadInput, CodeError
from tests.fakes import seed_class

SCHOOL, OTHERS = "192.0.2.1", "198.51.100.9"
WRONG = "ZZZZZZZZ"
JOINS = 60


@pytest.fixture
def info(store):
    store.teachers.add_key("key", 2**62)
    return seed_class(store, store.teachers.add_with_key("key", "Ada", "hash", 0).id).info


@pytest.fixture
def door(store, clock) -> Door:
    return Door(clock, store.classes.of_code, JOINS)


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


def test_200_wrong_codes_slow_their_address_down_and_keep_nobody_out(door, clock, info):
    assert door.wait_ms(SCHOOL) == 0
    assert all("No open class" in answer for answer in guess(door, WRONG_OF_ADDRESS, SCHOOL))
    assert door.wait_ms(SCHOOL) == SLOW_MS
    assert door.find(info.code, SCHOOL) == info, "the school whose address it is"
    assert door.wait_ms(OTHERS) == 0, "nobody elsewhere notices"
    clock.now_ms += TRIES_MS
    assert door.wait_ms(SCHOOL) == 0


def test_a_school_behind_one_address_may_type_the_code_of_last_week(door):
    for _ in range(10 * WRONG_OF_ADDRESS):
        guess(door, 1, SCHOOL)  # always the same wrong one
    assert door.wait_ms(SCHOOL) == 0


def test_2000_wrong_codes_from_ten_addresses_slow_down_who_never_had_a_right_one_and_keep_nobody_out(door, info):
    door.find(info.code, SCHOOL)
    wrong = codes()
    for number in range(WRONG_OF_ALL // WRONG_OF_ADDRESS):
        guess(door, WRONG_OF_ADDRESS, f"198.51.100.{number}", wrong)
    assert door.wait_ms(SCHOOL) == 0
    assert door.wait_ms("203.0.113.5") == SLOWER_MS
    assert door.find(info.code, "203.0.113.5") == info
    assert door.wait_ms("203.0.113.5") == 0, "it has had a right one now"


def test_wrong_codes_of_a_school_are_not_counted_with_those_of_strangers(door, info):
    wrong = codes()
    for number in range(WRONG_OF_ALL // WRONG_OF_ADDRESS + 1):
        door.find(info.code, f"192.0.2.{number}")
        guess(door, WRONG_OF_ADDRESS, f"192.0.2.{number}", wrong)
    assert door.wait_ms(OTHERS) == 0


def test_what_cannot_be_a_code_is_no_guess(door, info):
    for _ in range(WRONG_OF_ADDRESS + 1):
        with pytest.raises(CodeError, match="has 3"):
            door.find("ABC", SCHOOL)
    assert door.wait_ms(SCHOOL) == 0


def test_what_the_docs_say_of_who_guesses_with_a_hundred_pages_is_so():
    guesses_a_year = 100 * 1000 / SLOW_MS * 365 * 24 * 3600
    assert len(ALPHABET) ** LENGTH / guesses_a_year == pytest.approx(540, abs=5)


class TestPosted:
    """What a form brings, or a script that never opened the page."""

    def test_who_found_the_code_on_the_page_never_waits_for_what_others_guess(self, door, info):
        ticket = door.ticket(info)
        guess(door, WRONG_OF_ADDRESS, SCHOOL)
        for _ in range(50):
            assert door.join_wait_ms(info.code, ticket, SCHOOL) == 0

    def test_guesses_past_the_page_wait_one_behind_the_other_and_are_few(self, door, info):
        assert door.join_wait_ms(WRONG, "", OTHERS) == 0
        guess(door, WRONG_OF_ADDRESS, OTHERS)
        waits = [door.join_wait_ms(WRONG, "", OTHERS) for _ in range(1 + LONGEST_MS // SLOW_MS)]
        assert waits == [number * SLOW_MS for number in range(len(waits))]
        with pytest.raises(CodeError, match="on this page"):
            door.join_wait_ms(info.code, "", OTHERS)
        assert door.join_wait_ms(info.code, door.ticket(info), OTHERS) == 0

    @pytest.mark.parametrize("made_up", ["", "x", "é\u202e", "0" * 64])
    def test_no_made_up_ticket_and_none_of_another_class_spares_a_guess(self, door, store, info, made_up):
        guess(door, WRONG_OF_ADDRESS, OTHERS)
        other = seed_class(store, info.teacher_id).info
        assert [door.join_wait_ms(info.code, ticket, OTHERS) for ticket in (made_up, door.ticket(other))] == [
            0,
            SLOW_MS,
        ]

    def test_whether_there_is_such_a_class_is_not_looked_up_before_the_wait(self, clock, info):
        door = Door(clock, lambda code: pytest.fail("the time of the answer would tell"), JOINS)
        door.join_wait_ms(info.code, "made up", OTHERS)
        door.join_wait_ms(info.code, door.ticket(info), OTHERS)

    def test_a_whole_class_behind_one_address_joins_at_once(self, door, clock, info):
        for _ in range(50):
            assert door.join_wait_ms(info.code, door.ticket(info), SCHOOL) == 0
            clock.advance(0.2)

    def test_one_script_fills_no_class_faster_than_one_a_second(self, door, clock, store, info):
        ticket = door.ticket(info)
        at_once = [door.join_wait_ms(info.code, ticket, OTHERS) for _ in range(JOINS + 1 + LONGEST_MS // JOIN_GAP_MS)]
        assert at_once[:JOINS] == [0] * JOINS
        assert at_once[JOINS:] == [number * JOIN_GAP_MS for number in range(len(at_once) - JOINS)]
        with pytest.raises(BadInput, match="Press the button again"):
            door.join_wait_ms(info.code, ticket, OTHERS)
        assert door.join_wait_ms(info.code, ticket, SCHOOL) == 0, "the honest student, at home"
        other = seed_class(store, info.teacher_id).info
        assert door.join_wait_ms(other.code, door.ticket(other), OTHERS) == 0, "another class of the same school"
        clock.now_ms += JOINS_MS + LONGEST_MS
        assert door.join_wait_ms(info.code, ticket, OTHERS) == 0

    def test_joining_past_the_page_is_counted_as_well(self, door, info):
        for _ in range(JOINS):
            door.join_wait_ms(info.code, "", OTHERS)
        assert [door.join_wait_ms(info.code, "", OTHERS) for _ in range(2)] == [0, JOIN_GAP_MS]
