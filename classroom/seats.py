"""Seats: the faces of one camera become anonymous students, and each look at them a reading of everybody.

Knows no camera, no thread and no database. A seat belongs to a track of ``FaceTracker``; faces are not recognised.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from classroom.records import Reading, Student
from classroom.sampled_faces import SampledFaces
from fer_model.reading import FaceReading, Reason
from fer_model.tracker import FaceTracker

# Looks in which a face is found before it gets a seat: somebody who walks past, or no face at all, gets none.
FIRST_LOOKS = 3
# Whoever writes or looks down is not found for a while. A face that stays away for longer has left.
AWAY_MS = 120_000
# The tracker forgets places after some seconds. A face without a seat, where somebody with a seat was found last, is
# the same person when what is around it is alike, in CIELAB units: two walls of a gallery differ by more.
SAME_PLACE = 1.0  # distance of the centres / the longer side
ALIKE = 15.0

# A seat for a face that has none: given the time, ``None`` when the class can take no more.
NewSeat = Callable[[int], Student | None]


@dataclass
class Seat:
    """Where somebody was found last, and when. ``is_here`` until the face has been away for ``AWAY_MS``."""

    student: Student
    box_xyxy: np.ndarray
    look: np.ndarray
    found_ms: int
    is_here: bool = True


@dataclass(frozen=True)
class Look:
    """What one look at the camera's picture gave.

    Attributes:
        at_ms: when the picture arrived.
        faces: found in it.
        without_seat: of them those that the class can take no more.
        places: the seats found in it, each with its face's box, left, top, right and bottom in pixels.
        here: ids of the students who count as present.
        readings: one of everybody who is present.
    """

    at_ms: int
    faces: int
    without_seat: int
    places: tuple[tuple[Student, tuple[float, ...]], ...]
    here: frozenset[int]
    readings: tuple[Reading, ...]


class Seats:
    """The seats of one class. Not thread-safe."""

    def __init__(self, new_seat: NewSeat) -> None:
        self._new_seat = new_seat
        self._tracker = FaceTracker()
        self._looks_of: Counter[int] = Counter()  # track to looks in which it was found
        self._seat_of: dict[int, Seat] = {}  # track to its seat
        self._last_ms: int | None = None
        self.seats: list[Seat] = []

    def look(self, at_ms: int, faces: SampledFaces) -> Look:
        """The readings of one picture.

        Args:
            faces: the surest first, ``at_s`` as the tracker wants it: never earlier than before.
        """
        numbers = self._tracker.update(faces.boxes_xyxy, faces.looks, faces.at_s).tolist()
        self._looks_of.update(numbers)
        seat_in: dict[int, Seat] = {}  # row to seat
        without: list[int] = []
        for row, number in enumerate(numbers):
            seat = self._seat_of.get(number)
            if seat is not None and all(seat is not other for other in seat_in.values()):
                seat_in[row] = seat
            elif self._looks_of[number] >= FIRST_LOOKS:
                without.append(row)
        without_seat = 0
        for row in [without[i] for i in in_reading_order(faces.boxes_xyxy[without])]:
            seat = self._left_here(faces, row, seat_in.values()) or self._add(at_ms, faces, row)
            if seat is None:
                without_seat += 1
            else:
                seat_in[row] = self._seat_of[numbers[row]] = seat
        for row, seat in seat_in.items():
            seat.box_xyxy, seat.look = faces.boxes_xyxy[row], faces.looks[row]
            seat.found_ms, seat.is_here = at_ms, True
        self._last_ms = at_ms
        readings = [_reading(seat, at_ms, faces, row) for row, seat in seat_in.items()]
        places = tuple((seat.student, tuple(seat.box_xyxy.tolist())) for seat in seat_in.values())
        return self._looked(at_ms, len(numbers), without_seat, places, readings, Reason.NO_FACE)

    def black(self, at_ms: int) -> Look:
        """The picture is black: nobody can be found, and so nobody leaves meanwhile."""
        for seat in self.seats:
            seat.found_ms += at_ms - (self._last_ms or at_ms)
        self._last_ms = at_ms
        return self._looked(at_ms, 0, 0, (), [], Reason.CAMERA_OFF)

    def pause(self) -> None:
        """The camera is off: nobody is here until found again."""
        for seat in self.seats:
            seat.is_here = False

    def _looked(self, at_ms: int, faces: int, without_seat: int, places, readings, reason: Reason) -> Look:
        """Closes a look: who is here and has no reading yet gets one that says why."""
        found = {reading.student_id for reading in readings}
        for seat in self.seats:
            seat.is_here = seat.is_here and at_ms - seat.found_ms <= AWAY_MS
            if seat.is_here and seat.student.id not in found:
                readings.append(Reading(seat.student.class_id, seat.student.id, at_ms, FaceReading(reason=reason)))
        here = frozenset(seat.student.id for seat in self.seats if seat.is_here)
        return Look(at_ms, faces, without_seat, places, here, tuple(readings))

    def _left_here(self, faces: SampledFaces, row: int, taken) -> Seat | None:
        """The seat that is not in this picture and whose face was found last at the place of this one."""
        box, look = faces.boxes_xyxy[row], faces.looks[row]
        taken_ids = {seat.student.id for seat in taken}
        near = [
            (apart, seat)
            for seat in self.seats
            if seat.student.id not in taken_ids
            and (apart := _apart(box, seat.box_xyxy)) < SAME_PLACE
            and np.abs(look - seat.look).mean() < ALIKE
        ]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def _add(self, at_ms: int, faces: SampledFaces, row: int) -> Seat | None:
        student = self._new_seat(at_ms)
        if student is None:
            return None
        self.seats.append(Seat(student, faces.boxes_xyxy[row], faces.looks[row], at_ms))
        return self.seats[-1]


def in_reading_order(boxes_xyxy: np.ndarray) -> list[int]:
    """Rows of (n, 4) boxes as one reads a page, so that the numbers of a gallery's seats follow its tiles."""
    if len(boxes_xyxy) == 0:
        return []
    middles = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
    height = float(np.median(boxes_xyxy[:, 3] - boxes_xyxy[:, 1]))
    order: list[int] = []
    line: list[int] = []
    for row in np.argsort(middles[:, 1], kind="stable").tolist():
        if line and middles[row, 1] - middles[line[-1], 1] > height / 2:
            order += sorted(line, key=lambda each: middles[each, 0])
            line = []
        line.append(row)
    return order + sorted(line, key=lambda each: middles[each, 0])


def _apart(one_xyxy: np.ndarray, other_xyxy: np.ndarray) -> float:
    """Distance of the centres of two boxes / the longer side."""
    centres = [(box[:2] + box[2:]) / 2 for box in (one_xyxy, other_xyxy)]
    side = max(float((box[2:] - box[:2]).max()) for box in (one_xyxy, other_xyxy))
    return float(np.linalg.norm(centres[0] - centres[1])) / max(side, 1.0)


def _reading(seat: Seat, at_ms: int, faces: SampledFaces, row: int) -> Reading:
    reason, box = faces.reasons[row], tuple(faces.boxes_xyxy[row].tolist())
    # One face: of a camera that many share, others in the picture are no reason to warn.
    face = FaceReading(() if reason else tuple(faces.probs[row].tolist()), reason, 1, box)
    return Reading(seat.student.class_id, seat.student.id, at_ms, face)
