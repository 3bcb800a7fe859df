"""Who goes when there are too many connections."""

from dataclasses import dataclass

import pytest

from classroom.ui.connection_book import KEPT_FREE, MOST, ConnectionBook


@dataclass(eq=False)
class Made:
    address: str
    is_idle: bool = True


@pytest.fixture
def book():
    """Eight in all, two of an address."""
    return ConnectionBook(16, lambda address: address == "172.30.77.12")


def enter(book: ConnectionBook, address: str, is_idle: bool = True) -> tuple[Made, Made | None]:
    new = Made(address, is_idle)
    return new, book.enter(new)


@pytest.mark.parametrize(
    ("files", "most", "why"),
    [
        (65_536, MOST, "more than a school needs"),
        (4_096, 4_096 - KEPT_FREE, "some are kept free for videos and the database"),
        (1_024, 512, "half of few"),
        (1, 1, "at least one"),
    ],
)
def test_there_is_room_for_what_is_left_of_the_files(files, most, why):
    assert ConnectionBook(files).most == most, why


def test_of_one_address_the_oldest_that_asks_nothing_goes_for_a_new_one(book):
    first, _ = enter(book, "203.0.113.7", is_idle=False)
    second, _ = enter(book, "203.0.113.7")
    _, goes = enter(book, "203.0.113.7")
    assert goes is second
    assert len(book) == 2 and not first.is_idle


def test_where_all_of_an_address_are_busy_the_new_one_goes(book):
    for _ in range(2):
        enter(book, "203.0.113.7", is_idle=False)
    new, goes = enter(book, "203.0.113.7")
    assert goes is new
    assert enter(book, "203.0.113.8")[1] is None, "another address has room"


def test_one_household_is_one_address_over_ipv6(book):
    for host in range(2):
        assert enter(book, f"2001:db8:1:1::{host}")[1] is None
    assert enter(book, "2001:db8:1:1::9")[1] is not None
    assert enter(book, "2001:db8:1:2::9")[1] is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "172.30.77.12", ""])
def test_behind_a_proxy_and_on_the_machine_itself_may_be_everybody(book, address):
    assert [enter(book, address)[1] for _ in range(book.most)] == [None] * book.most


def test_when_all_places_are_taken_who_asks_nothing_goes_first_whatever_the_address(book):
    made = [enter(book, f"203.0.113.{number}", is_idle=number == 5)[0] for number in range(book.most)]
    _, goes = enter(book, "198.51.100.1")
    assert goes is made[5]
    new, goes = enter(book, "198.51.100.2", is_idle=False)
    assert goes is not None and len(book) == book.most


def test_of_many_that_come_at_once_each_has_another_one_go(book):
    made = [enter(book, f"203.0.113.{number}")[0] for number in range(book.most)]
    assert [enter(book, f"198.51.100.{number}")[1] for number in range(3)] == made[:3]
    assert len(book) == book.most


def test_who_has_left_counts_no_more(book):
    made = [enter(book, "203.0.113.7")[0] for _ in range(2)]
    for each in made * 2:
        book.leave(each)
    assert len(book) == 0 and not book._of
    assert enter(book, "203.0.113.7")[1] is None
