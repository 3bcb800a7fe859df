from dataclasses import replace

import numpy as np
import pytest

from classroom.errors import BadInput
from classroom.people import FEWEST_SAMPLES, People, any_name_read, as_frame, merged, readings_of
from classroom.sampled_faces import SampledFaces
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason
from fer_model.tracker import LOOK_CELLS

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")


def look(level: float) -> np.ndarray:
    return np.full((LOOK_CELLS, LOOK_CELLS, 3), level, np.float32)


def sample(at_s: float, *faces: tuple[float, float, int | Reason], thumbnails: bool = False) -> SampledFaces:
    """Faces as (left, level of the surroundings, emotion or reason)."""
    n = len(faces)
    probs = np.full((n, 7), np.nan, np.float32)
    for row, (_, _, shown) in enumerate(faces):
        if not isinstance(shown, Reason):
            probs[row] = np.eye(7)[shown] * 0.8 + 0.2 / 7
    return SampledFaces(
        at_s,
        np.array([[left, 0, left + 40, 40] for left, _, _ in faces], np.float32).reshape(n, 4),
        np.linspace(0.9, 0.8, n).astype(np.float32),
        probs,
        tuple(shown if isinstance(shown, Reason) else None for _, _, shown in faces),
        np.array([look(level) for _, level, _ in faces], np.float32).reshape(n, LOOK_CELLS, LOOK_CELLS, 3),
        tuple(f"{left:.0f} at {at_s}".encode() for left, _, _ in faces) if thumbnails else (),
    )


def people_of(*samples: SampledFaces) -> People:
    people = People()
    for one in samples:
        people.add(one)
    return people


def test_a_recording_without_faces_has_nobody():
    assert people_of().found() == []
    assert people_of(sample(0), sample(0.5)).found() == []
    assert people_of(sample(0), sample(0.5)).times_s.tolist() == [0, 0.5]


def test_each_person_has_the_own_samples_in_the_order_of_time():
    people = people_of(*(sample(t / 2, (0, 10, HAPPY), (300, 60, SAD)) for t in range(5)))
    left, right = people.found()
    assert (left.name, right.name) == ("Person 1", "Person 2")
    assert left.at_s.tolist() == right.at_s.tolist() == [0, 0.5, 1, 1.5, 2]
    assert (left.probs.argmax(axis=1) == HAPPY).all() and (right.probs.argmax(axis=1) == SAD).all()


def test_samples_of_a_face_that_turns_out_to_be_somebody_are_that_persons():
    before = [sample(t / 2, (0, 50, HAPPY), thumbnails=True) for t in range(5)]
    after = [sample(60 + t / 2, (700, level, SAD), thumbnails=True) for t, level in enumerate((58, 44, 52, 50))]
    (person,) = people_of(*before, *after).found()
    assert person.at_s.tolist() == [0, 0.5, 1, 1.5, 2, 60, 60.5, 61, 61.5]
    assert person.thumbnail == b"0 at 0.0"


def test_who_only_passed_by_is_counted_and_left_out():
    seen = [sample(t / 2, (0, 10, HAPPY), *[(300, 60, SAD)] * (t < FEWEST_SAMPLES - 1)) for t in range(5)]
    people = people_of(*seen)
    assert [person.number for person in people.found()] == [1]
    assert people.passers_by == 1


def test_of_a_very_short_recording_everybody_counts():
    assert len(people_of(sample(0, (0, 10, HAPPY))).found()) == 1


def test_the_thumbnail_is_of_the_surest_sample_that_has_one():
    people = people_of(
        sample(0, (300, 60, SAD), (0, 10, HAPPY), thumbnails=True),
        sample(0.5, (0, 10, HAPPY), thumbnails=True),  # surer: first of its frame
        sample(1, (0, 10, HAPPY)),
    )
    assert people.found()[-1].thumbnail == b"0 at 0.5"


def test_between_first_and_last_sample_every_moment_counts():
    people = people_of(
        sample(0),
        sample(0.5, (0, 10, HAPPY)),
        sample(1.0),
        sample(1.5, (0, 10, Reason.LOW_CONFIDENCE)),
        sample(2.0, (0, 10, SAD)),
        sample(2.5),
    )
    readings = readings_of(people.found()[0], people.times_s, class_id=4, student_id=7, began_ms=1_000_000)
    assert [reading.at_ms for reading in readings] == [1_000_500, 1_001_000, 1_001_500, 1_002_000]
    assert [reading.face.reason for reading in readings] == [None, Reason.NO_FACE, Reason.LOW_CONFIDENCE, None]
    assert {(reading.class_id, reading.student_id) for reading in readings} == {(4, 7)}
    frame = as_frame(readings)
    assert frame["p_happy"].round(2).tolist()[0] == 0.83
    assert frame["p_happy"].isna().tolist() == [False, True, True, False]


def test_merged_people_are_one_with_the_first_ones_name_and_the_surer_face_of_a_moment():
    people = people_of(
        sample(0, (0, 10, HAPPY), (300, 60, SAD)),
        sample(0.5, (0, 10, HAPPY), (300, 60, SAD)),
        sample(1.0, (0, 10, HAPPY), (600, 90, SAD)),
        sample(1.5, (300, 60, SAD), (600, 90, HAPPY)),
        sample(2.0, (600, 90, HAPPY)),
    ).found()
    first, second, third = people
    one, other = merged(people, [first.number, second.number])
    assert (one.name, one.number, other) == (first.name, first.number, third)
    assert one.at_s.tolist() == [0, 0.5, 1.0, 1.5]
    assert one.probs.argmax(axis=1).tolist() == [HAPPY, HAPPY, HAPPY, SAD]
    assert len(one.reasons) == len(one.scores) == len(one.boxes_xyxy) == 4


def test_one_person_alone_cannot_be_merged():
    people = people_of(*(sample(t / 2, (0, 10, HAPPY)) for t in range(4))).found()
    with pytest.raises(BadInput, match="at least two"):
        merged(people, [1, 99])


def test_names_that_were_read_name_the_people_and_a_number_names_the_others():
    faces = (0, 10, HAPPY), (300, 60, SAD)
    people = people_of(*(replace(sample(t / 2, *faces), names=("Ada", "")) for t in range(5))).found()
    assert [(person.name, person.is_name_read) for person in people] == [("Ada", True), ("Person 2", False)]
    assert any_name_read(people) and not any_name_read(people[1:])


def test_two_people_of_one_name_are_told_apart():
    faces = (0, 10, HAPPY), (300, 60, SAD)
    people = people_of(*(replace(sample(t / 2, *faces), names=("Ada", "Ada")) for t in range(5))).found()
    assert [person.name for person in people] == ["Ada", "Ada (2)"]


def test_tracks_of_one_name_are_one_person_and_of_two_faces_at_once_the_surer_one_counts():
    before = [replace(sample(t / 2, (0, 10, HAPPY)), names=("Ada",)) for t in range(12)]
    after = [replace(sample(60 + t / 2, (300, 90, SAD)), names=("Ada",)) for t in range(12)]
    both = replace(sample(66, (300, 90, SAD), (0, 10, HAPPY)), names=("Ada", "Ada"))
    people = people_of(*before, *after, both)
    (ada,) = people.found()
    assert (ada.name, len(ada.at_s), people.passers_by) == ("Ada", 25, 0)
    assert ada.probs[-1].argmax() == SAD and (np.diff(ada.at_s) > 0).all()
