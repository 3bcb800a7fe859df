import csv
import io
import json
from datetime import UTC

import numpy as np

from classroom.people import Person
from classroom.result_files import FACE_COLUMNS, picture_csv, picture_json, recording_csv, recording_json
from classroom.session_csv import SESSION_COLUMNS
from fer_model.crowd import Crowd
from fer_model.faces import Faces
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason

HAPPY = np.full(7, 0.02, np.float32)
HAPPY[EMOTIONS.index("happy")] = 0.88
UNSURE = np.full(7, 1 / 7, np.float32)
NOTHING = np.full(7, np.nan, np.float32)

CROWD = Crowd(
    Faces(np.array([[0, 0, 10, 10], [50, 50, 90, 90], [100, 0, 130, 30]]), np.array([0.7, 0.9, 0.8])),
    np.array([NOTHING, HAPPY, UNSURE]),
    (Reason.TOO_SMALL, None, Reason.LOW_CONFIDENCE),
)
NOBODY = Crowd(Faces.empty(), np.empty((0, 7), np.float32), ())


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_picture_is_a_row_a_face_the_largest_first():
    header, large, middle, small = rows_of(picture_csv("=class.jpg", CROWD))
    assert header == FACE_COLUMNS
    assert large[:9] == ["'=class.jpg", "1", "50.0", "50.0", "90.0", "90.0", "0.9000", "happy", "0.8800"]
    assert (middle[7], middle[9]) == ("", "not clear")
    assert middle[10] == "0.1429", "what the network said is there for whoever wants it"
    assert small[7:] == ["", "", "too small", *[""] * 7]


def test_a_picture_without_a_face_is_a_header():
    assert rows_of(picture_csv("wall.jpg", NOBODY)) == [FACE_COLUMNS]
    assert json.loads(picture_json(NOBODY)) == {"faces": []}


def test_the_json_of_a_picture_names_boxes_scores_and_probabilities():
    small, large, middle = json.loads(picture_json(CROWD))["faces"]
    assert large == {
        "box_xyxy": [50.0, 50.0, 90.0, 90.0],
        "score": 0.9,
        "emotion": "happy",
        "probs": {emotion: 0.88 if emotion == "happy" else 0.02 for emotion in EMOTIONS},
        "reason": None,
    }
    assert (middle["emotion"], middle["reason"]) == ("angry", "not clear")
    assert (small["emotion"], small["probs"], small["reason"]) == (None, None, "too small")


def person(number: int, times: list[float]) -> Person:
    m = len(times)
    boxes = np.tile(np.array([0, 0, 40, 40], np.float32), (m, 1))
    return Person(
        number, f"Person {number}", np.array(times), boxes, np.ones(m, np.float32), np.tile(HAPPY, (m, 1)), (None,) * m
    )


def test_a_recording_is_the_session_csv_of_a_class():
    times = np.arange(0, 20, 0.5)
    people = [person(1, times.tolist()), person(2, [0.0, 0.5, 1.5])]
    header, *rows = rows_of(recording_csv("Optics", people, times, 1_700_000_000_000, 10, UTC))
    assert header == SESSION_COLUMNS
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("Optics", "Person 1", "20"),
        ("Optics", "Person 2", "4"),
        ("Optics", "Person 1", "20"),
    ]
    assert rows[1][-2] == "0.7500", "the moment between in which the face was not found counts"


def test_a_recording_of_nobody_is_a_header():
    assert rows_of(recording_csv("Optics", [], np.array([0.0]), 0, 10, UTC)) == [SESSION_COLUMNS]
    assert json.loads(recording_json([])) == {"tracks": []}


def test_the_json_of_a_recording_has_a_track_a_person():
    (track,) = json.loads(recording_json([person(3, [1.0, 1.5])]))["tracks"]
    assert (track["track_id"], [reading["at_s"] for reading in track["readings"]]) == (3, [1.0, 1.5])
    assert track["readings"][0]["emotion"] == "happy"
