"""Faces become seats: who gets one, who keeps it, who is here, and what every look says of everybody."""

from dataclasses import replace

import numpy as np
import pytest

from classroom.records import Sharing, Student
from classroom.sampled_faces import SampledFaces
from classroom.seats import AWAY_MS, FIRST_LOOKS, Seats, in_reading_order
from fer_model.reading import Reason
from tests.fakes import NO_FACE, sampled


class Class:
    """Makes students for new seats, as many as fit."""

    def __init__(self, fits: int = 10) -> None:
        self.fits = fits
        self.students: list[Student] = []

    def new_seat(self, at_ms: int) -> Student | None:
        if len(self.students) == self.fits:
            return None
        number = len(self.students) + 1
        self.students.append(Student(number, 7, f"Person {number}", Sharing.CAMERA, at_ms))
        return self.students[-1]


def look_at(seats: Seats, second: int, faces: SampledFaces):
    return seats.look(second * 1000, replace(faces, at_s=float(second)))


def only(faces: SampledFaces, *rows: int) -> SampledFaces:
    """Some of the faces."""
    picked = list(rows)
    return replace(
        faces,
        boxes_xyxy=faces.boxes_xyxy[picked],
        scores=faces.scores[picked],
        probs=faces.probs[picked],
        reasons=tuple(faces.reasons[row] for row in picked),
        looks=faces.looks[picked],
    )


def shown(look) -> dict[int, str]:
    """Student to the expression shown, or to the reason for none."""
    return {reading.student_id: reading.face.emotion or reading.face.reason for reading in look.readings}


@pytest.fixture
def two_seated() -> Seats:
    """Two people have got seats in the seconds 0, 1 and 2."""
    seats = Seats(Class().new_seat)
    for second in range(FIRST_LOOKS):
        look_at(seats, second, sampled(0, 2))
    return seats


def test_an_empty_room_has_no_seats_and_no_readings():
    look = look_at(Seats(Class().new_seat), 0, only(sampled(0, 1)))
    assert (look.faces, look.places, look.here, look.readings) == (0, (), frozenset(), ())


def test_a_face_gets_its_seat_in_the_third_look_and_readings_from_then_on():
    seats, room = Seats(Class().new_seat), sampled(0, 2)
    assert [shown(look_at(seats, second, room)) for second in range(4)] == [
        {},
        {},
        {1: "happy", 2: "sad"},
        {1: "happy", 2: "sad"},
    ]
    assert [seat.student.name for seat in seats.seats] == ["Person 1", "Person 2"]


def test_who_walks_past_gets_no_seat():
    members = Class()
    seats = Seats(members.new_seat)
    for second in range(6):
        look_at(seats, second, sampled(0, 2) if second < FIRST_LOOKS - 1 else only(sampled(0, 2), 0))
    assert len(members.students) == 1


def test_a_seat_whose_face_is_not_found_has_no_face(two_seated):
    look = look_at(two_seated, 3, only(sampled(0, 2), 0))
    assert shown(look) == {1: "happy", 2: Reason.NO_FACE}
    assert look.here == {1, 2}
    assert [student.name for student, _ in look.places] == ["Person 1"]


def test_who_is_away_for_long_has_left_and_comes_back_into_the_same_seat(two_seated):
    last = FIRST_LOOKS - 1
    look = look_at(two_seated, last + AWAY_MS // 1000, only(sampled(0, 2), 0))
    assert look.here == {1, 2}
    look = look_at(two_seated, last + AWAY_MS // 1000 + 1, only(sampled(0, 2), 0))
    assert (look.here, shown(look)) == ({1}, {1: "happy"})
    look = look_at(two_seated, last + AWAY_MS // 1000 + 2, sampled(0, 2))
    assert (look.here, shown(look)) == ({1, 2}, {1: "happy", 2: "sad"})


def test_a_face_that_cannot_be_read_says_why(two_seated):
    dark = replace(sampled(0, 2), reasons=(None, Reason.TOO_DARK))
    assert shown(look_at(two_seated, 3, dark)) == {1: "happy", 2: Reason.TOO_DARK}


def test_a_reading_of_a_seat_has_one_face_however_many_are_in_the_picture(two_seated):
    assert {reading.face.faces_seen for reading in look_at(two_seated, 3, sampled(0, 2)).readings} == {1}


def test_while_the_picture_is_black_nobody_leaves(two_seated):
    second = AWAY_MS // 1000 + 60
    look = two_seated.black(second * 1000)
    assert shown(look) == {1: Reason.CAMERA_OFF, 2: Reason.CAMERA_OFF}
    look = look_at(two_seated, second + 1, only(sampled(0, 2)))
    assert (look.here, shown(look)) == ({1, 2}, {1: Reason.NO_FACE, 2: Reason.NO_FACE})


def test_after_a_pause_only_who_is_found_is_here_and_in_the_old_seat(two_seated):
    two_seated.pause()
    look = look_at(two_seated, 600, only(sampled(0, 2), 1))
    assert (look.here, shown(look)) == ({2}, {2: "sad"})
    assert len(two_seated.seats) == 2


def test_a_face_in_new_light_at_a_seat_that_is_empty_is_that_seats():
    """The tracker forgets places after seconds; without this everybody who bends down would become somebody new."""
    members = Class()
    seats, room = Seats(members.new_seat), sampled(0, 2)
    for second in range(FIRST_LOOKS):
        look_at(seats, second, room)
    brighter = replace(room, looks=room.looks + 9.0)
    for second in range(30, 30 + FIRST_LOOKS):
        look = look_at(seats, second, only(brighter, 1))
    assert (len(members.students), shown(look)) == (2, {2: "sad", 1: Reason.NO_FACE})


def test_somebody_before_another_wall_gets_a_seat_of_their_own():
    members = Class()
    seats, room = Seats(members.new_seat), sampled(0, 1)
    for second in range(FIRST_LOOKS):
        look_at(seats, second, room)
    for second in range(30, 30 + FIRST_LOOKS):
        look = look_at(seats, second, replace(room, looks=room.looks + 60.0))
    assert shown(look) == {1: Reason.NO_FACE, 2: "happy"}


def test_faces_for_which_the_class_has_no_room_are_counted():
    seats = Seats(Class(fits=1).new_seat)
    looks = [look_at(seats, second, sampled(0, 3)) for second in range(4)]
    assert [look.without_seat for look in looks] == [0, 0, 2, 2]
    assert shown(looks[-1]) == {1: "happy"}


def test_seats_are_numbered_as_one_reads():
    seats, room = Seats(Class().new_seat), sampled(0, 3)
    moved = replace(room, boxes_xyxy=np.array([[200, 205, 280, 285], [100, 0, 180, 80], [0, 200, 80, 280]], np.float32))
    for second in range(FIRST_LOOKS):
        look = look_at(seats, second, moved)
    at = {student.name: box[:2] for student, box in look.places}
    assert at == {"Person 1": (100, 0), "Person 2": (0, 200), "Person 3": (200, 205)}


@pytest.mark.parametrize(
    ("centres", "order", "why"),
    [
        ([], [], "nobody"),
        ([(50, 50)], [0], "one"),
        ([(300, 52), (50, 60), (180, 45)], [1, 2, 0], "one line that is not quite straight"),
        ([(50, 400), (300, 50), (50, 55)], [2, 1, 0], "two lines"),
    ],
)
def test_reading_order(centres, order, why):
    boxes = np.array([(x - 40, y - 40, x + 40, y + 40) for x, y in centres], np.float32).reshape(-1, 4)
    assert in_reading_order(boxes) == order, why


def test_no_reading_is_shared_between_students(two_seated):
    look = look_at(two_seated, 3, only(sampled(0, 2)))
    assert {reading.face for reading in look.readings} == {NO_FACE}
    assert {(reading.class_id, reading.student_id) for reading in look.readings} == {(7, 1), (7, 2)}
