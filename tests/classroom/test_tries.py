import pytest

from classroom.tries import Tries, Turnstile, address_group


def test_as_many_tries_as_the_limit_and_not_one_more_until_they_are_old(clock):
    tries = Tries(clock, most=2, window_ms=1000)
    assert not tries.is_spent("a")
    assert [tries.count("a"), tries.count("a"), tries.count("a")] == [True, True, False]
    assert tries.is_spent("a") and not tries.is_spent("b")
    clock.now_ms += 1000
    assert not tries.is_spent("a") and tries.count("a")


def test_the_same_thing_again_is_no_further_try_even_when_the_limit_is_reached(clock):
    tries = Tries(clock, most=1, window_ms=1000)
    assert [tries.count("a", "x"), tries.count("a", "x"), tries.count("a", "y")] == [True, True, False]


def test_who_goes_on_trying_stays_over_the_limit(clock):
    tries = Tries(clock, most=2, window_ms=1000)
    for _ in range(50):
        tries.count("a")
        clock.now_ms += 400
    assert tries.is_spent("a"), "two within the last second"
    assert len(tries._tried["a"]) == 2, "and no more is kept of it"
    clock.now_ms += 300
    assert not tries.is_spent("a")


def test_a_turnstile_lets_one_through_at_a_time_and_sends_away_who_would_wait_too_long(clock):
    turnstile = Turnstile(clock, gap_ms=100, longest_ms=250)
    assert [turnstile.turn_ms("a") for _ in range(5)] == [0, 100, 200, None, None]
    assert turnstile.turn_ms("b") == 0, "another one's queue"
    clock.now_ms += 100
    assert [turnstile.turn_ms("a") for _ in range(2)] == [200, None], "who was sent away has taken nobody's turn"
    clock.now_ms += 10_000
    assert turnstile.turn_ms("a") == 0


def test_ever_new_keys_cost_a_turnstile_no_more_memory(clock):
    turnstile = Turnstile(clock, gap_ms=100, longest_ms=250, max_keys=3)
    for key in range(100):
        turnstile.turn_ms(key)
    assert list(turnstile._last_ms) == [97, 98, 99]


def test_what_worked_does_not_count(clock):
    tries = Tries(clock, most=2, window_ms=1000)
    tries.count("a", "good")
    tries.count("a", "bad")
    tries.take_back("a", "good")
    tries.take_back("nobody", "good")
    assert not tries.is_spent("a"), "one of two"
    tries.count("a", "bad too")
    assert tries.is_spent("a")
    tries.forget("a")
    assert not tries.is_spent("a")


def test_ever_new_names_cost_no_more_memory_and_push_out_the_oldest(clock):
    tries = Tries(clock, most=1, window_ms=1000, max_keys=3)
    for key in range(100):
        tries.count(key)
    assert len(tries._tried) == 3
    assert [key for key in range(100) if tries.is_spent(key)] == [97, 98, 99]


@pytest.mark.parametrize(
    ("source", "group", "why"),
    [
        ("", "here", "nobody says"),
        ("127.0.0.1", "here", "the own machine"),
        ("::1", "here", "the own machine by its other name"),
        ("::ffff:127.0.0.1", "here", "and by its third"),
        ("192.0.2.7", "192.0.2.7", "one address"),
        ("::ffff:192.0.2.7", "192.0.2.7", "the same"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64", "one of the 2^64 that a single household has"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64", "another one of them"),
        ("fe80::1%eth0", "fe80::/64", "with the name of a network card"),
        ("testclient", "testclient", "no address"),
    ],
)
def test_what_counts_as_one_address(source, group, why):
    assert address_group(source) == group
