import threading

import pytest
from sqlalchemy import select

from classroom.accounts import (
    HASHES_AT_ONCE,
    KEY_MS,
    MAX_PASSWORD,
    MAX_TRIES,
    MAX_TRIES_OF_ADDRESS,
    MAX_TRIES_OF_NAME,
    SIGN_IN_MS,
    TRIES_MS,
    Accounts,
)
from classroom.errors import BadInput, NameTaken, NotAllowed
from classroom.store import tables
from tests.fakes import CHEAP_HASHER, PASSWORD, sign_up


@pytest.fixture
def accounts(store, clock) -> Accounts:
    return Accounts(store, clock, CHEAP_HASHER)


def everything_kept(store) -> str:
    with store._database.begin() as connection:
        return repr([connection.execute(select(table)).all() for table in tables.metadata.sorted_tables])


def test_a_new_deployment_has_no_teacher_and_lets_nobody_in(accounts):
    assert accounts.needs_setup()
    assert accounts.teacher_of("") is accounts.teacher_of("made up") is None
    with pytest.raises(NotAllowed, match="do not match"):
        accounts.sign_in("Ada", PASSWORD)


def test_the_setup_key_makes_exactly_one_teacher(accounts):
    key = accounts.new_setup_key()
    assert accounts.create(f" {key}\n", "Ada", PASSWORD).teacher.name == "Ada"
    assert not accounts.needs_setup()
    assert accounts.new_setup_key() is None, "a restart prints no key once there is a teacher"
    with pytest.raises(NotAllowed, match="not valid"):
        accounts.create(key, "Eve", PASSWORD)


def test_a_restart_before_the_first_teacher_makes_the_old_key_worthless(accounts):
    old, new = accounts.new_setup_key(), accounts.new_setup_key()
    with pytest.raises(NotAllowed, match="not valid"):
        accounts.create(old, "Eve", PASSWORD)
    assert accounts.create(new, "Ada", PASSWORD)


def test_a_key_for_a_colleague_leaves_the_others_good(accounts):
    first, second = accounts.new_key(), accounts.new_key()
    assert accounts.create(second, "Ada", PASSWORD).teacher.id != accounts.create(first, "Grace", PASSWORD).teacher.id


@pytest.mark.parametrize(("later_ms", "good"), [(0, True), (KEY_MS - 1, True), (KEY_MS, False)])
def test_a_key_is_good_for_seven_days(accounts, clock, later_ms, good):
    key = accounts.new_key()
    clock.now_ms += later_ms
    if good:
        assert accounts.create(key, "Ada", PASSWORD)
        return
    with pytest.raises(NotAllowed, match="not valid"):
        accounts.create(key, "Ada", PASSWORD)


@pytest.mark.parametrize(
    ("name", "password", "sentence", "why"),
    [
        ("", PASSWORD, "Type your name", "no name"),
        ("Ada", "", "at least 10", "no password"),
        ("Ada", "9 signs.!", "at least 10", "one too short"),
        ("Ada", "x" * (MAX_PASSWORD + 1), "at most 200", "so long that hashing it costs"),
    ],
)
def test_what_cannot_be_an_account_leaves_the_key_good(accounts, name, password, sentence, why):
    key = accounts.new_key()
    with pytest.raises(BadInput, match=sentence):
        accounts.create(key, name, password)
    assert accounts.create(key, "Ada", PASSWORD)


def test_a_taken_name_leaves_the_key_good(accounts):
    sign_up(accounts, "Ada")
    key = accounts.new_key()
    with pytest.raises(NameTaken):
        accounts.create(key, "ADA", PASSWORD)
    assert accounts.create(key, "Ada L", PASSWORD)


def test_name_and_password_let_in_whatever_the_case_of_the_name(accounts):
    teacher = sign_up(accounts, "Ada").teacher
    signed_in = accounts.sign_in(" aDA ", PASSWORD)
    assert signed_in.teacher == teacher == accounts.teacher_of(signed_in.token)


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("Ada", PASSWORD + "x", "wrong password"),
        ("Ada", PASSWORD.upper(), "the case of a password counts"),
        ("Ada", "", "no password"),
        ("Eve", PASSWORD, "wrong name"),
    ],
)
def test_which_of_both_is_wrong_is_not_said(accounts, name, password, why):
    sign_up(accounts, "Ada")
    with pytest.raises(NotAllowed) as caught:
        accounts.sign_in(name, password)
    assert str(caught.value) == "Name and password do not match. Try again, please."


def test_too_many_tries_shut_even_the_right_password_out_for_a_while(accounts, clock):
    sign_up(accounts, "Ada")
    for _ in range(MAX_TRIES):
        with pytest.raises(NotAllowed, match="do not match"):
            accounts.sign_in("Ada", "wrong password")
    with pytest.raises(NotAllowed, match="Too many tries"):
        accounts.sign_in("ada", PASSWORD)
    clock.now_ms += TRIES_MS
    assert accounts.sign_in("Ada", PASSWORD)


def test_the_tries_of_one_are_not_those_of_another(accounts):
    sign_up(accounts, "Ada")
    sign_up(accounts, "Grace")
    for _ in range(MAX_TRIES):
        with pytest.raises(NotAllowed):
            accounts.sign_in("Ada", "wrong password", source="the attacker's machine")
    assert accounts.sign_in("Grace", PASSWORD, source="the attacker's machine")
    assert accounts.sign_in("Ada", PASSWORD, source="her own machine"), "nobody locks a teacher out from elsewhere"


def test_a_teacher_called_key_is_not_locked_out_by_wrong_keys(accounts):
    sign_up(accounts, "Key")
    for _ in range(MAX_TRIES):
        with pytest.raises(NotAllowed):
            accounts.create("no key", "Eve", PASSWORD)
    with pytest.raises(NotAllowed, match="Too many tries"):
        accounts.create("no key", "Eve", PASSWORD)
    assert accounts.sign_in("Key", PASSWORD)


def test_one_address_does_not_get_far_with_many_names(accounts, clock):
    sign_up(accounts, "Ada")
    for number in range(MAX_TRIES_OF_ADDRESS):
        with pytest.raises(NotAllowed, match="do not match"):
            accounts.sign_in(f"Teacher {number}", "a common password", source="192.0.2.1")
    with pytest.raises(NotAllowed, match="Too many tries"):
        accounts.sign_in("Ada", PASSWORD, source="192.0.2.1")
    clock.now_ms += TRIES_MS
    assert accounts.sign_in("Ada", PASSWORD, source="192.0.2.1")


def test_many_addresses_do_not_get_far_with_one_name_and_its_teacher_notices_nothing(accounts):
    sign_up(accounts, "Ada")
    accounts.sign_in("Ada", PASSWORD, source="192.0.2.1")
    for number in range(MAX_TRIES_OF_NAME):
        with pytest.raises(NotAllowed, match="do not match"):
            accounts.sign_in("Ada", "a guess", source=f"198.51.100.{number}")
    with pytest.raises(NotAllowed, match="Too many tries"):
        accounts.sign_in("Ada", PASSWORD, source="203.0.113.5")
    assert accounts.sign_in("ada", PASSWORD, source="192.0.2.1"), "where she has signed in before"


def test_many_sign_ins_that_work_are_no_failures(accounts):
    sign_up(accounts, "Ada")
    for _ in range(MAX_TRIES_OF_ADDRESS + 1):
        assert accounts.sign_in("Ada", PASSWORD, source="192.0.2.1")


def test_an_unknown_name_costs_the_same_hash_as_a_known_one(accounts, monkeypatch):
    """Else the time of the answer would tell which names there are."""
    sign_up(accounts, "Ada")
    verified = []

    class Spy:
        def verify(self, hashed, password):
            verified.append(hashed)
            return CHEAP_HASHER.verify(hashed, password)

    monkeypatch.setattr(accounts, "_hasher", Spy())
    for name in ("Ada", "Nobody"):
        with pytest.raises(NotAllowed):
            accounts.sign_in(name, "wrong password")
    assert len(verified) == 2
    parameters = [hashed.split("$")[1:4] for hashed in verified]
    assert len(parameters) == 2 and parameters[0] == parameters[1]


def test_a_few_hashes_at_once_and_the_others_wait(accounts, monkeypatch):
    """Each takes 64 MiB: a hundred forms at a time must not be a way to stop the server."""
    sign_up(accounts, "Ada")
    lock, running, most = threading.Lock(), 0, 0
    full = threading.Barrier(HASHES_AT_ONCE, timeout=10)

    class Slow:
        def verify(self, hashed, password):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            full.wait()
            with lock:
                running -= 1
            return CHEAP_HASHER.verify(hashed, password)

    monkeypatch.setattr(accounts, "_hasher", Slow())
    threads = [
        threading.Thread(target=accounts.sign_in, args=("Ada", PASSWORD, f"192.0.2.{number}"))
        for number in range(3 * HASHES_AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert most == HASHES_AT_ONCE


def test_who_set_the_server_up_may_remove_the_others_and_nobody_else_may(accounts):
    ada, grace, mary = (sign_up(accounts, name).teacher for name in ("Ada", "Grace", "Mary"))
    assert accounts.may_remove(ada) == [grace, mary]
    assert accounts.may_remove(grace) == accounts.may_remove(mary) == []


def test_success_forgets_the_tries_before(accounts):
    sign_up(accounts, "Ada")
    for _ in range(3):
        for _ in range(MAX_TRIES - 1):
            with pytest.raises(NotAllowed, match="do not match"):
                accounts.sign_in("Ada", "wrong password")
        accounts.sign_in("Ada", PASSWORD)


def test_a_sign_in_ends_after_a_month_or_when_signed_out(accounts, clock):
    first, second = sign_up(accounts, "Ada"), accounts.sign_in("Ada", PASSWORD)
    accounts.sign_out(first.token)
    accounts.sign_out("made up")
    assert accounts.teacher_of(first.token) is None
    assert accounts.teacher_of(second.token) == first.teacher, "on the other machine she is still signed in"
    clock.now_ms += SIGN_IN_MS
    assert accounts.teacher_of(second.token) is None


def test_nothing_that_opens_a_door_is_kept_in_plain(accounts, store):
    key = accounts.new_key()
    assert key not in everything_kept(store)
    signed_in = accounts.create(key, "Ada", PASSWORD)
    kept = everything_kept(store)
    assert "Ada" in kept
    assert signed_in.token not in kept
    assert PASSWORD not in kept


def test_passwords_are_hashed_with_argon2id_in_the_parameters_of_rfc_9106(store, clock):
    accounts = Accounts(store, clock)
    sign_up(accounts, "Ada")
    _, hashed = store.teachers.with_password("Ada")
    # RFC 9106's second choice, for where memory is short: 64 MiB, three passes, four lanes.
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
