"""The people of a recording: what the tracks of its faces showed, and the same as readings of a class.

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
from fer_model.reading import FaceReading, Reason
from fer_model.tracker import FaceTracker

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
    """

    number: int
    name: str
    at_s: np.ndarray
    boxes_xyxy: np.ndarray
    scores: np.ndarray
    probs: np.ndarray
    reasons: tuple[Reason | None, ...]
    thumbnail: bytes = b""


class People:
    """Collects the samples of one recording, in their order."""

    def __init__(self) -> None:
        self._tracker = FaceTracker()
        self._samples: list[tuple[SampledFaces, np.ndarray]] = []
        self._thumbnails: dict[int, tuple[float, bytes]] = {}

    def add(self, sample: SampledFaces) -> None:
        """The next sample; its looks and thumbnails are not kept."""
        numbers = self._tracker.update(sample.boxes_xyxy, sample.looks, sample.at_s)
        for number, score, picture in zip(numbers, sample.scores, sample.thumbnails, strict=False):
            if score > self._thumbnails.get(int(number), (-1.0, b""))[0]:
                self._thumbnails[int(number)] = (float(score), picture)
        self._samples.append((replace(sample, looks=np.empty(0), thumbnails=()), numbers))

    @property
    def times_s(self) -> np.ndarray:
        """(k,) float64: when samples were taken."""
        return np.array([sample.at_s for sample, _ in self._samples], np.float64)

    def found(self) -> list[Person]:
        """Everybody who was seen often enough, in the order of appearance."""
        if not self._samples:
            return []
        rows = [(index, row) for index, (_, numbers) in enumerate(self._samples) for row in range(len(numbers))]
        number_of = np.array([self._final(number) for _, numbers in self._samples for number in numbers.tolist()])
        people = []
        for number in np.unique(number_of):
            own = [rows[i] for i in np.flatnonzero(number_of == number)]
            if len(own) < self._fewest:
                continue
            picked = [(self._samples[index][0], row) for index, row in own]
            people.append(
                Person(
                    int(number),
                    f"Person {len(people) + 1}",
                    np.array([sample.at_s for sample, _ in picked]),
                    np.array([sample.boxes_xyxy[row] for sample, row in picked], np.float32),
                    np.array([sample.scores[row] for sample, row in picked], np.float32),
                    np.array([sample.probs[row] for sample, row in picked], np.float32),
                    tuple(sample.reasons[row] for sample, row in picked),
                    self._thumbnail(int(number)),
                )
            )
        return people

    @property
    def passers_by(self) -> int:
        """Tracks that were seen too seldom to count."""
        return sum(track.count < self._fewest for track in self._tracker.tracks)

    @property
    def _fewest(self) -> int:
        return min(FEWEST_SAMPLES, len(self._samples))

    def _final(self, number: int) -> int:
        """A face's first samples may turn out to be somebody's who was there before."""
        return self._tracker.same_as.get(number, number)

    def _thumbnail(self, number: int) -> bytes:
        """The surest one."""
        own = [self._thumbnails[each] for each in self._thumbnails if self._final(each) == number]
        return max(own, key=lambda each: each[0], default=(0.0, b""))[1]


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
