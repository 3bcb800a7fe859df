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
from classroom.stints import Somebody, Stint, persons, told_apart
from classroom.store.tables import PROB_COLUMNS
from fer_model.reading import FaceReading, Reason
from fer_model.tracker import SHORT_S, FaceTracker

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
        self._samples: list[tuple[SampledFaces, np.ndarray]] = []  # with the number of each face's stint
        self._stints: list[Stint] = []
        self._going_on: list[int] = []  # stints that were seen lately

    def add(self, sample: SampledFaces) -> None:
        """The next sample; its looks, thumbnails and names are not kept."""
        tracks = self._tracker.update(sample.boxes_xyxy, sample.looks, sample.at_s)
        self._going_on = [each for each in self._going_on if sample.at_s - self._stints[each].seen_s <= SHORT_S]
        own = np.empty(len(tracks), np.int64)
        for row, track in enumerate(tracks.tolist()):
            own[row] = self._stint_of(track, sample.boxes_xyxy[row], sample.looks[row], sample.at_s)
            stint = self._stints[own[row]]
            if sample.thumbnails and sample.scores[row] > stint.thumbnail[0]:
                stint.thumbnail = (float(sample.scores[row]), sample.thumbnails[row])
            if sample.names:
                stint.readings.append((len(self._samples), sample.names[row]))
        self._samples.append((replace(sample, looks=np.empty(0), thumbnails=(), names=()), own))

    @property
    def times_s(self) -> np.ndarray:
        """(k,) float64: when samples were taken."""
        return np.array([sample.at_s for sample, _ in self._samples], np.float64)

    def found(self) -> list[Person]:
        """Everybody who was seen often enough, in the order of appearance."""
        everybody = [(each, rows) for each, rows in self._everybody() if len(rows) >= self._fewest]
        names = told_apart([each.name or f"Person {number}" for number, (each, _) in enumerate(everybody, start=1)])
        numbers: list[int] = []
        for each, _ in everybody:  # two people may have shared a track
            numbers.append(each.track if each.track not in numbers else max(self._highest, *numbers) + 1)
        return [
            self._person(number, name, each, rows)
            for number, name, (each, rows) in zip(numbers, names, everybody, strict=True)
        ]

    @property
    def passers_by(self) -> int:
        """How many were seen too seldom to count."""
        return sum(len(rows) < self._fewest for _, rows in self._everybody())

    @property
    def _fewest(self) -> int:
        return min(FEWEST_SAMPLES, len(self._samples))

    @property
    def _highest(self) -> int:
        return max(track.number for track in self._tracker.tracks)

    def _stint_of(self, track: int, box_xyxy: np.ndarray, look: np.ndarray, at_s: float) -> int:
        """The number of the stint that a face belongs to, a new one where none goes on."""
        for number in reversed(self._going_on):
            stint = self._stints[number]
            same = self._final(stint.track) == track and stint.seen_s < at_s
            if same and stint.goes_on_with(box_xyxy, look, at_s):
                stint.see(box_xyxy, look, at_s)
                return number
        self._stints.append(Stint(track, box_xyxy, look, at_s))
        self._going_on.append(len(self._stints) - 1)
        return len(self._stints) - 1

    def _final(self, track: int) -> int:
        """A face's first samples may turn out to be somebody's who was there before."""
        return self._tracker.same_as.get(track, track)

    def _everybody(self) -> list[tuple[Somebody, np.ndarray]]:
        """Everybody, with (m, 2) numbers of sample and row, one of a moment: of two faces the surer one."""
        if not self._stints:
            return []
        faces = np.array(
            [(index, row) for index, (_, own) in enumerate(self._samples) for row in range(len(own))], np.int64
        )
        stint_of = np.concatenate([own for _, own in self._samples])
        order = np.argsort(stint_of, kind="stable")
        of_stint = np.split(order, np.flatnonzero(np.diff(stint_of[order])) + 1)
        scores = np.concatenate([sample.scores for sample, _ in self._samples])
        everybody = []
        for each in persons(self._stints, [faces[own, 0] for own in of_stint], self._final):
            own = np.concatenate([of_stint[stint] for stint in each.stints])
            own = own[np.lexsort((-scores[own], faces[own, 0]))]
            everybody.append((each, faces[own[np.diff(faces[own, 0], prepend=-1) > 0]]))
        return everybody

    def _person(self, number: int, name: str, each: Somebody, rows: np.ndarray) -> Person:
        picked = [(self._samples[index][0], row) for index, row in rows.tolist()]
        thumbnails = [self._stints[stint].thumbnail for stint in each.stints]
        return Person(
            number,
            name,
            np.array([sample.at_s for sample, _ in picked]),
            np.array([sample.boxes_xyxy[row] for sample, row in picked], np.float32),
            np.array([sample.scores[row] for sample, row in picked], np.float32),
            np.array([sample.probs[row] for sample, row in picked], np.float32),
            tuple(sample.reasons[row] for sample, row in picked),
            max(thumbnails, key=lambda thumbnail: thumbnail[0])[1],
            bool(each.name),
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
