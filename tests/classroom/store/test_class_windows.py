"""Windows of a class of which only those are told, when two servers tell of it. Against SQLite and PostgreSQL."""

import pytest

from classroom.class_only import ClassWindow
from classroom.store import Store
from classroom.store.class_windows import _row
from classroom.store.tables import class_windows
from tests.fakes import MONDAY_MS, add_teacher, seed_class

T, STEP_MS = MONDAY_MS, 15_000
NAMES = tuple("ABCDEFGHIJ")


@pytest.fixture
def seeded(store):
    return seed_class(store, add_teacher(store), NAMES)


@pytest.fixture
def other(store, store_url):
    """What a second server has of the same database."""
    other = Store(store_url)
    yield other
    other.close()


def window(seeded, number: int = 0, groups: dict[int, str] | None = None, percent: int = 100) -> ClassWindow:
    """``groups``: the names of those who came into each group with it."""
    ids = dict(zip(NAMES, (student.id for student in seeded.students), strict=True))
    joined = tuple((ids[name], group) for group, names in (groups or {}).items() for name in names)
    return ClassWindow(seeded.info.id, T + number * STEP_MS, 5, (0, 0, 0, percent, 0, 0, 0), joined)


def test_the_same_again_is_kept_once(store, seeded):
    """Where the answer to a commit is lost nobody knows that it was done."""
    told = [window(seeded, 0, {1: "ABCDE"}), window(seeded, 1, {2: "FGHIJ"})]
    assert store.class_windows.add(told) and store.class_windows.add(told)
    assert len(store.class_windows.of_class(seeded.info.id)) == 2
    assert store.class_windows.groups(seeded.info.id)[0] == {1: 5, 2: 5}


def test_a_window_that_another_server_has_told_stays_as_it_is(store, other, seeded):
    assert store.class_windows.add([window(seeded, 0, {1: "ABCDE"}, percent=100)])
    assert other.class_windows.add([window(seeded, 0, percent=40), window(seeded, 1, percent=40)])
    assert store.class_windows.of_class(seeded.info.id)["percent_happy"].tolist() == [100, 40]


@pytest.mark.parametrize(
    ("theirs", "why"),
    [
        ({1: "FGHIJ"}, "other students under the same number"),
        ({2: "AFGHI"}, "one of the same students under another number"),
        ({1: "ABCDEFGHIJ"}, "a larger group"),
        ({1: "ABCD"}, "a smaller group"),
        ({3: "FGHIJ", 2: "ABCDE"}, "one group that could be kept, and one that could not"),
    ],
)
def test_of_two_sets_of_groups_the_first_stands_and_nothing_of_the_second_is_kept(store, other, seeded, theirs, why):
    """The promise: all windows are sums over the same groups, or subtracting them gives somebody away."""
    assert store.class_windows.add([window(seeded, 0, {1: "ABCDE"})])
    before = store.class_windows.groups(seeded.info.id)
    assert not other.class_windows.add([window(seeded, 1), window(seeded, 2, theirs)])
    assert store.class_windows.groups(seeded.info.id) == before
    assert len(store.class_windows.of_class(seeded.info.id)) == 1


def test_groups_that_know_of_the_first_are_added_to_them(store, other, seeded):
    assert store.class_windows.add([window(seeded, 0, {1: "ABCDE"})])
    assert other.class_windows.add([window(seeded, 1, {2: "FGHIJ"})])
    assert store.class_windows.groups(seeded.info.id)[0] == {1: 5, 2: 5}


def test_who_was_erased_meanwhile_leaves_the_group_too_small(store, other, seeded):
    other.rights.erase(seeded.students[0])
    assert store.class_windows.add([window(seeded, 0, {1: "ABCDE"})])
    sizes, members = store.class_windows.groups(seeded.info.id)
    assert sizes == {1: 5} and len(members) == 4


def test_a_class_that_was_erased_meanwhile_stays_erased(store, other, seeded):
    other.classes.erase(seeded.info.id)
    assert store.class_windows.add([window(seeded, 0, {1: "ABCDE"})])
    assert store.class_windows.of_class(seeded.info.id).empty


def test_a_class_that_is_erased_in_the_middle_of_the_writing_stays_erased(store, other, seeded, monkeypatch):
    """Between the question who is there and the first row."""
    add, tries = store.class_windows._add, []

    def erased_meanwhile(connection, told):
        tries.append(told)
        if len(tries) == 1:
            other.classes.erase(seeded.info.id)
            connection.execute(store._database.insert_new(class_windows), [_row(told[0])])
        add(connection, told)

    monkeypatch.setattr(store.class_windows, "_add", erased_meanwhile)
    assert store.class_windows.add([window(seeded, 0, {1: "ABCDE"})])
    assert len(tries) == 2
    assert store.class_windows.of_class(seeded.info.id).empty
