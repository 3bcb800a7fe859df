"""What is stored about one student: all of it, taken back, erased. Against SQLite and against PostgreSQL."""

import pytest
from sqlalchemy import func, insert, select, update

from classroom.class_only import ClassWindow
from classroom.records import Reading, SignalKind
from classroom.store.tables import (
    class_windows,
    classes,
    counted_together,
    metadata,
    readings,
    roster_names,
    students,
    visits,
)
from tests.fakes import MONDAY_MS, add_teacher, face, seed_class

T = MONDAY_MS
# Tables without a row about any student. A new table is in ``everything`` by its student_id, or is named here.
OF_NOBODY = {
    "teachers",
    "setup_keys",
    "sign_ins",
    "known_browsers",
    "rule_changes",
    "markers",
    "lawful_bases",
    "class_windows",
    "heartbeat",
}


@pytest.fixture
def seeded(store):
    """Ann, Ben and Cem, all on the class list; each said something and may need a hand."""
    seeded = seed_class(store, add_teacher(store))
    for student in seeded.students:
        store.signals.add(seeded.info.id, student.id, SignalKind.LOST, T + 1)
        store.alerts.add(seeded.info.id, student.id, "away", T, T + 90_000, "30 of 60 readings")
    with store._database.begin() as connection:
        rows = [{"class_id": seeded.info.id, "name": name} for name in ("ANN", "Ben", "Dan")]
        connection.execute(insert(roster_names), rows)
        group = {"class_id": seeded.info.id, "group_number": 1, "group_size": 3}
        connection.execute(insert(counted_together), [group | {"student_id": each.id} for each in seeded.students])
    return seeded


def count(store, table) -> int:
    with store._database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(table))


class TestEverything:
    def test_every_table_is_looked_at_or_has_nothing_about_a_student(self, store, seeded):
        assert set(store.rights.everything(seeded.students[0])) | OF_NOBODY == set(metadata.tables)

    def test_it_has_every_row_and_column_about_the_student_and_none_about_another(self, store, seeded):
        ann = seeded.students[0]
        found = store.rights.everything(ann)
        for name, rows in found.items():
            assert rows, f"nothing of {name}"
            for row in rows:
                assert set(row) == {column.name for column in metadata.tables[name].columns}
                assert row.get("student_id", ann.id) == ann.id
        assert len(found["readings"]) == 120
        assert [row["name"] for row in found["students"]] == ["Ann"]
        assert [row["name"] for row in found["roster_names"]] == ["ANN"], "the list may write a name otherwise"
        assert [row["id"] for row in found["classes"]] == [seeded.info.id]


class TestErase:
    def test_nothing_about_the_student_is_left_and_everything_about_others(self, store, seeded):
        ann, ben, _ = seeded.students
        bens = store.rights.everything(ben)
        store.rights.erase(ann)
        left = store.rights.everything(ann)
        assert {name for name, rows in left.items() if rows} == {"classes"}
        assert store.rights.everything(ben) == bens
        assert count(store, students) == count(store, roster_names) == 2

    def test_what_is_on_its_way_to_an_erased_student_is_dropped(self, store, seeded):
        ann = seeded.students[0]
        store.rights.erase(ann)
        before = count(store, readings), count(store, visits)
        late = Reading(seeded.info.id, ann.id, T + 200_000, face("happy"))
        store.readings.write([late], {ann.id: (seeded.info.id, T + 200_000)}, T + 200_000)
        assert (count(store, readings), count(store, visits)) == before

    def test_what_was_told_of_many_at_once_stays_until_fewer_than_the_smallest_group_are_left(self, store, seeded):
        with store._database.begin() as connection:
            connection.execute(update(classes).values(smallest_group=2))
        store.class_windows.add([ClassWindow(seeded.info.id, T, 3, (0, 0, 0, 65, 0, 0, 35))])
        ann, ben, _ = seeded.students
        store.rights.erase(ann)
        assert count(store, class_windows) == 1
        store.rights.erase(ben)
        assert count(store, class_windows) == 0

    def test_erasing_twice_is_no_error(self, store, seeded):
        for _ in range(2):
            store.rights.erase(seeded.students[0])


class TestTakeBack:
    def test_only_the_readings_since_then_go_and_only_the_students(self, store, seeded):
        ann, ben, _ = seeded.students
        assert store.rights.take_back(ann, T + 100_000) == (20, 1)
        left = store.readings.of_class(seeded.info.id)
        assert left[left["student_id"] == ann.id]["at_ms"].max() == T + 99_000
        assert len(left[left["student_id"] == ben.id]) == 60
        assert len(store.rights.everything(ann)["signals"]) == 1, "a tap is what the student said, and no reading"

    @pytest.mark.parametrize(
        ("ended_ms", "stays", "why"),
        [(T + 99_000, True, "over before"), (T + 100_000, False, "seen until then"), (None, False, "lasts")],
    )
    def test_alerts_that_rest_on_what_was_taken_back_go_too(self, store, seeded, ended_ms, stays, why):
        ann = seeded.students[0]
        alert = next(each for each in store.alerts.of_class(seeded.info.id) if each.student_id == ann.id)
        if ended_ms is not None:
            store.alerts.end(alert.id, ended_ms, "")
        of_the_class = store.alerts.add(seeded.info.id, None, "pace", T, T + 110_000, "5 of 20 students")
        store.rights.take_back(ann, T + 100_000)
        left = {each.id for each in store.alerts.of_class(seeded.info.id)}
        assert (alert.id in left) == stays
        assert of_the_class.id in left
        assert len(left) == 3 + stays, "Ben's and Cem's stay"


class TestLastHeard:
    @pytest.mark.parametrize(
        ("what", "heard_ms"),
        [
            ("nobody ever came", T),
            ("it ended", T + 500_000),
            ("a student was seen last", T + 120_000 + 7),
            ("a reading was stored last", T + 900_000),
        ],
    )
    def test_it_is_whatever_came_last(self, store, what, heard_ms):
        teacher_id = add_teacher(store)
        if what == "nobody ever came":
            info = store.classes.open(teacher_id, "Optics", (), T)
        else:
            seeded = seed_class(store, teacher_id)
            info, ann = seeded.info, seeded.students[0]
            if what == "it ended":
                store.classes.end(info.id, heard_ms)
            elif what == "a student was seen last":
                store.readings.write([], {ann.id: (info.id, heard_ms)}, heard_ms)
            else:
                store.readings.write([Reading(info.id, ann.id, T, face("sad"))], {}, heard_ms)
        ((found, at_ms),) = store.classes.last_heard()
        assert (found.id, at_ms) == (info.id, heard_ms)
        assert store.classes.last_heard(info.id) == [(found, at_ms)]

    def test_a_demo_is_none_of_them(self, store):
        seed_class(store, None)
        assert store.classes.last_heard() == []


def test_a_database_server_is_left_to_its_own_vacuum_and_a_file_is_scrubbed(store, store_url, seeded):
    assert not store.needs_scrub
    store.rights.erase(seeded.students[0])
    assert store.needs_scrub == store_url.startswith("sqlite")
    assert store.scrub()
    assert not store.needs_scrub
