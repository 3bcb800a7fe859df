"""Stand-ins that let a test own the time and the engine, and short ways to the values of a class."""

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from classroom.accounts import Accounts, SignIn
from classroom.clock import Clock
from classroom.engine import WITHOUT_EXPRESSION, EngineState
from classroom.errors import EngineError
from classroom.lawful import LawfulBases
from classroom.picture_faces import PictureFaces
from classroom.recordings import RecordingInfo
from classroom.records import ClassInfo, Reading, Sharing, Student, Teacher
from classroom.regions import Region
from classroom.sampled_faces import SampledFaces
from classroom.settings import Settings
from classroom.store import Store
from classroom.store.readings import READING_COLUMNS
from classroom.store.tables import GEOMETRY_COLUMNS, PROB_COLUMNS, heartbeat
from classroom.ticker import Ticker
from fer_model.crowd import Crowd
from fer_model.faces import Faces
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading, Geometry, Reason

# A Monday, 10:00:00 UTC: a multiple of every window length that a test uses.
MONDAY_MS = 1_767_607_200_000

PASSWORD = "correct horse battery"
# The parameters of the real one are tested once; everywhere else they would only take time.
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

NO_FACE = FaceReading(reason=Reason.NO_FACE)

# What people type to break a page or a spreadsheet, and what of it is kept: (typed, kept, why).
HOSTILE_NAMES = [
    ("=1+1", "=1+1", "a formula"),
    ("@SUM(A1:A9)", "@SUM(A1:A9)", "a formula of another spreadsheet"),
    ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>", "HTML"),
    ("![](http://x)", "![](http://x)", "a picture in Markdown"),
    ('Ann "the, great"\r\n;x', 'Ann "the, great" ;x', "everything that separates cells"),
    ("x" * 10_000, "x" * 60, "far too long"),
    ("\u202eAnn\u200f", "Ann", "right-to-left marks"),
    ("👩‍🚀 Zoë", "👩🚀 Zoë", "an emoji that is joined from two"),
    ("+cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "a formula that starts a program"),
    ("נועה כהן", "נועה כהן", "a name that is written from right to left"),
    ("e" + "\u0301" * 500, "é" + "\u0301" * 4, "one letter under a tower of accents"),
    ("x'); DROP TABLE students;-- ${7*7} {{7*7}} %s", "x'); DROP TABLE students;-- ${7*7} {{7*7}} %s", "code"),
    ("An\x00n", "Ann", "a null byte"),
]


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now_ms: int = MONDAY_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, seconds: float) -> int:
        self.now_ms += round(seconds * 1000)
        return self.now_ms


class FakeEngine:
    """An engine without a process: answers every frame with ``answer``, or raises what stands in ``broken``.

    With ``lively`` no two answers are the same to the last digit, as no two pictures of cameras are.
    """

    def __init__(self, answer: FaceReading | None = None, lively: bool = False) -> None:
        self.state = EngineState.READY
        self.problem = ""
        self.restarted_lately = False
        self.answer = answer if answer is not None else face("happy")
        self.broken: Exception | None = None
        self.batches: list[list[np.ndarray]] = []
        self._lively, self._answers = lively, 0

    def analyse(self, frames_bgr: Sequence[np.ndarray]) -> list[FaceReading]:
        if self.state is EngineState.CLOSED:
            raise EngineError(self.problem)
        self.batches.append(list(frames_bgr))
        if self.broken is not None:
            raise self.broken
        return [self._alive(self.answer) if self._lively else self.answer for _ in frames_bgr]

    def _alive(self, answer: FaceReading) -> FaceReading:
        self._answers += 1
        return replace(answer, probs=tuple(prob + self._answers * 1e-9 for prob in answer.probs))

    def close(self) -> None:
        self.state, self.problem = EngineState.CLOSED, "Analysis has been shut down."


def fake_engine(models_dir: Path | None, module: str) -> FakeEngine:
    """In place of ``LocalEngine``: with expressions, or a face in view without one."""
    in_view = FaceReading(reason=Reason.NOT_COMPUTED, faces_seen=1, geometry=Geometry(0.0, 0.0, 0.0, 0.3, 0.0))
    return FakeEngine(in_view if module == WITHOUT_EXPRESSION else None)


class FakeDesk:
    """A desk without a process: gives what stands in ``answers`` one after the other, errors are raised; then one face."""

    def __init__(self) -> None:
        self.pictures: list[bytes] = []
        self.recordings: list[bytes] = []
        self.answers: list[PictureFaces | np.ndarray | RecordingInfo | Exception] = []

    def picture(self, content: bytes) -> PictureFaces:
        self.pictures.append(content)
        return self._next(picture_faces(face("happy")))

    def frame(self, content: bytes) -> np.ndarray:
        self.pictures.append(content)
        return self._next(np.full((48, 64, 3), 90, np.uint8))

    def recording(self, path: Path) -> RecordingInfo:
        self.recordings.append(path.read_bytes())
        return self._next(RecordingInfo(320, 240, 10.0, MONDAY_MS - 86_400_000))

    def warm_up(self) -> None: ...

    def close(self) -> None: ...

    def _next(self, otherwise):
        answer = self.answers.pop(0) if self.answers else otherwise
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeReader:
    """Reads no file: two people who are seen for 10 s, the second one only every other time.

    Waits after ``pause_after`` samples until ``go_on`` is set or it is stopped.
    """

    pause_after = 1_000_000
    go_on = threading.Event()
    broken: Exception | None = None

    def __init__(
        self,
        path: Path,
        every_s: float,
        workers: int,
        models_dir: Path | None,
        info: RecordingInfo,
        with_names: bool,
    ) -> None:
        assert path.exists()
        self.info, self.every_s, self.with_names = info, every_s, with_names
        self.problems: list[str] = []
        self.read_samples = 0
        self._stopped = threading.Event()

    def samples(self) -> Iterator[SampledFaces]:
        if self.broken:
            raise self.broken
        for number in range(round(10 / self.every_s)):
            while number >= self.pause_after and not self.go_on.is_set() and not self._stopped.is_set():
                self.go_on.wait(0.01)
            if self._stopped.is_set():
                return
            self.read_samples += 1
            yield sampled(number * self.every_s, 1 + (number % 2 == 0))

    def stop(self) -> None:
        self._stopped.set()


def sampled(at_s: float, n: int) -> SampledFaces:
    """One look at ``n`` people who stay in their places: the first one is happy, all others are sad."""
    readings = [face("happy" if i == 0 else "sad") for i in range(n)]
    looks = np.stack([np.full((5, 5, 3), 10.0 * i, np.float32) for i in range(n)])
    seen = crowd(*readings)
    return SampledFaces(
        at_s, seen.faces.boxes_xyxy, seen.faces.score, seen.probs, seen.reasons, looks, (b"a face",) * n
    )


def crowd(*readings: FaceReading) -> Crowd:
    """These faces in one row, each a little smaller than the one before."""
    boxes = [(100 * i, 0, 100 * i + 80 - i, 80 - i) for i in range(len(readings))]
    probs = [reading.probs or [np.nan] * len(EMOTIONS) for reading in readings]
    faces = Faces(np.array(boxes, np.float32).reshape(-1, 4))
    shares = np.array(probs, np.float32).reshape(-1, len(EMOTIONS))
    return Crowd(faces, shares, tuple(reading.reason for reading in readings))


def picture_faces(*readings: FaceReading) -> PictureFaces:
    """A picture of 800 x 100 with these faces; its JPEG is none."""
    return PictureFaces(800, 100, crowd(*readings), b"a JPEG")


def lacking(sentence: str) -> None:
    """Skip the test for a missing piece, with CI=true fail it; the sentence says what is missing and how to get it."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def face(emotion: str, confidence: float = 0.88, faces_seen: int = 1) -> FaceReading:
    """A usable reading of this emotion; the rest of the probability is shared by the other six."""
    rest = (1 - confidence) / (len(EMOTIONS) - 1)
    return FaceReading(probs=tuple(confidence if e == emotion else rest for e in EMOTIONS), faces_seen=faces_seen)


def readings_frame(rows: Iterable[tuple[int, int, FaceReading]]) -> pd.DataFrame:
    """(at_ms, student id, face) in the shape in which the store gives readings."""
    unknown = (None,) * len(EMOTIONS)
    table = [
        (
            *(number, student_id, at_ms, at_ms, seen.reason, seen.faces_seen),
            *(seen.probs or unknown),
            *(astuple(seen.geometry) if seen.geometry else (None,) * len(GEOMETRY_COLUMNS)),
        )
        for number, (at_ms, student_id, seen) in enumerate(rows, start=1)
    ]
    frame = pd.DataFrame.from_records(table, columns=READING_COLUMNS)
    return frame.astype(dict.fromkeys([*PROB_COLUMNS, *GEOMETRY_COLUMNS], "float64") | {"reason": "object"})


def visits_frame(rows: Iterable[tuple[int, int, int]]) -> pd.DataFrame:
    """(student id, began_ms, seen_ms) in the shape in which the store gives visits."""
    return pd.DataFrame.from_records(list(rows), columns=["student_id", "began_ms", "seen_ms"])


def camera_frame(width: int = 320, height: int = 240, grey: int = 90) -> av.VideoFrame:
    """A frame as it comes from a browser."""
    picture = av.VideoFrame.from_ndarray(np.full((height, width, 3), grey, np.uint8), format="bgr24")
    return picture.reformat(format="yuv420p")


def serve(ticker: Ticker, now_s: float) -> int:
    """One batch, as the ticker's threads do it. Gives how many frames were in it."""
    taken = ticker.choose(now_s)
    ticker.read(taken)
    return len(taken)


def confirm_basis(
    store: Store, clock: Clock, teacher: Teacher, basis: str = "consent", region: Region = Region.OTHER
) -> None:
    """What a teacher confirms on the first screen, in the store; a server that runs finds it there."""
    LawfulBases(store, clock, Settings()).confirm(teacher, region, basis, "", True)


def silent(store: Store, for_ms: int = 3_600_000) -> None:
    """As if the server that has this database had not been heard of for so long."""
    with store._database.begin() as connection:
        connection.execute(update(heartbeat).values(heard_ms=heartbeat.c.heard_ms - for_ms))


def sign_up(accounts: Accounts, name: str = "Ada Teacher") -> SignIn:
    """A new teacher, signed in, who has confirmed the lawful basis."""
    signed_in = accounts.create(accounts.new_key(), name, PASSWORD)
    confirm_basis(accounts._store, accounts._clock, signed_in.teacher)
    return signed_in


def add_teacher(store: Store, name: str = "Ada Teacher", at_ms: int = MONDAY_MS) -> int:
    """A teacher in the store, with no password that opens anything. Gives the id."""
    store.teachers.add_key(f"key of {name}", at_ms + 1)
    return store.teachers.add_with_key(f"key of {name}", name, "no hash", at_ms).id


@dataclass(frozen=True)
class Seeded:
    """A class of two minutes with known numbers: see ``seed_class``."""

    info: ClassInfo
    students: list[Student]
    analyses: int
    usable: int


def seed_class(store: Store, teacher_id: int | None, names: Sequence[str] = ("Ann", "Ben", "Cem")) -> Seeded:
    """The first student is happy and read once a second, the second sad and read every other second with every fourth
    picture empty, the third here without a camera, and so is everybody after."""
    info = store.classes.open(teacher_id, "Optics, 7b", (), MONDAY_MS)
    students = []
    for number, name in enumerate(names):
        sharing = Sharing.CAMERA if number < 2 else Sharing.NOTHING
        token = f"token {info.id} {number}"
        students.append(store.classes.join(info.id, name, token, sharing, MONDAY_MS, len(names)))
    happy, sad = students[:2]
    readings = []
    for second in range(120):
        at_ms = MONDAY_MS + second * 1000
        readings.append(Reading(info.id, happy.id, at_ms, face("happy")))
        if second % 2 == 0:
            readings.append(Reading(info.id, sad.id, at_ms, NO_FACE if second % 8 == 0 else face("sad")))
    for second in range(0, 120, 5):
        seen = {student.id: (info.id, MONDAY_MS + second * 1000) for student in students}
        store.readings.write([], seen, MONDAY_MS + second * 1000)
    store.readings.write(readings, {}, MONDAY_MS + 120_000)
    return Seeded(info, students, analyses=180, usable=120 + 45)


class FakeRoomReader:
    """Reads no picture: gives what stands in ``answers`` one after the other, errors are raised; then the last again."""

    def __init__(self, *answers: SampledFaces | Exception | None) -> None:
        self.answers = list(answers)
        self.sizes: list[tuple[int, int]] = []  # width and height of what it was given
        self.rests = 0
        self.closed = False

    def read(self, at_s: float, frame_bgr: np.ndarray) -> SampledFaces | None:
        self.sizes.append((frame_bgr.shape[1], frame_bgr.shape[0]))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return replace(answer, at_s=at_s) if answer is not None else None

    def rest(self) -> None:
        self.rests += 1

    def close(self) -> None:
        self.closed = True
