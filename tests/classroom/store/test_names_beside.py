"""Nobody joins, or teaches, beside a name that looks the same. Against SQLite and against PostgreSQL."""

import pytest

from classroom.codes import token_hash
from classroom.errors import NameTaken
from classroom.records import Sharing
from tests.classroom.store.test_store import in_threads, open_class
from tests.classroom.test_look_alikes import ATTACKS
from tests.fakes import MONDAY_MS, add_teacher


def join(store, info, name: str, typed: bool = True):
    return store.classes.join(
        info.id, name, token_hash(f"{name} in {info.id}"), Sharing.NOTHING, MONDAY_MS, 60, typed=typed
    )


def test_every_look_alike_is_refused_as_a_name_that_is_taken_and_leaves_nothing(store):
    for name, beside, why in ATTACKS:
        info = open_class(store, why)
        join(store, info, name)
        with pytest.raises(NameTaken, match="add an initial"):
            join(store, info, beside)
        assert [student.name for student in store.classes.students(info.id)] == [name], why


def test_of_look_alikes_that_come_at_once_one_gets_in(store):
    info = open_class(store)
    names = ["Ann", "\u0410nn", "\ua4ee\ua4e0\ua4e0", "Ann\ufe0f", "\U0001d5a0nn", "A\u3164nn", "\uff21nn", "\u0391nn"]
    outcomes = in_threads(lambda number: join(store, info, names[number]), len(names))
    assert sum(isinstance(each, NameTaken) for each in outcomes) == len(names) - 1
    assert len(store.classes.students(info.id)) == 1


def test_the_same_look_is_free_in_another_class_and_after_an_erasure(store):
    one, other = open_class(store, "1"), open_class(store, "2")
    ann = join(store, one, "Ann")
    join(store, other, "\u0410nn")
    store.rights.erase(ann)
    assert join(store, one, "\u0410nn").name == "\u0410nn"


def test_a_name_that_nobody_typed_is_compared_with_none(store):
    """Else somebody called "Person l" would keep the first seat of the room's camera away."""
    info = open_class(store)
    join(store, info, "Person l")
    assert join(store, info, "Person 1", typed=False).name == "Person 1"


def test_a_teacher_beside_one_of_the_same_look_is_refused_and_the_key_stays_good(store):
    add_teacher(store, "Ada")
    store.teachers.add_key("key", MONDAY_MS + 1)
    with pytest.raises(NameTaken, match="looks like this one"):
        store.teachers.add_with_key("key", "\u0410d\u0430", "hash", MONDAY_MS)
    with pytest.raises(NameTaken, match="has an account already"):
        store.teachers.add_with_key("key", "ADA", "hash", MONDAY_MS)
    assert store.teachers.add_with_key("key", "Grace", "hash", MONDAY_MS).name == "Grace"
