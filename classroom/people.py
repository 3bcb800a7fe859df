"""The people of a recording: what the tracks of its faces showed, who they are, and the same as readings of a class.

Pure. A person's samples are in the order of time. Between a person's first and last sample every sampled moment counts:
where the face was not found, the reading says "no face".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from classroom.errors import BadInput
from classroom.records import Reading
from classroom.sampled_faces import SampledFaces
from classroom.store.tables import PROB_COLUMNS
from classroom.track_names import same_people, told_apart, track_names
from fer_model.reading import FaceReading, Reason
from fer_model.tracker import FaceTracker

NAMES_WERE_READ = "Names were read from the labels in the picture; check them."
FEWEST_SAMPLES = 3  # a face seen less often was somebody passing, or no face at all


@dataclass(frozen=True, eq=False)
class Person:
    """One track, or several that a teacher has merged. Row i of the arrays is the same sample.

    Attributes:
        number: of the track, from 1.
        at_s: (m,) float64 seconds from the recording's start, rising.
        boxes_xyxy: (m, 4) float32 in pixels of the frame.
        scores: (m,) float32, how sure the detector is.
        probs: (m, 7) float32, NaN where the face was not good enough to be read.
        reasons: m times why there is no expression, ``None`` where there is one.
        thumbnail: JPEG of the surest sample that has one, or empty.
        is_name_read: the name was read in the picture, and nobody has changed it.
    """

    number: int
    name: str
    at_s: np.ndarray
    boxes_xyxy: np.ndarray
    scores: np.ndarray
    probs: np.ndarray
    reasons: tuple[Reason | None, ...]
    thumbnail: bytes = b""
    is_name_read: bool = False


class People:
    """Collects the samples of one recording, in their order."""

    def __init__(self) -> None:
        self._tracker = FaceTracker()
        self._samples: list[tuple[SampledFaces, np.ndarray]] = []  # with the number of each face's track
        self._thumbnails: dict[int, tuple[float, bytes]] = {}
        self._labels: dict[int, list[tuple[int, str]]] = {}

    def add(self, sample: SampledFaces) -> None:
        """The next sample; its looks, thumbnails and names are kept as far as they are needed."""
        tracks = self._tracker.update(sample.boxes_xyxy, sample.looks, sample.at_s)
        for track, score, picture in zip(tracks.tolist(), sample.scores, sample.thumbnails, strict=False):
            if score > self._thumbnails.get(track, (-1.0, b""))[0]:
                self._thumbnails[track] = (float(score), picture)
        for track, name in zip(tracks.tolist(), sample.names, strict=False):
            self._labels.setdefault(track, []).append((len(self._samples), name))
        self._samples.append((replace(sample, looks=np.empty(0), thumbnails=(), names=()), tracks))

    @property
    def times_s(self) -> np.ndarray:
        """(k,) float64: when samples were taken."""
        return np.array([sample.at_s for sample, _ in self._samples], np.float64)

    def found(self) -> list[Person]:
        """Everybody who was seen often enough, in the order of appearance."""
        names, rows_of = self._everybody()
        often = {number: rows for number, rows in rows_of.items() if len(rows) >= self._fewest}
        called = told_apart([names.get(number, f"Person {place}") for place, number in enumerate(often, start=1)])
        return [
            self._person(number, name, number in names, rows)
            for name, (number, rows) in zip(called, often.items(), strict=True)
        ]

    @property
    def passers_by(self) -> int:
        """How many were seen too seldom to count."""
        return sum(len(rows) < self._fewest for rows in self._everybody()[1].values())

    @property
    def _fewest(self) -> int:
        return min(FEWEST_SAMPLES, len(self._samples))

    def _everybody(self) -> tuple[dict[int, str], dict[int, np.ndarray]]:
        """By person's number the name, where one was read, and (m, 2) the samples and rows of the faces."""
        final = self._tracker.same_as
        faces = {track.number: [] for track in self._tracker.tracks}
        for index, (_, tracks) in enumerate(self._samples):
            for row, track in enumerate(tracks.tolist()):
                faces[final.get(track, track)].append((index, row))
        labels: dict[int, list[tuple[int, str]]] = {}
        for track, own in self._labels.items():
            labels.setdefault(final.get(track, track), []).extend(own)
        names = track_names(labels)
        moments = {track: np.array([index for index, _ in faces[track]]) for track in names}
        for track, first in same_people(names, moments).items():
            faces[first] += faces.pop(track)
            del names[track]
        return names, {number: self._one_a_moment(own) for number, own in faces.items()}

    def _one_a_moment(self, faces: list[tuple[int, int]]) -> np.ndarray:
        """(m, 2) the samples and rows in the order of time; of two faces at one moment the surer one."""
        surest: dict[int, int] = {}
        for index, row in faces:
            scores = self._samples[index][0].scores
            if index not in surest or scores[row] > scores[surest[index]]:
                surest[index] = row
        return np.array(sorted(surest.items()), np.int64).reshape(-1, 2)

    def _person(self, number: int, name: str, is_name_read: bool, rows: np.ndarray) -> Person:
        picked = [(self._samples[index][0], row) for index, row in rows.tolist()]
        tracks = {int(self._samples[index][1][row]) for index, row in rows.tolist()}
        thumbnails = [self._thumbnails[track] for track in tracks if track in self._thumbnails]
        return Person(
            number,
            name,
            np.array([sample.at_s for sample, _ in picked]),
            np.array([sample.boxes_xyxy[row] for sample, row in picked], np.float32),
            np.array([sample.scores[row] for sample, row in picked], np.float32),
            np.array([sample.probs[row] for sample, row in picked], np.float32),
            tuple(sample.reasons[row] for sample, row in picked),
            max(thumbnails, default=(0.0, b""), key=lambda thumbnail: thumbnail[0])[1],
            is_name_read,
        )


def any_name_read(people: Sequence[Person]) -> bool:
    """Whether there is a name that was read in the picture, and that nobody has changed."""
    return any(person.is_name_read for person in people)


def merged(people: Sequence[Person], numbers: Sequence[int]) -> list[Person]:
    """The people with those of ``numbers`` made one, who keeps the first one's number and name.

    Where two of them were seen at the same moment the surer face counts.

    Raises:
        BadInput: fewer than two of these numbers are there.
    """
    chosen = [person for person in people if person.number in numbers]
    if len(chosen) < 2:
        raise BadInput("Choose at least two people to make them one.")
    at_s = np.concatenate([person.at_s for person in chosen])
    scores = np.concatenate([person.scores for person in chosen])
    order = np.lexsort((-scores, at_s))
    order = order[np.concatenate([[True], np.diff(at_s[order]) > 0])]
    reasons = [reason for person in chosen for reason in person.reasons]
    one = replace(
        chosen[0],
        at_s=at_s[order],
        scores=scores[order],
        boxes_xyxy=np.concatenate([person.boxes_xyxy for person in chosen])[order],
        probs=np.concatenate([person.probs for person in chosen])[order],
        reasons=tuple(reasons[i] for i in order),
    )
    return [one if person is chosen[0] else person for person in people if person is chosen[0] or person not in chosen]


def readings_of(person: Person, times_s: np.ndarray, class_id: int, student_id: int, began_ms: int) -> list[Reading]:
    """A reading for every sampled moment between the person's first and last one.

    Args:
        times_s: (k,) when samples were taken.
        began_ms: when the recording began, UTC.
    """
    row_at = {at_s: row for row, at_s in enumerate(person.at_s.tolist())}
    within = times_s[(times_s >= person.at_s[0]) & (times_s <= person.at_s[-1])]
    readings = []
    for at_s in within.tolist():
        row = row_at.get(at_s)
        if row is None:
            face = FaceReading(reason=Reason.NO_FACE)
        else:
            reason, box = person.reasons[row], tuple(person.boxes_xyxy[row].tolist())
            face = FaceReading(() if reason else tuple(person.probs[row].tolist()), reason, 1, box)
        readings.append(Reading(class_id, student_id, began_ms + round(at_s * 1000), face))
    return readings


def as_frame(readings: Sequence[Reading]) -> pd.DataFrame:
    """Readings as the store gives them back, without having been there: ``student_id, at_ms, reason, ..., p_*``."""
    nothing = [np.nan] * len(PROB_COLUMNS)
    rows = [
        [
            reading.student_id,
            reading.at_ms,
            reading.face.reason,
            reading.face.faces_seen,
            *(reading.face.probs or nothing),
        ]
        for reading in readings
    ]
    frame = pd.DataFrame(rows, columns=["student_id", "at_ms", "reason", "faces_seen", *PROB_COLUMNS])
    return frame.astype({name: "float64" for name in PROB_COLUMNS} | {"reason": "object"})
