"""A script that has the code of a class fills it with rows: they give way, or the teacher clears them."""

import pytest

from classroom.empty_rows import ARRIVES_MS
from classroom.errors import BadInput, ClassFull, NotAllowed
from classroom.records import Reading, Sharing, SignalKind
from tests.fakes import face, sign_up

PLACES = 4


@pytest.fixture
def ada(server):
    return sign_up(server.accounts).teacher


@pytest.fixture
def info(server, ada):
    return server.open_class(ada, "Physics")


def fill(server, info, count: int = PLACES) -> list:
    """A script takes this many places; no page of it is ever opened."""
    return [server.join(info.code, f"Bot {number}", False)[0] for number in range(count)]


def arrive(server, info, name: str, sharing: bool = False):
    """A student joins, and the page opens and is seen."""
    student, _ = server.join(info.code, name, sharing)
    server.presence.page_ran(student, f"page of {name}")
    server.recorder.flush()
    return student


def names(server, info) -> list[str]:
    return [student.name for student in server.store.classes.students(info.id)]


class TestFullClass:
    def test_an_honest_student_gets_in_after_a_script_has_filled_the_class(self, server, info, clock):
        fill(server, info)
        clock.now_ms += ARRIVES_MS
        arrive(server, info, "Ann")
        assert names(server, info) == ["Bot 1", "Bot 2", "Bot 3", "Ann"], "the oldest has gone"

    def test_and_a_whole_class_of_them(self, server, info, clock):
        fill(server, info)
        clock.now_ms += ARRIVES_MS
        for name in ("Ann", "Ben", "Cem", "Dan"):
            arrive(server, info, name)
        assert names(server, info) == ["Ann", "Ben", "Cem", "Dan"]
        with pytest.raises(ClassFull):
            server.join(info.code, "Eve", False)

    def test_who_has_just_joined_has_time_to_open_the_page(self, server, info, clock):
        fill(server, info)
        clock.now_ms += ARRIVES_MS - 1
        with pytest.raises(ClassFull):
            server.join(info.code, "Ann", False)
        assert len(names(server, info)) == PLACES

    def test_who_was_ever_seen_keeps_the_place(self, server, info, clock):
        seen = [arrive(server, info, name) for name in ("Ann", "Ben", "Cem")]
        server.leave(seen[0])
        not_yet_written, _ = server.join(info.code, "Dan", False)
        server.presence.page_ran(not_yet_written, "page")
        clock.advance(3600)
        with pytest.raises(ClassFull):
            server.join(info.code, "Eve", False)
        assert names(server, info) == ["Ann", "Ben", "Cem", "Dan"]

    def test_while_there_is_room_nobody_gives_way(self, server, info, clock):
        fill(server, info, PLACES - 1)
        clock.advance(3600)
        arrive(server, info, "Ann")
        assert len(names(server, info)) == PLACES


class TestClear:
    @pytest.fixture
    def students(self, server, info, clock):
        """One read, one who tapped, one with the page open and nothing else, one who has gone."""
        read, tapped = arrive(server, info, "Read", True), arrive(server, info, "Tapped")
        server.store.readings.write([Reading(info.id, read.id, clock(), face("happy"))], {}, clock())
        server.signal(tapped, SignalKind.LOST)
        here, gone = arrive(server, info, "Here"), arrive(server, info, "Gone")
        server.presence.forget(gone.id)
        return {student.name: student for student in (read, tapped, here, gone)}

    def test_rows_without_a_reading_and_a_tap_are_empty_and_it_is_said_who_is_here(self, server, info, students):
        assert [(row.student.name, row.is_here) for row in server.empty_rows.of(info)] == [
            ("Here", True),
            ("Gone", False),
        ]

    def test_those_that_are_chosen_go_and_no_others(self, server, ada, info, students):
        assert server.empty_rows.clear(ada, info, [students["Gone"].id]) == 1
        assert names(server, info) == ["Read", "Tapped", "Here"]
        assert server.rights.was_erased(students["Gone"]), "a page of theirs that is open finds out"

    def test_a_row_that_is_not_empty_any_more_stays(self, server, ada, info, students):
        """Somebody who taps while the teacher chooses."""
        server.signal(students["Here"], SignalKind.HAND_UP)
        everybody = [student.id for student in students.values()]
        assert server.empty_rows.clear(ada, info, everybody) == 1
        assert names(server, info) == ["Read", "Tapped", "Here"]

    def test_nobody_clears_the_rows_of_another_class(self, server, ada, info, students):
        other = server.open_class(ada, "Chemistry")
        assert server.empty_rows.clear(ada, other, [students["Gone"].id]) == 0
        with pytest.raises(NotAllowed):
            server.empty_rows.clear(sign_up(server.accounts, "Grace").teacher, info, [students["Gone"].id])
        assert len(names(server, info)) == 4

    def test_after_the_class_attendance_stays_as_it_is(self, server, ada, info, students):
        server.end_class(info)
        with pytest.raises(BadInput, match="has ended"):
            server.empty_rows.clear(ada, info, [students["Gone"].id])

    def test_a_name_is_free_again_and_a_room_camera_finds_the_place(self, server, ada, info, students, clock):
        server.share_room(info)
        camera = server.rooms._cameras[info.id]
        assert camera._new_seat(clock()) is None, "four of four"
        server.empty_rows.clear(ada, info, [students["Gone"].id])
        assert camera._new_seat(clock()).name == "Person 1"
        server.empty_rows.clear(ada, info, [row.student.id for row in server.empty_rows.of(info)])
        assert arrive(server, info, "Gone").sharing is Sharing.NOTHING
