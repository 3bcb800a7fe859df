"""Recordings that were made to hurt, through the process that reads them: each ends in samples or in one sentence."""

import os
import signal
import sys

import psutil
import pytest

from classroom import recording_reader
from classroom.analysis_desk import AnalysisDesk
from classroom.child import Child
from classroom.errors import BadInput, EngineError
from classroom.recording_process import MEMORY_BYTES
from classroom.recording_reader import GIVEN_UP, RecordingReader
from tests.corpus.damage import mutations
from tests.corpus.videos import clip, clips, hostile
from tests.media import media, stand_in_clip

COUNT, SEED = 200, 20_261
# Nothing here takes a second by itself; a machine with other work to do is slower, and only a hang takes this long.
LIMIT_S = 120.0


class Reading:
    """The real child, and a file for what it is given."""

    def __init__(self, folder) -> None:
        self.path = folder / "This file"
        self.child = Child("classroom.recording_process")
        self.child.wait_until_ready(LIMIT_S)

    def outcome(self, content: bytes) -> int | str:
        """How many samples, or the sentence, as header and parts are asked for one after the other."""
        self.path.write_bytes(content)
        said = self._asked(("info", self.path))
        return said if isinstance(said, str) else self._asked((self.path, 0.5, 0.0, None, False))

    def _asked(self, request: tuple) -> int | str:
        count = 0
        with self.child.within(LIMIT_S):
            self.child.send(request)
            while (answer := self.child.receive())[0] == "sample":
                count += 1
        return answer[1] if answer[0] == "bad" else count


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    reading = Reading(tmp_path_factory.mktemp("recordings"))
    yield reading
    reading.child.end()


@pytest.fixture(scope="module")
def bombs():
    return hostile()


def is_a_sentence(said: int | str) -> bool:
    return isinstance(said, str) and said.startswith("This file ") and said.endswith(".") and 18 < len(said) < 200


def test_every_recording_that_was_made_to_hurt_is_samples_or_a_sentence(reading, bombs):
    said = {name: reading.outcome(content) for name, content in bombs.items()}
    assert {name: each for name, each in said.items() if isinstance(each, str) and not is_a_sentence(each)} == {}
    assert {name: each for name, each in said.items() if isinstance(each, int)} == {
        # What stands behind a recording is not looked at.
        "an MP4 with a ZIP behind it": 2,
        "an MP4 with a web page behind it": 2,
        "an MKV with a web page behind it": 2,
        "an MP4 with an MKV behind it": 2,
        "an MP4 without its last byte": 2,
        # What comes before the damage is read.
        "an MKV cut in the middle": 1,
        "a WebM cut in the middle": 1,
        "an AVI cut in the middle": 1,
        "pictures that become far too large": 3,
        "an MKV of a second with a year between its pictures": 1,
        "an MP4 whose seconds have no parts": 1,
        # All of it can be read.
        "twenty thousand pictures in two seconds": 5,
        "pictures that change their size": 6,
        "an MP4 whose title is no text": 2,
        "an MKV whose title is no text": 2,
        "an AVI whose index is noise": 2,
        "an MKV whose index is noise": 2,
    }
    assert reading.outcome(clip("mp4", "mpeg4")) == 2, "and the next one is read by the same process"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nothing", "is empty"),
        ("a playlist of the server's own files", "is not a recording"),
        ("sound alone", "has no picture"),
        ("pictures that are far too large", "has pictures of 16383x16383, and at most 25 megapixels"),
        ("an index of sixty million samples", "does not say how large its pictures are"),
        ("an MKV in a codec that nobody knows", "holds no picture that can be decoded"),
        ("an MKV that says it takes years", "is longer than 12 hours"),
    ],
)
def test_what_is_wrong_is_said(reading, bombs, name, says):
    assert says in reading.outcome(bombs[name])


def test_two_hundred_damaged_recordings_end_in_samples_or_a_sentence_and_the_process_lives_on(reading):
    good = clips()
    assert [reading.outcome(content) for content in good] == [2] * 4
    process, said = psutil.Process(reading.child.pid), []
    before = process.memory_info().rss
    for content in mutations(good, COUNT, SEED):
        said.append(reading.outcome(content))
        assert process.memory_info().rss - before < MEMORY_BYTES / 10
    read = sum(isinstance(each, int) for each in said)
    assert all(isinstance(each, int) or is_a_sentence(each) for each in said)
    # Both ends are there, or the mutations would be too weak or too strong to tell anything.
    assert 0.1 < read / COUNT < 0.9
    assert [reading.outcome(content) for content in good] == [2] * 4


def test_a_real_recording_may_be_cut_anywhere(reading):
    whole = media("head-pose-face-detection-female.mp4").read_bytes()
    said = [reading.outcome(whole[: len(whole) * share // 4]) for share in (0, 1, 2, 3)]
    assert all(isinstance(each, int) or is_a_sentence(each) for each in said)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process limit its own memory")
def test_what_outruns_every_check_meets_the_ceiling_of_the_system(reading, bombs):
    """Without it this index takes 24 bytes a sample, 1.4 GB, and half a minute."""
    peak = _peak_bytes(reading.child.pid)
    assert is_a_sentence(reading.outcome(bombs["an index of sixty million samples"]))
    assert _peak_bytes(reading.child.pid) - peak < MEMORY_BYTES / 2


def test_after_a_bomb_the_desk_takes_the_next_recording(tmp_path, bombs):
    desk = AnalysisDesk(read_timeout_s=LIMIT_S)
    try:
        path = tmp_path / "This file"
        path.write_bytes(bombs["an index of sixty million samples"])
        with pytest.raises(BadInput):
            desk.recording(path)
        path.write_bytes(clip("mp4", "mpeg4"))
        assert desk.recording(path).duration_s == 1.0
    finally:
        desk.close()


def test_a_recording_that_says_an_hour_and_has_a_second_gives_that_second(tmp_path):
    content = clip("mp4", "mpeg4")
    at = content.index(b"mdhd") + 20
    unit = int.from_bytes(content[at - 4 : at], "big")
    path = tmp_path / "hour.mp4"
    path.write_bytes(content[:at] + (3_600 * unit).to_bytes(4, "big") + content[at + 4 :])
    reader = RecordingReader(path, 0.5, workers=1)
    assert [sample.at_s for sample in reader.samples()] == [0.0, 0.5]


class Hanging(Child):
    """Stops for good as soon as it is ready."""

    def __init__(self, *_) -> None:
        super().__init__("tests.echo_child")

    def wait_until_ready(self, *limits) -> None:
        super().wait_until_ready(*limits)
        os.kill(self.pid, signal.SIGSTOP)


def test_a_part_that_hangs_is_left_out_in_a_sentence_and_three_are_enough(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_reader, "PART_S", 1.0)
    monkeypatch.setattr(recording_reader, "SAMPLE_TIMEOUT_S", 0.1)
    monkeypatch.setattr(recording_reader, "Child", Hanging)
    reader = RecordingReader(stand_in_clip(tmp_path, seconds=5), 0.5, workers=1)
    assert list(reader.samples()) == []
    assert reader._children == {}
    said = "on, up to a minute was left out: reading it took longer than it may."
    assert reader.problems == [f"From 0:00 {said}", f"From 0:01 {said}", f"From 0:02 {said} {GIVEN_UP}"]


def test_a_process_that_never_gets_ready_is_an_error_and_no_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_reader, "START_TIMEOUT_S", 0.001)
    monkeypatch.setattr(recording_reader, "Child", Hanging)
    reader = RecordingReader(stand_in_clip(tmp_path, seconds=1), 0.5, workers=1)
    with pytest.raises(EngineError, match="does not start"):
        list(reader.samples())
    assert reader._children == {}


def _peak_bytes(pid: int) -> int:
    status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
    return int(status["VmHWM"].split()[0]) * 1024
