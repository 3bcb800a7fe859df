"""The recordings that teachers have uploaded: at most one a teacher, at most two at work on the server.

A file lies in a private folder while it is read and no longer: it goes when reading ends, fails or is cancelled, when
the server stops, and what a killed server left behind goes at the next start (``server_folder``). What was found stays
in memory until nobody has looked at it for half an hour.
"""

import contextlib
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from classroom.analysis_desk import AnalysisDesk
from classroom.clock import Clock
from classroom.codes import new_token
from classroom.errors import BadInput, ClassroomError
from classroom.naming import clean_text
from classroom.recording_job import RecordingJob, Stage
from classroom.recording_reader import GIVEN_UP
from classroom.recordings import ENDINGS
from classroom.server_folder import remove

logger = logging.getLogger(__name__)

MOST_AT_WORK = 2
KEPT_MS = 30 * 60_000
# An upload or a reading that does not get on for so long has hung.
STUCK_S = 180.0
SWEEP_EVERY_S = 20.0
ROOM_LEFT_BYTES = 500_000_000  # on the disk, for everything else
EVERY_S = (0.2, 10.0)
_EARLIEST_MS = 631_152_000_000  # 1990: cameras without a clock say 1904 or 1970
# Messages name the file by its path; what a teacher calls it is not for a path.
_FILE = "This file"


class AnalysisJobs:
    """Owns the folder, a thread a recording that is read, and one that clears away. ``close()`` may be called twice.

    Args:
        folder: for the files; ``None``: one that is made when it is needed.
    """

    def __init__(
        self, folder: Path | None, max_mb: int, desk: AnalysisDesk, clock: Clock, models_dir: Path | None = None
    ) -> None:
        self.max_mb = max_mb
        self._is_own_folder = folder is None
        self.desk = desk
        self._folder, self._clock, self._models_dir = folder, clock, models_dir
        # One core is left for a class that is running.
        self._workers = min(max((os.cpu_count() or 2) - 1, 1), 4)
        self._jobs: dict[int, RecordingJob] = {}  # by teacher
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._sweeper = threading.Thread(target=self._sweep_on, name="analysis-sweeper", daemon=True)
        self._sweeper.start()

    def begin(
        self, teacher_id: int, name: str, size_bytes: int, every_s: float, with_names: bool = True
    ) -> RecordingJob:
        """Make room for an upload. What this teacher had from an earlier recording is forgotten.

        Args:
            with_names: read the names in the tiles of a call, where that is possible.

        Raises:
            BadInput: it cannot be taken, with what to do.
        """
        name = clean_text(name, 120) or "recording"
        self._check(name, size_bytes, every_s)
        with self._lock:
            if self._closing.is_set():
                raise BadInput("The server is stopping. Try again in a minute.")
            own = self._jobs.get(teacher_id)
            if own and own.is_running:
                raise BadInput(f"Your recording “{own.name}” is still at work. Wait for it, or stop it first.")
            if sum(job.is_running for job in self._jobs.values()) >= MOST_AT_WORK:
                raise BadInput("Other teachers' recordings are being read at the moment. Try again in some minutes.")
            job = RecordingJob(new_token(), teacher_id, name, size_bytes, every_s, self._clock(), with_names)
            self._jobs[teacher_id] = job
        with self._kept_or_dropped(job):
            folder = self._folder_of(job)
            folder.mkdir(mode=0o700)
            if shutil.disk_usage(folder).free < size_bytes + ROOM_LEFT_BYTES:
                raise BadInput("The server's disk has no room for this recording. Tell whoever runs it, or cut it.")
        return job

    def of(self, teacher_id: int) -> RecordingJob | None:
        """The teacher's recording, which counts as a look at it."""
        with self._lock:
            job = self._jobs.get(teacher_id)
        if job:
            job.looked_ms = self._clock()
        return job

    def claim(self, teacher_id: int, upload_id: str) -> RecordingJob | None:
        """The teacher's recording that is to be uploaded under this id; once, for whoever brings its bytes."""
        with self._lock:
            job = self._jobs.get(teacher_id)
            if job is None or job.upload_id != upload_id or job.stage is not Stage.UPLOADING or job.is_claimed:
                return None
            job.is_claimed = True
            return job

    def receive(self, job: RecordingJob, chunk: bytes) -> None:
        """Write the next part of the file.

        Raises:
            BadInput: it is larger than was said, was cancelled, or the disk is full; the file is gone.
        """
        with self._kept_or_dropped(job):
            if not self._is_here(job):
                raise BadInput("The upload was cancelled.")
            if job.received_bytes + len(chunk) > min(job.size_bytes, self.max_mb * 1024 * 1024):
                raise BadInput(self._too_large())
            with self._path_of(job).open("ab") as file:
                file.write(chunk)
        job.received_bytes += len(chunk)

    def start(self, job: RecordingJob, changed_ms: int) -> None:
        """The upload is complete: look into it, and begin to read it.

        Args:
            changed_ms: when the file was last changed on the teacher's machine.

        Raises:
            BadInput, EngineError: it cannot be read; the file is gone.
        """
        with self._kept_or_dropped(job):
            if job.received_bytes < job.size_bytes:
                raise BadInput("The upload was cut off. Choose the recording again.")
            path = self._path_of(job)
            if not job.size_bytes:
                path.touch()
            if _EARLIEST_MS < changed_ms <= self._clock():
                os.utime(path, (changed_ms / 1000, changed_ms / 1000))  # else it would be as old as its upload
            job.info = self.desk.recording(path)
            job.began_ms = next(
                at_ms
                for at_ms in (job.info.recorded_ms, changed_ms, self._clock())
                if _EARLIEST_MS < at_ms <= self._clock()
            )
            with self._lock:
                if self._jobs.get(job.teacher_id) is not job:
                    raise BadInput("The upload was cancelled.")
                job.stage = Stage.READING
                thread = threading.Thread(target=self._read, args=(job,), name="recording-job", daemon=True)
                self._threads = [each for each in self._threads if each.is_alive()] + [thread]
                thread.start()

    def drop(self, job: RecordingJob) -> None:
        """Forget a recording, whatever it is at; its file goes."""
        with self._lock:
            if self._jobs.get(job.teacher_id) is job:
                del self._jobs[job.teacher_id]
        was_reading = job.stage is Stage.READING
        job.stop()
        if not was_reading:  # else its thread does it, once nobody reads the file any more
            remove(self._folder_of(job))

    def drop_all(self) -> None:
        """Forget every recording: no file may be read any more."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            self.drop(job)

    def drop_saved_as(self, class_id: int) -> None:
        """A class has been erased: what is in memory of the recording that it was made from goes, too."""
        with self._lock:
            jobs = [job for job in self._jobs.values() if job.saved_as == class_id]
        for job in jobs:
            self.drop(job)

    def sweep(self) -> None:
        """Drop what nobody has looked at for long, and what has hung."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            if job.is_stuck(STUCK_S):
                logger.warning("A recording does not get on; it is given up.")
                if job.stage is Stage.READING:
                    job.stop(GIVEN_UP)
                else:
                    self.drop(job)
            elif not job.is_running and self._clock() - job.looked_ms > KEPT_MS:
                self.drop(job)

    def close(self) -> None:
        """Stop everything; no file stays."""
        self._closing.set()
        with self._lock:
            jobs, self._jobs = list(self._jobs.values()), {}
        for job in jobs:
            job.stop()
        for thread in [*self._threads, self._sweeper]:
            thread.join(timeout=15)
        for job in jobs:
            remove(self._folder_of(job))
        if self._is_own_folder and self._folder:
            remove(self._folder)

    @contextlib.contextmanager
    def _kept_or_dropped(self, job: RecordingJob) -> Iterator[None]:
        """A recording that fails on its way in is forgotten; what the disk says becomes ``BadInput``."""
        try:
            yield
        except OSError as error:
            self.drop(job)
            raise BadInput(
                f"The server cannot keep this recording ({error.strerror}). Tell whoever runs it."
            ) from error
        except ClassroomError:
            self.drop(job)
            raise

    def _check(self, name: str, size_bytes: int, every_s: float) -> None:
        if not name.lower().endswith(ENDINGS):
            kinds = ", ".join(ending[1:].upper() for ending in ENDINGS[:-1])
            raise BadInput(f"“{name}” is no recording that can be read. Choose one of these kinds: {kinds}.")
        if size_bytes == 0:
            raise BadInput("This file is empty. Choose another one.")
        if size_bytes < 0:
            raise BadInput("It was not said how large this recording is. Choose it again.")
        if size_bytes > self.max_mb * 1024 * 1024:
            raise BadInput(self._too_large())
        if not EVERY_S[0] <= every_s <= EVERY_S[1]:
            raise BadInput(f"Look every {EVERY_S[0]} to {EVERY_S[1]:.0f} seconds.")

    def _too_large(self) -> str:
        return f"This recording is larger than {as_size(self.max_mb)}. Cut it into parts, or save it smaller."

    def _read(self, job: RecordingJob) -> None:
        try:
            job.read(self._path_of(job), self._workers, self._models_dir)
        finally:
            remove(self._folder_of(job))

    def _is_here(self, job: RecordingJob) -> bool:
        with self._lock:
            return self._jobs.get(job.teacher_id) is job

    def _folder_of(self, job: RecordingJob) -> Path:
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="classpulse-"))
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._folder / job.upload_id

    def _path_of(self, job: RecordingJob) -> Path:
        return self._folder_of(job) / _FILE

    def _sweep_on(self) -> None:
        while not self._closing.wait(SWEEP_EVERY_S):
            try:
                self.sweep()
            except Exception:
                logger.exception("Clearing away old recordings failed.")


def as_size(megabytes: float) -> str:
    """A size in words, such as “4 GB”."""
    return f"{megabytes / 1024:.3g} GB" if megabytes >= 1000 else f"{megabytes:.3g} MB"
