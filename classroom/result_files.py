"""What ``classroom.analyse`` writes: CSV for people, JSON for programs. Pure."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import tzinfo

import numpy as np

from classroom.people import Person, as_frame, readings_of
from classroom.records import ClassInfo, Sharing, Student
from classroom.session_csv import harmless, session_csv
from fer_model.crowd import Crowd
from fer_model.labels import EMOTIONS
from fer_model.reading import Reason

FACE_COLUMNS = [
    "picture",
    "face",
    "left",
    "top",
    "right",
    "bottom",
    "score",
    "expression",
    "confidence",
    "reason",
    *EMOTIONS,
]


def picture_csv(name: str, crowd: Crowd) -> bytes:
    """A row a face, the largest first; ``expression`` is empty where ``reason`` says why."""
    return pictures_csv([(name, crowd)])


def pictures_csv(pictures: Sequence[tuple[str, Crowd]]) -> bytes:
    """The rows of all pictures under one header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(FACE_COLUMNS)
    for name, crowd in pictures:
        for number, row in enumerate(np.argsort(-crowd.faces.areas, kind="stable"), start=1):
            writer.writerow([harmless(name), number, *_cells(crowd, row)])
    return text.getvalue().encode("utf-8-sig")


def _cells(crowd: Crowd, row: int) -> list[str]:
    box = [f"{side:.1f}" for side in crowd.faces.boxes_xyxy[row]]
    probs, reason = crowd.probs[row], crowd.reasons[row]
    named = [EMOTIONS[int(probs.argmax())], f"{probs.max():.4f}", ""] if reason is None else ["", "", reason.value]
    shares = ["" if np.isnan(prob) else f"{prob:.4f}" for prob in probs]
    return [*box, f"{crowd.faces.score[row]:.4f}", *named, *shares]


def picture_json(crowd: Crowd) -> bytes:
    faces = [
        _face(box, probs, reason) | {"score": round(float(score), 4)}
        for box, score, probs, reason in zip(
            crowd.faces.boxes_xyxy, crowd.faces.score, crowd.probs, crowd.reasons, strict=True
        )
    ]
    return _dumped({"faces": faces})


def recording_csv(
    title: str, people: list[Person], times_s: np.ndarray, began_ms: int, window_s: int, zone: tzinfo
) -> bytes:
    """The session CSV of a class, with the people of the recording as its students."""
    ended_ms = began_ms + round(1000 * float(times_s[-1])) if len(times_s) else began_ms
    info = ClassInfo(id=1, teacher_id=None, title=title, code="", opened_ms=began_ms, ended_ms=ended_ms)
    students = [Student(person.number, 1, person.name, Sharing.CAMERA, began_ms) for person in people]
    readings = [reading for person in people for reading in readings_of(person, times_s, 1, person.number, began_ms)]
    return session_csv(info, students, as_frame(readings), window_s, zone)


def recording_json(people: list[Person]) -> bytes:
    tracks = [
        {
            "track_id": person.number,
            "name": person.name,
            "readings": [
                {"at_s": round(float(at_s), 3)} | _face(box, probs, reason)
                for at_s, box, probs, reason in zip(
                    person.at_s, person.boxes_xyxy, person.probs, person.reasons, strict=True
                )
            ],
        }
        for person in people
    ]
    return _dumped({"tracks": tracks})


def _face(box_xyxy: np.ndarray, probs: np.ndarray, reason: Reason | None) -> dict:
    """``emotion`` is the most probable one if the network was asked; with a ``reason`` it is not to be trusted."""
    asked = not np.isnan(probs).any()
    return {
        "box_xyxy": [round(float(side), 1) for side in box_xyxy],
        "emotion": EMOTIONS[int(probs.argmax())] if asked else None,
        "probs": {emotion: round(float(prob), 4) for emotion, prob in zip(EMOTIONS, probs, strict=True)}
        if asked
        else None,
        "reason": reason.value if reason else None,
    }


def _dumped(content: dict) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
