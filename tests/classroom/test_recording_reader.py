"""Real children read real recordings."""

import os
import signal
import threading

import numpy as np
import pytest

from classroom import recording_reader
from classroom.errors import BadInput
from classroom.people import People
from classroom.recording_reader import RecordingReader
from tests.media import media, stand_in_clip


def everything(samples) -> list:
    return [(sample.at_s, sample.boxes_xyxy.tolist(), sample.probs.tolist(), sample.reasons) for sample in samples]


def test_a_recording_read_twice_gives_the_same_numbers_however_many_read_it(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_reader, "PART_S", 1.0)
    clip = stand_in_clip(tmp_path, seconds=4)
    alone, together = (everything(RecordingReader(clip, 0.25, workers=n).samples()) for n in (1, 3))
    assert len(alone) == 16
    assert alone == together
    assert all(len(boxes) == 1 for _, boxes, _, _ in alone)


@pytest.mark.parametrize("clip", ["one-face-emotional.mp4", "head-pose-face-detection-female.mp4"])
def test_a_real_recording_of_one_person_is_one_track_in_nearly_all_samples(clip):
    people, reader = People(), RecordingReader(media(clip), 0.5)
    for sample in reader.samples():
        people.add(sample)
    (person,) = people.found()
    assert len(person.at_s) >= 0.95 * len(people.times_s)
    assert person.thumbnail.startswith(b"\xff\xd8")
    assert reader.problems == []


def test_a_child_that_dies_costs_nothing_the_first_time(tmp_path, monkeypatch):
    clip = stand_in_clip(tmp_path, seconds=3)
    reader = RecordingReader(clip, 0.5, workers=1)
    killed = []
    started = RecordingReader._child

    def killed_once(self, number):
        child = started(self, number)
        if not killed:
            killed.append(child.pid)
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        return child

    monkeypatch.setattr(RecordingReader, "_child", killed_once)
    assert len(list(reader.samples())) == 6
    assert reader.problems == []


def test_a_part_that_kills_every_child_is_said_and_the_rest_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(recording_reader, "PART_S", 1.0)
    reader = RecordingReader(stand_in_clip(tmp_path, seconds=3), 0.5, workers=1)
    started, read_part, doomed = RecordingReader._child, RecordingReader._read_part, threading.local()

    def in_part(self, number, part):
        doomed.part = part
        return read_part(self, number, part)

    def killed_in_the_second(self, number):
        child = started(self, number)
        if doomed.part == 1:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        return child

    monkeypatch.setattr(RecordingReader, "_read_part", in_part)
    monkeypatch.setattr(RecordingReader, "_child", killed_in_the_second)
    assert [sample.at_s for sample in reader.samples()] == pytest.approx([0, 0.5, 2.0, 2.5])
    assert reader.problems == ["From 0:01 on, up to a minute could not be read: the file is damaged there."]


def test_closing_in_the_middle_ends_the_samples_and_the_children(tmp_path):
    reader = RecordingReader(stand_in_clip(tmp_path, seconds=4), 0.1, workers=1)
    given = reader.samples()
    next(given)
    children = list(reader._children.values())
    given.close()
    assert all(child.pid is None for child in children)
    assert reader._children == {}
    reader.close()


@pytest.mark.parametrize("every_s", [0, -1, 0.001, 61, float("nan")])
def test_a_distance_of_samples_that_makes_no_sense_is_refused(tmp_path, every_s):
    with pytest.raises(BadInput, match="every 0.04 to 60 seconds"):
        RecordingReader(stand_in_clip(tmp_path, seconds=1), every_s)


def test_a_thumbnail_is_made_for_some_samples_and_never_more_than_faces(tmp_path):
    found = list(RecordingReader(stand_in_clip(tmp_path, seconds=3), 0.2, workers=1).samples())
    with_pictures = [number for number, sample in enumerate(found) if sample.thumbnails]
    assert with_pictures == [0, 10]
    assert all(np.isfinite(sample.looks).all() for sample in found)


def test_stopping_in_the_middle_keeps_what_was_read_without_a_hole(tmp_path):
    reader = RecordingReader(stand_in_clip(tmp_path, seconds=20), 0.1, workers=1)
    given = []
    timer = threading.Thread(target=lambda: (wait_for(lambda: reader.read_samples >= 5), reader.stop()))
    timer.start()
    given += reader.samples()
    timer.join()
    assert 5 <= len(given) < 200
    assert [sample.at_s for sample in given] == pytest.approx(np.arange(len(given)) * 0.1)
    assert reader._children == {}
    assert reader.problems == []


def wait_for(happened) -> None:
    while not happened():
        threading.Event().wait(0.005)
