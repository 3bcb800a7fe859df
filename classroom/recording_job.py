"""One recording of a teacher, from its upload to what was found in it."""

import logging
import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from classroom.errors import BadInput, ClassroomError
from classroom.naming import clean_name, name_key
from classroom.people import People, Person, merged
from classroom.recording_reader import RecordingReader
from classroom.recordings import RecordingInfo

logger = logging.getLogger(__name__)

# Samples may end this much before the file says so, and nothing is said about it.
SHORT_END_S = 5.0


class Stage(StrEnum):
    UPLOADING = "uploading"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """How far reading is. ``share`` and ``left_s`` are ``None`` where the file does not say how long it is."""

    samples: int
    samples_per_s: float
    share: float | None
    left_s: float | None


class RecordingJob:
    """Belongs to a teacher, not to a page. What a teacher changes of the people is kept here, too.

    Attributes:
        upload_id: names it while it is uploaded; of no use without the teacher's cookie.
        name: of the file, as the teacher's machine calls it.
        every_s: distance of the samples.
        with_names: whether the names in the tiles of a call are to be read, where that is possible.
        received_bytes: of ``size_bytes``.
        error: why it failed, in a sentence.
        problems: what could not be read, a sentence each.
        people: who was seen, without those that the teacher left out.
        passers_by, left_out: how many were seen too seldom to count, and how many the teacher left out.
        times_s: (k,) when samples were taken, seconds from the start.
        began_ms: when the recording began, UTC.
        saved_as: id of the class that it was saved as.
    """

    def __init__(
        self,
        upload_id: str,
        teacher_id: int,
        name: str,
        size_bytes: int,
        every_s: float,
        at_ms: int,
        with_names: bool = True,
    ) -> None:
        self.upload_id, self.teacher_id, self.name = upload_id, teacher_id, name
        self.size_bytes, self.every_s, self.with_names = size_bytes, every_s, with_names
        self.stage = Stage.UPLOADING
        self.is_claimed = False  # somebody brings its bytes
        self.received_bytes = 0
        self.info: RecordingInfo | None = None
        self.error = ""
        self.problems: list[str] = []
        self.people: list[Person] = []
        self.passers_by = 0
        self.left_out = 0
        self.times_s = np.empty(0)
        self.began_ms = 0
        self.was_stopped = False
        self._why_stopped = ""
        self.saved_as: int | None = None
        self.looked_ms = at_ms
        self._got_on = (0, 0, time.monotonic())  # bytes, samples, and when there were more of them
        self._reader: RecordingReader | None = None
        self._started_s = 0.0
        self._lock = threading.Lock()

    @property
    def title(self) -> str:
        """The name of the file without its ending: a class that it is saved as is called so at first."""
        return self.name.rpartition(".")[0] or self.name

    @property
    def is_running(self) -> bool:
        return self.stage in (Stage.UPLOADING, Stage.READING)

    def progress(self) -> Progress:
        """How far reading is, now."""
        samples = self._reader.read_samples if self._reader else 0
        took_s = max(time.monotonic() - self._started_s, 0.1)
        if not self.info or not self.info.duration_s:
            return Progress(samples, samples / took_s, None, None)
        share = min(samples * self.every_s / self.info.duration_s, 1.0)
        return Progress(samples, samples / took_s, share, took_s * (1 / share - 1) if share > 0.01 else None)

    def read(self, path: Path, workers: int, models_dir: Path | None) -> None:
        """Read the file to its end, or until ``stop``. For a thread of its own; never raises."""
        self._started_s = time.monotonic()
        try:
            reader = RecordingReader(path, self.every_s, workers, models_dir, self.info, self.with_names)
            with self._lock:
                self._reader = reader
            if self.was_stopped:
                reader.stop()
            people = People()
            for sample in reader.samples():
                people.add(sample)
            self._finish(people, reader)
        except ClassroomError as error:
            self.fail(str(error))
        except Exception:
            logger.exception("Reading a recording failed in an unforeseen way.")
            self.fail(
                "Reading this recording failed. Try it once more; if it fails again, save it anew as MP4 (H.264)."
            )

    def stop(self, why: str = "") -> None:
        """Read no further; what is read is kept. ``why``: a sentence for the teacher, who did not do it."""
        self.was_stopped, self._why_stopped = True, why
        with self._lock:
            reader = self._reader
        if reader:
            reader.stop()

    def fail(self, sentence: str) -> None:
        self.error, self.stage = sentence, Stage.FAILED

    def is_stuck(self, for_s: float) -> bool:
        """Whether upload or reading has not got on for so long, as far as those who asked before know."""
        now = (self.received_bytes, self._reader.read_samples if self._reader else 0)
        if now != self._got_on[:2] or not self.is_running:
            self._got_on = (*now, time.monotonic())
        return time.monotonic() - self._got_on[2] > for_s

    # What the teacher changes

    def rename(self, number: int, typed: str) -> None:
        """Give a person another name.

        Raises:
            BadInput: no name, or somebody else's.
        """
        name = clean_name(typed)
        if any(name_key(person.name) == name_key(name) for person in self.people if person.number != number):
            raise BadInput(
                f"Somebody else is called {name!r}. If it is the same person, choose both and make them one."
            )
        self._replace_people(
            [
                replace(person, name=name, is_name_read=False) if person.number == number else person
                for person in self.people
            ]
        )

    def merge(self, numbers: list[int]) -> None:
        """Make several people one. Raises ``BadInput`` for fewer than two."""
        self._replace_people(merged(self.people, numbers))

    def leave_out(self, numbers: list[int]) -> None:
        """Without these people."""
        self.left_out += len(numbers)
        self._replace_people([person for person in self.people if person.number not in numbers])

    def _replace_people(self, people: list[Person]) -> None:
        self.people, self.saved_as = people, None  # what was saved are not these any more

    def _finish(self, people: People, reader: RecordingReader) -> None:
        self.times_s = people.times_s
        if not len(self.times_s):
            sentence = "Nothing was read before it was stopped." if self.was_stopped else "No frame could be read."
            self.fail(f"{sentence} Choose the recording again.")
            return
        self.people, self.passers_by = people.found(), people.passers_by
        self.problems = [*reader.problems, *([self._why_stopped] if self._why_stopped else [])]
        duration_s, last_s = reader.info.duration_s, float(self.times_s[-1])
        if duration_s and not self.was_stopped and last_s < duration_s - SHORT_END_S - self.every_s:
            self.problems.append(
                f"The file says that it is {clock(duration_s)} long, and has pictures until {clock(last_s)} only: it is"
                " damaged or cut off there."
            )
        self.stage = Stage.DONE


def clock(seconds: float) -> str:
    """A place in a recording: minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
