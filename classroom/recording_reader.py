"""Reads a recording with several child processes at once, minute by minute, and gives the samples in their order.

The parts are the same however many children there are, and each part is searched from its own beginning, so a recording
read twice gives the same numbers. A crash in a decoder costs that part, not the program, and so does one that hangs.
"""

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from classroom.child import Child
from classroom.errors import BadInput, ChildEnded, ChildHangs, EngineError
from classroom.recordings import RecordingInfo, recording_info
from classroom.sampled_faces import SampledFaces

logger = logging.getLogger(__name__)

PART_S = 60.0
TRIES = 2  # of a part whose child dies
# Seconds. A first start fetches the model files.
START_TIMEOUT_S = 300.0
# Until the next sample. The largest picture takes 13 s of a core, and whatever else the machine does goes first.
SAMPLE_TIMEOUT_S = 120.0
GIVEN_UP = "It could be read no further. Save it anew as MP4 (H.264) if the rest matters."
MOST_HANGS = 3  # of a recording; then it is not worth the time of the rest
AHEAD = 3  # parts a child may be in front of who reads: bounds the memory


class RecordingReader:
    """One recording, read once. ``close()`` ends the children, and may be called twice; ``stop()`` keeps what is read.

    Args:
        path: of the recording.
        every_s: distance of the samples.
        workers: child processes; as many as there are cores without it.
        models_dir: folder with the detector's model file.
        info: of this recording, where it has been asked for already.
        with_names: read the names in the tiles of a call, where Tesseract is installed.

    Raises:
        BadInput: no recording that can be read.
    """

    def __init__(
        self,
        path: Path,
        every_s: float = 0.5,
        workers: int | None = None,
        models_dir: Path | None = None,
        info: RecordingInfo | None = None,
        with_names: bool = True,
    ) -> None:
        if not 0.04 <= every_s <= 60:
            raise BadInput(f"Take a sample every 0.04 to 60 seconds, not every {every_s}.")
        self.info = info if info is not None else recording_info(path)
        self.every_s = every_s
        self.problems: list[str] = []  # what could not be read, a sentence each
        self._path, self._models_dir, self._with_names = path, models_dir, with_names
        self._parts = _parts(self.info.duration_s)
        self._workers = min(workers or os.cpu_count() or 1, len(self._parts))
        self._next = 0  # part to be begun
        self._wanted = 0  # part that is given out now
        self._ready: dict[int, list[SampledFaces]] = {}
        self._failed: Exception | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._stopping = False
        self._cut: set[int] = set()  # parts that were being read when it was stopped
        self._counts = [0] * len(self._parts)
        self._hangs = 0
        self._children: dict[int, Child] = {}

    @property
    def read_samples(self) -> int:
        """How many samples are read by now, in whatever part: what a progress bar shows."""
        return sum(self._counts)

    def samples(self) -> Iterator[SampledFaces]:
        """All samples in their order.

        Raises:
            BadInput: what the header promised cannot be read.
            EngineError: the children cannot start.
        """
        threads = [
            threading.Thread(target=self._work, args=(number,), name=f"recording-{number}", daemon=True)
            for number in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        try:
            for part in range(len(self._parts)):
                with self._changed:
                    self._wanted = part
                    self._changed.notify_all()
                    self._changed.wait_for(lambda part=part: part in self._ready or self._failed or self._closing)
                    if self._failed:
                        raise self._failed
                    if self._closing and not self._stopping:
                        return
                    is_stopped = self._closing
                if is_stopped:
                    for thread in threads:  # they say how far their parts came
                        thread.join(timeout=10)
                with self._changed:
                    found = self._ready.pop(part, None)
                if found is None:
                    return
                yield from found
                if part in self._cut:
                    return
        finally:
            self.close()
            for thread in threads:
                thread.join(timeout=10)

    def stop(self) -> None:
        """Ends reading; ``samples`` still gives what was read without a hole, and then ends."""
        self._stopping = True
        self.close()

    def close(self) -> None:
        """Ends reading; what was given out stays given out."""
        with self._changed:
            self._closing = True
            children = list(self._children.values())
            self._changed.notify_all()
        for child in children:
            child.kill()

    def _work(self, number: int) -> None:
        """One thread a child: takes the next part, until there is none."""
        try:
            while (part := self._take()) is not None:
                found = self._read_part(number, part)
                with self._changed:
                    self._ready[part] = found
                    self._changed.notify_all()
        except Exception as error:  # whatever it was, who waits for the samples must hear of it
            with self._changed:
                self._failed = self._failed or error
                self._changed.notify_all()
        finally:
            self._end(number)

    def _take(self) -> int | None:
        with self._changed:
            limit = AHEAD * self._workers
            self._changed.wait_for(lambda: self._closing or self._next - self._wanted < limit)
            if self._closing or self._failed or self._next >= len(self._parts):
                return None
            self._next += 1
            return self._next - 1

    def _read_part(self, number: int, part: int) -> list[SampledFaces]:
        from_s, until_s = self._parts[part]
        for _ in range(TRIES):
            found: list[SampledFaces] = []
            try:
                request = (self._path, self.every_s, from_s, until_s, self._with_names)
                for kind, content in _answers(self._child(number), request):
                    if kind == "bad":
                        raise BadInput(content)
                    if kind == "done":
                        return found
                    found.append(content)
                    self._counts[part] = len(found)
            except ChildHangs:
                self._end(number)
                self._hung(from_s)
                return found
            except ChildEnded:
                self._end(number)
                if self._closing:
                    self._cut.add(part)
                    return found
                logger.warning("A process that read a recording ended at part %d.", part)
        with self._changed:
            self.problems.append(
                f"From {_clock(from_s)} on, up to a minute could not be read: the file is damaged there."
            )
        return found

    def _hung(self, from_s: float) -> None:
        """A child was killed in the part that begins there. It is not tried again: it would take as long again."""
        logger.warning("A process that read a recording hung in the part from %s on.", _clock(from_s))
        said = f"From {_clock(from_s)} on, up to a minute was left out: reading it took longer than it may."
        with self._changed:
            self._hangs += 1
            is_enough = self._hangs == min(MOST_HANGS, len(self._parts))
            self.problems.append(f"{said} {GIVEN_UP}" if is_enough else said)
        if is_enough:
            self.stop()

    def _child(self, number: int) -> Child:
        """The running child of this thread, started when there is none. Raises ``EngineError`` and ``ChildEnded``."""
        if number in self._children:
            return self._children[number]
        child = Child("classroom.recording_process", self._models_dir)
        with self._changed:
            self._children[number] = child
            if self._closing:
                child.kill()
        try:
            child.wait_until_ready(START_TIMEOUT_S)
        except ChildHangs as error:
            sentence = "The process that reads recordings does not start. Try again when the machine has less to do."
            raise EngineError(sentence) from error
        return child

    def _end(self, number: int) -> None:
        with self._changed:
            child = self._children.pop(number, None)
        if child:
            child.end()


def _answers(child: Child, request: tuple) -> Iterator[tuple]:
    """What a child says to a request, for as long as somebody wants it. Raises ``ChildEnded`` and ``ChildHangs``."""
    with child.within(SAMPLE_TIMEOUT_S):
        child.send(request)
        answer = child.receive()
    while True:
        yield answer
        with child.within(SAMPLE_TIMEOUT_S):
            answer = child.receive()


def _parts(duration_s: float | None) -> list[tuple[float, float | None]]:
    """(from, until) of each part; the last one goes on to the file's real end, whatever its header says."""
    if duration_s is None:
        return [(0.0, None)]
    count = max(1, int(duration_s // PART_S))
    parts: list[tuple[float, float | None]] = [(i * PART_S, (i + 1) * PART_S) for i in range(count)]
    parts[-1] = (parts[-1][0], None)
    return parts


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
