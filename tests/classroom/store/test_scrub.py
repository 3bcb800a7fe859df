"""What was erased leaves no bytes in a SQLite file, in its log, or in the copies beside it."""

import os
import random

import pytest

from classroom.records import Reading, Sharing
from classroom.store import Store
from classroom.store import database as database_module
from tests.fakes import MONDAY_MS, NO_FACE, add_teacher, face


@pytest.fixture
def file(tmp_path):
    return tmp_path / "classes.db"


@pytest.fixture
def store(file, monkeypatch):
    monkeypatch.setattr(database_module, "ANSWER_WITHIN_S", 0.2)
    store = Store(f"sqlite:///{file}")
    yield store
    store.close()


def fill(store, seed: int, names: int = 60):
    """A class whose students' names are found nowhere else; each has some readings."""
    chance = random.Random(seed)
    info = store.classes.open(add_teacher(store), "Optics", (), MONDAY_MS)
    students = []
    for number in range(names):
        name = f"Canary{number}x" + "".join(chance.choices("abcdef", k=chance.randint(1, 40)))
        students.append(store.classes.join(info.id, name, f"token {number}", Sharing.CAMERA, MONDAY_MS, names))
    for _ in range(40):
        some = chance.sample(students, names // 3)
        rows = [Reading(info.id, each.id, MONDAY_MS, chance.choice([NO_FACE, face("sad")])) for each in some]
        store.readings.write(rows, {each.id: (info.id, MONDAY_MS) for each in some}, MONDAY_MS)
    return info, students


def found_in(file, students) -> list[str]:
    """The names, as written or as compared, that stand in any file of the folder."""
    content = b"".join(path.read_bytes() for path in file.parent.iterdir()).lower()
    return [each.name for each in students if each.name.lower().encode() in content]


@pytest.mark.parametrize("seed", range(4))
def test_erased_students_are_in_no_file_and_the_others_still_are(store, file, seed):
    info, students = fill(store, seed)
    assert len(found_in(file, students)) == len(students), "the search finds what is there"
    gone = random.Random(seed).sample(students, 20)
    for student in gone:
        store.rights.erase(student)
    assert found_in(file, gone), "the log of what was written still has them"
    assert store.scrub()
    assert found_in(file, gone) == []
    assert len(found_in(file, students)) == len(students) - len(gone)
    assert {each.id for each in store.classes.students(info.id)} == {each.id for each in students} - {
        g.id for g in gone
    }


def test_an_erased_class_is_in_no_file(store, file):
    info, students = fill(store, 1)
    store.classes.erase(info.id)
    assert store.scrub()
    assert found_in(file, students) == []


def test_a_server_that_was_killed_before_knows_that_it_is_still_to_be_done(store, file):
    info, _ = fill(store, 1, names=3)
    store.classes.erase(info.id)
    again = Store(f"sqlite:///{file}")
    assert again.needs_scrub
    assert again.scrub()
    assert not store.needs_scrub
    again.close()


def test_while_somebody_reads_it_is_not_done_and_said_so(store, file):
    info, students = fill(store, 1, names=3)
    with store._database.engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM students").scalar()
        store.classes.erase(info.id)
        assert not store.scrub()
        assert store.needs_scrub
    assert store.scrub()
    assert found_in(file, students) == []


def test_copies_of_an_update_go_with_what_was_erased_or_when_they_are_old(store, file):
    old, young = (
        file.with_name(f"classes-before-update-{day}.db") for day in ("2026-01-01-000000", "2026-01-09-000000")
    )
    other = file.with_name("classes-by-hand.db")
    for path, at_s in ((old, 1_000), (young, 2_000), (other, 1_000)):
        path.write_text("a copy")
        os.utime(path, (at_s, at_s))
    store.drop_copies(1_500_000)
    assert (old.exists(), young.exists()) == (False, True)
    store.scrub()
    assert (young.exists(), other.exists()) == (False, True), "what somebody copied is theirs"


def test_the_size_is_that_of_the_file(store, file):
    fill(store, 1, names=3)
    store.scrub()
    assert store.size_bytes == file.stat().st_size > 10_000
