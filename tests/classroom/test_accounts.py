import threading

import pytest
from sqlalchemy import select

from classroom.accounts import (
    BROWSER_MS,
    CHANGES_MS,
    HASHES_AT_ONCE,
    KEY_MS,
    MAX_CHANGES,
    MAX_PASSWORD,
    SIGN_IN_MS,
    Accounts,
)
from classroom.errors import BadInput, NameTaken, NotAllowed
from classroom.sign_in_pace import (
    GAP_MS,
    MAX_TRIES,
    MAX_TRIES_OF_ADDRESS,
    MAX_TRIES_OF_NAME,
    TRIES_MS,
    SignInPace,
)
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


def fail(accounts, many: int, name="Ada", source="", browser="") -> None:
    """So many wrong passwords, each in its turn and without a wait."""
    for number in range(many):
        with pytest.raises(NotAllowed, match="do not match"):
            accounts.sign_in(name.format(number), "wrong password", source.format(number), browser)


def waits_s(accounts, many: int, name="Ada", source="", browser="") -> list[float | None]:
    """How long so many tries in a row have to wait, ``None`` for those that are sent away."""
    found: list[float | None] = []
    for _ in range(many):
        try:
            found.append(accounts.turn(name, source, browser).wait_ms / 1000)
        except NotAllowed:
            found.append(None)
    return found


class TestPace:
    """Wrong passwords slow down; they keep nobody out who has been here before."""

    SCHOOL, ELSEWHERE = "192.0.2.1", "203.0.113.5"

    def test_after_eight_failures_one_try_in_ten_seconds_and_few_who_wait(self, accounts, clock):
        sign_up(accounts, "Ada")
        fail(accounts, MAX_TRIES)
        assert waits_s(accounts, 4) == [0, 10, None, None]
        clock.advance(10)
        assert waits_s(accounts, 2) == [10, None], "a right password and a wrong one wait alike"

    def test_the_right_password_lets_in_after_the_wait(self, accounts):
        sign_up(accounts, "Ada")
        fail(accounts, MAX_TRIES + 1)
        with pytest.raises(NotAllowed, match="Too many tries"):
            accounts.sign_in("Ada", PASSWORD)  # who does not wait
        accounts._pace = SignInPace(accounts._clock)
        fail(accounts, MAX_TRIES + 1)
        turn = accounts.turn("Ada")
        assert turn.wait_ms == GAP_MS
        assert accounts.sign_in("Ada", PASSWORD, turn=turn)
        assert waits_s(accounts, 2) == [0, 0], "and it is forgotten"

    def test_ten_minutes_after_the_last_failure_it_is_forgotten(self, accounts, clock):
        sign_up(accounts, "Ada")
        fail(accounts, MAX_TRIES)
        clock.now_ms += TRIES_MS
        assert waits_s(accounts, MAX_TRIES) == [0] * MAX_TRIES

    def test_who_goes_on_slowly_stays_slow(self, accounts, clock):
        """Else a guesser had eight free ones again every ten minutes."""
        sign_up(accounts, "Ada")
        fail(accounts, MAX_TRIES)
        done, began_ms = 0, clock()
        while clock() - began_ms < 3_600_000:
            clock.advance(1)
            done += waits_s(accounts, 1)[0] is not None
        assert done <= 3_600_000 / GAP_MS + 1

    def test_61_wrong_sign_ins_of_a_schools_address_stop_no_teacher_who_is_known_there(self, accounts):
        for name in ("Ada", "Grace"):
            sign_up(accounts, name)
            accounts.sign_in(name, PASSWORD, self.SCHOOL)
        fail(accounts, MAX_TRIES_OF_ADDRESS, "Teacher {}", self.SCHOOL)
        assert waits_s(accounts, 2, "Teacher 1", self.SCHOOL) == [0, 1]
        assert accounts.sign_in("Ada", PASSWORD, self.SCHOOL)
        assert accounts.sign_in("Grace", PASSWORD, self.SCHOOL)

    def test_and_one_who_is_new_there_waits_some_seconds(self, accounts):
        sign_up(accounts, "Ada")
        fail(accounts, MAX_TRIES_OF_ADDRESS, "Teacher {}", self.SCHOOL)
        waits_s(accounts, 4, "Nobody", self.SCHOOL)
        turn = accounts.turn("Ada", self.SCHOOL)
        assert turn.wait_ms == 4_000
        assert accounts.sign_in("Ada", PASSWORD, turn=turn)

    def test_wrong_passwords_for_a_name_from_everywhere_do_not_touch_its_teacher(self, accounts):
        sign_up(accounts, "Ada")
        accounts.sign_in("Ada", PASSWORD, self.SCHOOL)
        fail(accounts, MAX_TRIES_OF_NAME, "Ada", "198.51.100.{}")
        assert waits_s(accounts, 3, "Ada", self.ELSEWHERE) == [0, 10, None], "one guess in ten seconds, from wherever"
        assert accounts.sign_in("ada", PASSWORD, self.SCHOOL), "where she has signed in before"

    def test_who_has_the_teachers_address_and_name_does_not_slow_down_the_teachers_own_browser(self, accounts):
        browser = sign_up(accounts, "Ada").browser
        accounts.sign_in("Ada", PASSWORD, self.SCHOOL)
        fail(accounts, MAX_TRIES, "Ada", self.SCHOOL)
        assert waits_s(accounts, 3, "Ada", self.SCHOOL) == [0, 10, None]
        assert accounts.sign_in("Ada", PASSWORD, self.SCHOOL, browser)

    def test_a_browser_stays_known_over_a_restart_and_only_for_its_own_teacher(self, accounts, store, clock):
        browser = sign_up(accounts, "Ada").browser
        sign_up(accounts, "Grace")
        again = Accounts(store, clock, CHEAP_HASHER)
        assert again.turn("ada", self.SCHOOL, browser).is_known
        assert not again.turn("Grace", self.SCHOOL, browser).is_known
        assert not again.turn("Ada", self.SCHOOL, "made up").is_known
        clock.now_ms += BROWSER_MS
        assert not again.turn("Ada", self.SCHOOL, browser).is_known

    def test_a_browser_that_is_known_is_no_way_to_guess(self, accounts):
        browser = sign_up(accounts, "Ada").browser
        fail(accounts, MAX_TRIES, "Ada", self.SCHOOL, browser)
        assert waits_s(accounts, 3, "Ada", self.SCHOOL, browser) == [0, 10, None]

    def test_signing_in_where_one_is_known_makes_no_new_cookie(self, accounts):
        browser = sign_up(accounts, "Ada").browser
        assert accounts.sign_in("Ada", PASSWORD, self.SCHOOL, browser).browser == browser
        assert accounts.sign_in("Ada", PASSWORD, self.SCHOOL).browser not in ("", browser)

    def test_many_sign_ins_that_work_are_no_failures(self, accounts):
        sign_up(accounts, "Ada")
        for _ in range(MAX_TRIES_OF_ADDRESS + 1):
            assert accounts.sign_in("Ada", PASSWORD, source=self.SCHOOL)


def test_wrong_keys_keep_nobody_out_and_cost_no_hash(accounts, monkeypatch):
    """A key is too long to be guessed, so there is nothing to limit but what a try costs."""
    key = accounts.new_key()
    monkeypatch.setattr(accounts, "_hash", lambda password: pytest.fail("a hash for a key that is none"))
    for _ in range(1_000):
        with pytest.raises(NotAllowed, match="not valid"):
            accounts.create("no key", "Eve", PASSWORD)
    monkeypatch.undo()
    assert accounts.create(key, "Ada", PASSWORD)


class TestKeysOfAMaker:
    @pytest.fixture
    def ada(self, accounts):
        return sign_up(accounts, "Ada").teacher

    def test_a_key_is_good_while_its_maker_teaches(self, accounts, ada):
        assert accounts.create(accounts.new_key(ada), "Grace", PASSWORD)

    def test_it_dies_with_its_maker_and_no_other_does(self, accounts, store, ada):
        eve = sign_up(accounts, "Eve").teacher
        eves, adas, terminals = accounts.new_key(eve), accounts.new_key(ada), accounts.new_key()
        store.teachers.remove(eve.id)
        with pytest.raises(NotAllowed, match="not valid"):
            accounts.create(eves, "Mallory", PASSWORD)
        assert accounts.create(adas, "Grace", PASSWORD) and accounts.create(terminals, "Mary", PASSWORD)

    def test_who_was_removed_makes_no_key(self, accounts, store):
        eve = sign_up(accounts, "Eve").teacher
        store.teachers.remove(eve.id)
        with pytest.raises(NotAllowed, match="removed"):
            accounts.new_key(eve)

    @pytest.mark.parametrize("how", ["signed out everywhere", "another password"])
    def test_it_ends_when_its_maker_shuts_somebody_out(self, accounts, ada, how):
        """Whoever had the password may have made one."""
        key = accounts.new_key(ada)
        if how == "another password":
            accounts.change_password(ada, PASSWORD, "another horse")
        else:
            accounts.sign_out_everywhere(ada)
        with pytest.raises(NotAllowed, match="not valid"):
            accounts.create(key, "Mallory", PASSWORD)


class TestOutEverywhere:
    NEW = "another horse battery"

    def test_every_sign_in_ends_and_nobody_elses(self, accounts):
        first, grace = sign_up(accounts, "Ada"), sign_up(accounts, "Grace")
        second = accounts.sign_in("Ada", PASSWORD)
        assert accounts.browsers(first.teacher) == 2
        accounts.sign_out_everywhere(first.teacher)
        assert accounts.teacher_of(first.token) is accounts.teacher_of(second.token) is None
        assert accounts.teacher_of(grace.token) == grace.teacher
        assert accounts.browsers(first.teacher) == 0
        assert accounts.sign_in("Ada", PASSWORD)

    def test_no_browser_is_known_any_more(self, accounts):
        ada = sign_up(accounts, "Ada")
        accounts.sign_out_everywhere(ada.teacher)
        assert not accounts.turn("Ada", "", ada.browser).is_known

    def test_a_sign_in_that_is_over_is_no_browser(self, accounts, clock):
        ada = sign_up(accounts, "Ada").teacher
        clock.now_ms += SIGN_IN_MS
        assert accounts.browsers(ada) == 0

    def test_another_password_ends_the_old_one_and_every_sign_in_but_the_new_one(self, accounts):
        old = sign_up(accounts, "Ada")
        elsewhere = accounts.sign_in("Ada", PASSWORD)
        new = accounts.change_password(old.teacher, PASSWORD, self.NEW)
        assert accounts.teacher_of(old.token) is accounts.teacher_of(elsewhere.token) is None
        assert accounts.teacher_of(new.token) == old.teacher
        with pytest.raises(NotAllowed, match="do not match"):
            accounts.sign_in("Ada", PASSWORD)
        assert accounts.sign_in("Ada", self.NEW)

    @pytest.mark.parametrize(
        ("current", "new", "error", "words"),
        [
            ("wrong password", NEW, NotAllowed, "current password is wrong"),
            (PASSWORD, "short", BadInput, "at least 10"),
            (PASSWORD, "x" * (MAX_PASSWORD + 1), BadInput, "at most 200"),
            (PASSWORD, PASSWORD, BadInput, "your password already"),
        ],
    )
    def test_what_cannot_be_changed_stays(self, accounts, current, new, error, words):
        ada = sign_up(accounts, "Ada")
        with pytest.raises(error, match=words):
            accounts.change_password(ada.teacher, current, new)
        assert accounts.teacher_of(ada.token) == ada.teacher
        assert accounts.sign_in("Ada", PASSWORD)

    def test_a_page_that_was_left_open_is_no_way_to_guess_the_password(self, accounts, clock):
        ada = sign_up(accounts, "Ada").teacher
        for _ in range(MAX_CHANGES):
            with pytest.raises(NotAllowed, match="is wrong"):
                accounts.change_password(ada, "a guess", self.NEW)
        with pytest.raises(NotAllowed, match="Wait ten minutes"):
            accounts.change_password(ada, PASSWORD, self.NEW)
        clock.now_ms += CHANGES_MS
        assert accounts.change_password(ada, PASSWORD, self.NEW)

    def test_who_was_removed_changes_no_password_of_who_has_the_name_now(self, accounts, store):
        old = sign_up(accounts, "Ada").teacher
        store.teachers.remove(old.id)
        sign_up(accounts, "Ada")
        with pytest.raises(NotAllowed):
            accounts.change_password(old, PASSWORD, self.NEW)
        assert accounts.sign_in("Ada", PASSWORD)

    def test_an_account_of_the_school_has_no_password_to_change(self, accounts):
        teacher = accounts.sign_in_by("the school's Ada", "ada@school.example", 0).teacher
        assert not accounts.has_password(teacher)
        assert accounts.has_password(sign_up(accounts, "Ada").teacher)
        with pytest.raises(NotAllowed):
            accounts.change_password(teacher, "", self.NEW)

    def test_what_the_schools_provider_said_before_signing_out_everywhere_counts_no_more(self, accounts, clock):
        said_ms = clock()
        teacher = accounts.sign_in_by("the school's Ada", "ada@school.example", said_ms).teacher
        clock.advance(5)
        accounts.sign_out_everywhere(teacher)
        with pytest.raises(NotAllowed, match="signed out everywhere"):
            accounts.sign_in_by("the school's Ada", "ada@school.example", said_ms)
        clock.advance(5)
        assert accounts.sign_in_by("the school's Ada", "ada@school.example", clock())


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
