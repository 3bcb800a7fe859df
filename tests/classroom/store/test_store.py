"""One contract for both databases: every test here runs against SQLite and against PostgreSQL."""

import socket
import threading

import pandas as pd
import pytest
from sqlalchemy import func, select

from classroom.class_only import ClassWindow
from classroom.codes import token_hash
from classroom.errors import ClassFull, CodeError, NameTaken, NotAllowed, StoreError
from classroom.records import Reading, Sharing, SignalKind
from classroom.store import Store, tables
from classroom.store import readings as readings_module
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason
from tests.fakes import HOSTILE_NAMES, MONDAY_MS, NO_FACE, add_teacher, face, seed_class


def open_class(store: Store, title: str = "Physics", teacher: str = "Ada Teacher", roster=()):
    found = store.teachers.with_password(teacher)
    teacher_id = found[0].id if found else add_teacher(store, teacher)
    return store.classes.open(teacher_id, title, roster, MONDAY_MS)


def join(store: Store, info, name: str, most: int = 60, sharing=Sharing.CAMERA):
    return store.classes.join(info.id, name, token_hash(f"{name} in {info.id}"), sharing, MONDAY_MS, most)


def rows_of(store: Store, table) -> int:
    with store._database.begin() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def in_threads(work, count: int) -> list:
    """Run ``work(0 .. count-1)`` at once; gives what each returned or raised, in order."""
    results: list = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class TestStore:
    def test_an_empty_store_has_nothing_and_says_so_with_empty_values(self, store):
        assert store.teachers.count() == 0
        assert store.teachers.with_password("nobody") is None
        assert store.teachers.signed_in("no token", MONDAY_MS) is None
        assert store.classes.get(1) is None
        assert store.classes.of_teacher(1) == store.classes.open_classes() == store.classes.students(1) == []
        assert store.classes.roster(1) == []
        assert store.classes.student_of_token("no token") is None
        assert len(store.readings.of_class(1)) == len(store.readings.visits(1)) == 0
        assert list(store.readings.visits(1).columns) == ["student_id", "began_ms", "seen_ms"]
        store.readings.write([], {}, MONDAY_MS)

    def test_the_database_names_itself(self, store, store_url):
        assert store.kind == ("SQLite file" if store_url.startswith("sqlite") else "PostgreSQL")

    def test_a_second_start_finds_what_the_first_one_left(self, store, store_url):
        seeded = seed_class(store, add_teacher(store))
        store.close()
        again = Store(store_url)
        assert again.classes.of_code(seeded.info.code) == seeded.info
        assert again.classes.students(seeded.info.id) == seeded.students
        assert len(again.readings.of_class(seeded.info.id)) == seeded.analyses
        again.close()

    def test_a_setup_key_makes_one_teacher_even_for_two_at_once(self, store):
        store.teachers.add_key("key", MONDAY_MS + 1)
        made = in_threads(lambda n: store.teachers.add_with_key("key", f"Teacher {n}", "hash", MONDAY_MS), 4)
        assert sum(teacher is not None for teacher in made) == store.teachers.count() == 1

    def test_keys_that_are_dropped_or_too_old_make_nobody(self, store):
        store.teachers.add_key("dropped", MONDAY_MS + 1)
        store.teachers.drop_keys()
        store.teachers.add_key("old", MONDAY_MS)
        for key in ("dropped", "old", "never given"):
            assert store.teachers.add_with_key(key, "Ada", "hash", MONDAY_MS) is None
        assert store.teachers.count() == 0

    def test_a_sign_in_lasts_until_it_is_ended_or_too_old(self, store):
        teacher_id = add_teacher(store)
        store.teachers.add_sign_in("ended", teacher_id, MONDAY_MS, MONDAY_MS + 10)
        store.teachers.add_sign_in("short", teacher_id, MONDAY_MS, MONDAY_MS + 5)
        assert store.teachers.signed_in("ended", MONDAY_MS).id == store.teachers.signed_in("short", MONDAY_MS).id
        store.teachers.end_sign_in("ended")
        assert store.teachers.signed_in("ended", MONDAY_MS) is None
        assert store.teachers.signed_in("short", MONDAY_MS + 5) is None
        store.teachers.add_sign_in("next", teacher_id, MONDAY_MS + 6, MONDAY_MS + 9)
        assert rows_of(store, tables.sign_ins) == 1, "those that are too old go with the next one"

    def test_a_key_ends_with_its_maker(self, store):
        maker_id = add_teacher(store, "Eve")
        store.teachers.add_key("of Eve", MONDAY_MS + 1, maker_id)
        store.teachers.add_key("of the terminal", MONDAY_MS + 1)
        assert store.teachers.has_key("of Eve", MONDAY_MS) and not store.teachers.has_key("of Eve", MONDAY_MS + 1)
        store.teachers.remove(maker_id)
        assert not store.teachers.has_key("of Eve", MONDAY_MS)
        assert store.teachers.add_with_key("of Eve", "Mallory", "hash", MONDAY_MS) is None
        assert store.teachers.add_with_key("of the terminal", "Ada", "hash", MONDAY_MS).name == "Ada"
        with pytest.raises(NotAllowed):
            store.teachers.add_key("another", MONDAY_MS + 1, maker_id)

    def test_signing_out_everywhere_ends_all_that_opens_a_door_in_one_name_and_in_no_other(self, store):
        ada, grace = add_teacher(store, "Ada"), add_teacher(store, "Grace")
        for teacher_id, name in ((ada, "Ada"), (grace, "Grace")):
            store.teachers.add_sign_in(f"sign-in of {name}", teacher_id, MONDAY_MS, MONDAY_MS + 10)
            store.teachers.add_browser(f"browser of {name}", teacher_id, MONDAY_MS, MONDAY_MS + 10)
            store.teachers.add_key(f"made by {name}", MONDAY_MS + 10, teacher_id)
        store.teachers.sign_out_everywhere(ada, MONDAY_MS + 1)
        for name, is_left in (("Ada", False), ("Grace", True)):
            assert bool(store.teachers.signed_in(f"sign-in of {name}", MONDAY_MS)) is is_left
            assert store.teachers.knows_browser(f"browser of {name}", name.upper(), MONDAY_MS) is is_left
            assert store.teachers.has_key(f"made by {name}", MONDAY_MS) is is_left
        assert [store.teachers.count_sign_ins(each, MONDAY_MS) for each in (ada, grace)] == [0, 1]
        assert [store.teachers.signed_out_ms(each) for each in (ada, grace, 99)] == [MONDAY_MS + 1, 0, 0]

    def test_a_browser_is_known_for_one_teacher_and_for_a_time(self, store):
        add_teacher(store, "Grace")
        teacher_id = add_teacher(store, "Ada")
        store.teachers.add_browser("ours", teacher_id, MONDAY_MS, MONDAY_MS + 5)
        assert store.teachers.knows_browser("ours", "ADA", MONDAY_MS + 4)
        for token, name, at_ms in (("ours", "Grace", 0), ("theirs", "Ada", 0), ("ours", "Ada", MONDAY_MS + 5)):
            assert not store.teachers.knows_browser(token, name, at_ms)
        store.teachers.add_browser("next", teacher_id, MONDAY_MS + 5, MONDAY_MS + 9)
        assert rows_of(store, tables.known_browsers) == 1, "those that are too old go with the next one"
        store.teachers.remove(teacher_id)
        assert rows_of(store, tables.known_browsers) == 0

    def test_a_student_without_a_reading_a_tap_or_a_group_has_left_no_trace(self, store):
        info = open_class(store)
        ann, ben, cem, dan, eve = (join(store, info, name) for name in ("Ann", "Ben", "Cem", "Dan", "Eve"))
        other = open_class(store, "Chemistry")
        join(store, other, "Ann")
        store.readings.write([Reading(info.id, ann.id, MONDAY_MS, face("happy"))], {}, MONDAY_MS)
        store.signals.add(info.id, ben.id, SignalKind.LOST, MONDAY_MS)
        store.readings.write([], {cem.id: (info.id, MONDAY_MS)}, MONDAY_MS)
        store.class_windows.add([ClassWindow(info.id, MONDAY_MS, 1, (0,) * len(EMOTIONS), ((dan.id, 1),))])
        assert store.classes.without_trace(info.id) == [cem, eve], "to be here leaves a time, and nothing of a lesson"

    def test_who_was_never_here_is_known_by_the_visits(self, store):
        info = open_class(store)
        ann, ben = join(store, info, "Ann"), join(store, info, "Ben")
        store.readings.write([], {ann.id: (info.id, MONDAY_MS)}, MONDAY_MS)
        assert store.classes.never_seen(info.id, MONDAY_MS) == [ben]
        assert store.classes.never_seen(info.id, MONDAY_MS - 1) == [], "joined since"

    def test_a_taken_teacher_name_leaves_the_key_good(self, store):
        add_teacher(store, "Ada")
        store.teachers.add_key("key", MONDAY_MS + 1)
        with pytest.raises(NameTaken):
            store.teachers.add_with_key("key", "ADA", "hash", MONDAY_MS)
        assert store.teachers.add_with_key("key", "Grace", "hash", MONDAY_MS).name == "Grace"

    def test_a_class_is_found_by_its_code_until_it_ends(self, store):
        info = open_class(store, roster=("Zoë", "Ann"))
        assert store.classes.of_code(info.code) == store.classes.get(info.id) == info
        assert store.classes.roster(info.id) == ["Zoë", "Ann"], "in the order of the list, not of the alphabet"
        store.classes.end(info.id, MONDAY_MS + 5)
        store.classes.end(info.id, MONDAY_MS + 9)
        assert store.classes.get(info.id).ended_ms == MONDAY_MS + 5
        with pytest.raises(CodeError, match="No open class") as of_ended:
            store.classes.of_code(info.code)
        with pytest.raises(CodeError, match="No open class") as of_none:
            store.classes.of_code("ABCDEFGH")
        assert str(of_ended.value) == str(of_none.value), "who guesses learns of no class that ever was"

    def test_an_id_that_no_column_can_hold_is_no_class(self, store):
        assert store.classes.get(2**70) is None
        assert store.classes.get(-1) is None

    def test_nobody_joins_a_demo_by_its_code(self, store):
        demo = store.classes.open(None, "Demo", (), MONDAY_MS)
        with pytest.raises(CodeError):
            store.classes.of_code(demo.code)

    def test_the_newest_class_of_a_teacher_comes_first(self, store):
        first, second = open_class(store, "1"), open_class(store, "2")
        other = open_class(store, "3", teacher="Grace")
        teacher_id = first.teacher_id
        assert [info.id for info in store.classes.of_teacher(teacher_id)] == [second.id, first.id]
        assert [info.id for info in store.classes.open_classes()] == [first.id, second.id, other.id]

    @pytest.mark.parametrize(("typed", "kept", "why"), HOSTILE_NAMES)
    def test_text_comes_back_sign_for_sign(self, store, typed, kept, why):
        info = open_class(store, title=kept)
        assert join(store, info, kept).name == kept
        assert store.classes.students(info.id)[0].name == kept
        assert store.classes.get(info.id).title == kept

    def test_a_name_that_grows_when_it_is_compared_still_fits(self, store):
        """One sign of Arabic presentation form is eighteen letters in NFKC."""
        info = open_class(store)
        assert join(store, info, "\ufdfa" * 60).name == "\ufdfa" * 60

    @pytest.mark.parametrize("same", ["Ann", "ANN", "ＡＮＮ"])
    def test_a_name_is_taken_whatever_its_case_and_width(self, store, same):
        info = open_class(store)
        join(store, info, "Ann")
        with pytest.raises(NameTaken, match="add an initial"):
            store.classes.join(info.id, same, "another token", Sharing.CAMERA, MONDAY_MS, 60)
        assert join(store, open_class(store, "Another class"), same).name == same

    def test_a_class_never_takes_one_too_many_however_many_knock_at_once(self, store):
        info = open_class(store)
        answers = in_threads(lambda number: join(store, info, f"Student {number}", most=5), 12)
        assert sum(isinstance(answer, ClassFull) for answer in answers) == 7, answers
        assert len(store.classes.students(info.id)) == 5

    def test_a_token_brings_back_the_same_row_with_what_was_chosen_last(self, store):
        info = open_class(store)
        student = join(store, info, "Ann")
        store.classes.set_sharing(student.id, Sharing.PAUSED)
        found = store.classes.student_of_token(token_hash(f"Ann in {info.id}"))
        assert (found.id, found.sharing) == (student.id, Sharing.PAUSED)

    def test_a_reading_comes_back_as_it_was(self, store):
        info = open_class(store)
        student = join(store, info, "Ann")
        seen = face("fear", faces_seen=2)
        dark = type(NO_FACE)(reason=Reason.TOO_DARK, faces_seen=1)
        times = [MONDAY_MS, MONDAY_MS + 400]
        made = [Reading(info.id, student.id, at, one) for at, one in zip(times, (seen, dark), strict=True)]
        store.readings.write(made, {}, MONDAY_MS + 900)
        first, second = (row for _, row in store.readings.of_class(info.id).iterrows())
        assert first[tables.PROB_COLUMNS].tolist() == pytest.approx(seen.probs, abs=1e-6)
        assert pd.isna(first["reason"])
        assert (first["faces_seen"], first["at_ms"]) == (2, MONDAY_MS)
        assert (second["reason"], second["faces_seen"], second["stored_ms"]) == ("too dark", 1, MONDAY_MS + 900)
        assert second[tables.PROB_COLUMNS].isna().all()

    def test_readings_keep_the_order_in_which_they_were_made(self, store):
        info = open_class(store)
        student = join(store, info, "Ann")
        # Out of order in time, as frames of several cameras are: the order of storing counts.
        times = [MONDAY_MS + shift for shift in (5, 3, 9, 1)]
        for at_ms in times:
            store.readings.write([Reading(info.id, student.id, at_ms, NO_FACE)] * 2, {}, MONDAY_MS)
        frame = store.readings.of_class(info.id)
        assert frame["at_ms"].tolist() == [at_ms for at_ms in times for _ in range(2)]
        assert frame["id"].is_monotonic_increasing

    def test_what_is_new_since_the_last_look_is_exactly_the_rest(self, store):
        seeded = seed_class(store, add_teacher(store))
        everything = store.readings.of_class(seeded.info.id)
        middle = int(everything["id"].iloc[70])
        rest = store.readings.of_class(seeded.info.id, after_id=middle)
        assert rest["id"].tolist() == everything["id"].iloc[71:].tolist()
        own = store.readings.of_class(seeded.info.id, student_id=seeded.students[1].id)
        assert set(own["student_id"]) == {seeded.students[1].id}
        late = store.readings.of_class(seeded.info.id, since_ms=MONDAY_MS + 60_000)
        assert late["at_ms"].min() == MONDAY_MS + 60_000

    @pytest.mark.parametrize(
        ("seen_s", "visits", "why"),
        [
            ([], [], "never seen"),
            ([0], [(0, 0)], "seen once"),
            ([0, 1, 2], [(0, 2)], "one piece"),
            ([0, 10], [(0, 10)], "a gap of exactly ten seconds is none"),
            ([0, 10.001], [(0, 0), (10.001, 10.001)], "a longer one is"),
            ([0, 5, 30, 31], [(0, 5), (30, 31)], "gone and back"),
            ([5, 4], [(5, 5)], "an older sight never moves the end back"),
        ],
    )
    def test_a_visit_is_extended_until_there_is_a_gap(self, store, seen_s, visits, why):
        info = open_class(store)
        student, other = join(store, info, "Ann"), join(store, info, "Ben")
        for at_s in seen_s:
            at_ms = MONDAY_MS + round(at_s * 1000)
            store.readings.write([], {student.id: (info.id, at_ms), other.id: (info.id, at_ms)}, at_ms)
        frame = store.readings.visits(info.id)
        own = frame[frame["student_id"] == student.id]
        wanted = [(MONDAY_MS + round(began * 1000), MONDAY_MS + round(end * 1000)) for began, end in visits]
        assert list(own[["began_ms", "seen_ms"]].itertuples(index=False, name=None)) == wanted
        assert len(frame) == 2 * len(visits), "the other student's visits are kept apart"

    def test_a_visit_that_is_over_is_written_as_a_whole(self, store):
        info = open_class(store)
        student = join(store, info, "Ann")
        store.readings.add_visit(info.id, student.id, MONDAY_MS, MONDAY_MS + 60_000)
        (row,) = store.readings.visits(info.id).itertuples(index=False)
        assert tuple(row) == (student.id, MONDAY_MS, MONDAY_MS + 60_000)

    def test_erasing_a_class_leaves_nothing_of_it_and_everything_of_others(self, store):
        teacher_id = add_teacher(store)
        kept, gone = seed_class(store, teacher_id), seed_class(store, teacher_id)
        before = {table: rows_of(store, table) for table in (tables.students, tables.visits, tables.readings)}
        store.classes.erase(gone.info.id)
        assert store.classes.get(gone.info.id) is None
        assert store.classes.student_of_token(f"token {gone.info.id} 0") is None
        assert {table: rows_of(store, table) * 2 for table in before} == before
        assert len(store.readings.of_class(kept.info.id)) == kept.analyses

    def test_what_was_on_its_way_to_an_erased_class_is_dropped_and_the_rest_is_kept(self, store):
        teacher_id = add_teacher(store)
        kept, gone = seed_class(store, teacher_id), seed_class(store, teacher_id)
        store.classes.erase(gone.info.id)
        late = [Reading(one.info.id, one.students[0].id, MONDAY_MS, NO_FACE) for one in (gone, kept)]
        store.readings.write(late, {gone.students[0].id: (gone.info.id, MONDAY_MS)}, MONDAY_MS)
        assert len(store.readings.of_class(kept.info.id)) == kept.analyses + 1
        assert len(store.readings.of_class(gone.info.id)) == len(store.readings.visits(gone.info.id)) == 0

    def test_an_erased_class_never_lends_its_number_to_a_new_one(self, store):
        """Else what is still on its way to the erased one, or remembered of it, would be the new one's."""
        gone = seed_class(store, add_teacher(store))
        store.classes.erase(gone.info.id)
        new = open_class(store)
        assert new.id > gone.info.id
        assert join(store, new, "Ann").id > max(student.id for student in gone.students)

    def test_erasing_demos_erases_no_real_class(self, store):
        real, demo = seed_class(store, add_teacher(store)), seed_class(store, None)
        store.classes.erase_demos()
        assert store.classes.get(demo.info.id) is None
        assert store.classes.get(real.info.id) == real.info

    def test_many_writers_at_once_lose_nothing(self, store):
        info = open_class(store)
        students = [join(store, info, f"Student {number}") for number in range(6)]

        def write(number: int) -> None:
            for step in range(10):
                at_ms = MONDAY_MS + step * 1000
                one = Reading(info.id, students[number].id, at_ms, face("happy"))
                store.readings.write([one], {students[number].id: (info.id, at_ms)}, at_ms)

        assert in_threads(write, 6) == [None] * 6
        frame = store.readings.of_class(info.id)
        assert frame.groupby("student_id").size().tolist() == [10] * 6
        assert all(own["at_ms"].is_monotonic_increasing for _, own in frame.groupby("student_id"))
        assert len(store.readings.visits(info.id)) == 6


def test_an_erasure_in_the_middle_of_a_write_costs_the_other_students_nothing(store, monkeypatch):
    """The class goes after the writer has asked who is still there and before it writes."""
    teacher_id = add_teacher(store)
    kept, gone = seed_class(store, teacher_id), seed_class(store, teacher_id)
    original, erased = readings_module._row, []

    def erase_first(reading, stored_ms):
        if not erased:
            erased.append(True)
            thread = threading.Thread(target=store.classes.erase, args=(gone.info.id,))
            thread.start()
            thread.join()
        return original(reading, stored_ms)

    monkeypatch.setattr(readings_module, "_row", erase_first)
    late = [Reading(one.info.id, one.students[0].id, MONDAY_MS, NO_FACE) for one in (gone, kept)]
    store.readings.write(late, {}, MONDAY_MS)
    assert len(store.readings.of_class(kept.info.id)) == kept.analyses + 1


@pytest.mark.parametrize(
    ("url", "sentence", "why"),
    [
        ("", "DATABASE_URL", "nothing"),
        ("my database", "DATABASE_URL", "no address"),
        ("oracle9i://here/there", "DATABASE_URL", "a database that nobody knows"),
        ("sqlite:///{file}/classes.db", "does not answer", "a folder that is a file"),
        ("sqlite:///{file}", "does not answer", "a file that is no database"),
        ("postgresql://teacher@127.0.0.1:1/classes", "does not answer", "a port where nobody listens"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_in_a_sentence(tmp_path, url, sentence, why):
    (tmp_path / "file").write_text("a shopping list, no database, and long enough to be taken for one" * 40)
    with pytest.raises(StoreError, match=sentence):
        Store(url.format(file=tmp_path / "file"))


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    """As behind a firewall: without a limit the first visitor and everybody after would wait for minutes."""
    monkeypatch.setattr("classroom.store.database.ANSWER_WITHIN_S", 2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        with pytest.raises(StoreError, match="does not answer"):
            Store(f"postgresql://teacher@127.0.0.1:{silent.getsockname()[1]}/classes")


def test_a_postgresql_that_goes_away_in_the_middle_is_back_after_its_restart(postgres):
    store = Store(postgres.empty())
    seeded = seed_class(store, add_teacher(store))
    late = Reading(seeded.info.id, seeded.students[0].id, MONDAY_MS, NO_FACE)
    postgres.stop()
    try:
        for call in (
            lambda: store.readings.write([late], {}, MONDAY_MS),
            lambda: store.classes.students(seeded.info.id),
            lambda: store.teachers.count(),
        ):
            with pytest.raises(StoreError, match="does not answer"):
                call()
    finally:
        postgres.start()
    store.readings.write([late], {}, MONDAY_MS)
    assert len(store.readings.of_class(seeded.info.id)) == seeded.analyses + 1
    store.close()


def test_a_sqlite_file_that_is_taken_away_is_said_and_not_an_empty_class(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'classes.db'}")
    seeded = seed_class(store, add_teacher(store))
    store.close()
    (tmp_path / "classes.db").write_text("overwritten by something else" * 100)
    for rest in tmp_path.glob("classes.db-*"):
        rest.unlink()
    with pytest.raises(StoreError, match="does not answer"):
        store.readings.of_class(seeded.info.id)


def test_a_locked_sqlite_file_is_waited_for_and_then_said(tmp_path, monkeypatch):
    monkeypatch.setattr("classroom.store.database.ANSWER_WITHIN_S", 0.2)
    holder, other = (Store(f"sqlite:///{tmp_path / 'classes.db'}") for _ in range(2))
    with holder._database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="does not answer"):
            other.teachers.add_key("key", MONDAY_MS)
        connection.exec_driver_sql("ROLLBACK")
    other.teachers.add_key("key", MONDAY_MS)
    holder.close()
    other.close()


def test_of_a_crowd_that_asks_at_once_two_connections_to_a_sqlite_file_stay_open(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'classes.db'}")
    all_ask = threading.Barrier(8)

    def ask(_number: int) -> int:
        with store._database.begin() as connection:
            all_ask.wait(10)
            return connection.scalar(select(1))

    assert in_threads(ask, 8) == [1] * 8
    assert store._database.engine.pool.checkedin() == 2
    store.close()
