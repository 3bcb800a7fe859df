"""Pictures in place of video: who may send them, how often, and what a bad one costs."""

import logging

import cv2
import numpy as np
import pytest

from classroom import picture_way
from classroom.analysis_desk import AnalysisDesk
from classroom.errors import BadInput, EngineError, NotAllowed
from classroom.picture_way import AFTER_BAD_MS, EVERY_MS, FASTEST_MS, PictureWay
from classroom.pictures import MAX_CAMERA_BYTES, camera_frame_of
from classroom.records import Sharing, Student
from classroom.slots import FrameSlots, Slot
from tests.classroom.test_pictures import BAD, picture, saved
from tests.fakes import camera_frame

ANN, BEN = (Student(number, 1, name, Sharing.CAMERA, 0) for number, name in ((1, "Ann"), (2, "Ben")))
JPEG = saved(picture(320, 240))


class Way(PictureWay):
    """With slots of its own; ``wanted`` are the students who share a camera, ``asked`` counts what was decoded."""

    def __init__(self, clock, decode=camera_frame_of) -> None:
        self.slots, self.wanted, self.asked = FrameSlots(), {ANN.id, BEN.id}, 0
        self.clock = clock

        def counted(content):
            self.asked += 1
            return decode(content)

        super().__init__(self.slots, lambda student_id: student_id in self.wanted, self.video, counted, clock)

    def video(self, student, frame) -> None:
        self.slots.put(Slot(student.id, student.class_id, self.clock(), frame))


@pytest.fixture
def way(clock) -> Way:
    return Way(clock)


def test_a_picture_becomes_the_newest_frame_of_its_student(way):
    way.arrived(ANN, JPEG)
    assert way.slots.fresh() == [ANN.id]
    shown = way.slots.take(ANN.id).frame.to_ndarray(format="bgr24")
    assert shown.shape == (240, 320, 3)
    assert shown[120, 40, 2] > 150 > shown[120, 40, 0], "red on its left, as it was sent"


def test_who_sends_pictures_is_marked_until_video_comes(way, clock):
    assert not way.is_used_by(ANN.id)
    way.arrived(ANN, JPEG)
    assert way.is_used_by(ANN.id)
    assert not way.is_used_by(BEN.id)
    clock.advance(1)
    way.video(ANN, camera_frame())
    assert not way.is_used_by(ANN.id)


def test_nothing_is_decoded_of_who_does_not_share_a_camera(way):
    way.wanted.discard(ANN.id)
    with pytest.raises(NotAllowed):
        way.arrived(ANN, JPEG)
    assert (way.asked, way.slots.fresh()) == (0, [])


def test_too_many_cost_nothing_and_one_every_two_seconds_is_always_taken(way, clock):
    for _ in range(5):
        way.arrived(ANN, JPEG)
        clock.advance((FASTEST_MS - 100) / 1000)
        with pytest.raises(NotAllowed):
            way.arrived(ANN, JPEG)
        clock.advance((EVERY_MS - FASTEST_MS + 100) / 1000)
    assert way.asked == 5


def test_a_bad_picture_is_said_in_the_log_and_silences_its_sender_only(way, clock, caplog):
    with caplog.at_level(logging.WARNING), pytest.raises(BadInput):
        way.arrived(ANN, b"Dear diary")
    assert "student 1" in caplog.text
    way.arrived(BEN, JPEG)
    clock.advance((AFTER_BAD_MS - 1) / 1000)
    with pytest.raises(NotAllowed):
        way.arrived(ANN, JPEG)
    clock.advance(0.001)
    way.arrived(ANN, JPEG)


def test_what_waits_for_the_decoder_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(picture_way, "MOST_WAITING", 1)
    refused = []

    def decode(content):
        with pytest.raises(NotAllowed) as error:
            way.arrived(BEN, content)  # while Ann's is being decoded
        refused.append(error)
        return camera_frame_of(content)

    way = Way(clock, decode)
    way.arrived(ANN, JPEG)
    assert len(refused) == 1
    clock.advance(2)
    way._decode = camera_frame_of
    way.arrived(BEN, JPEG)


def test_a_decoder_that_is_away_lets_the_next_one_through(way, clock):
    def away(content):
        raise EngineError("It ended.")

    for _ in range(picture_way.MOST_WAITING + 1):
        way._decode = away
        with pytest.raises(EngineError):
            way.arrived(ANN, JPEG)
        clock.advance(2)
    way._decode = camera_frame_of
    way.arrived(ANN, JPEG)


def test_nothing_grows_with_who_came_and_went(way, clock):
    for number in range(100):
        student = Student(number, 1, "x", Sharing.CAMERA, 0)
        way.wanted.add(number)
        way.arrived(student, JPEG)
        clock.advance(60)
    assert len(way._next_ms) < 10 and len(way._arrived_ms) < 10


NOT_FROM_A_PAGE = {name: content for name, (content, _) in BAD.items()} | {
    "a PNG": saved(picture(), "PNG"),
    "larger than pages make": saved(picture(960, 720)),
    "a small file of many pixels": saved(picture(6000, 3000)),
    "more bytes than pages make": JPEG + b"\0" * MAX_CAMERA_BYTES,
}


@pytest.mark.parametrize("name", NOT_FROM_A_PAGE)
def test_only_a_small_whole_jpeg_is_a_picture_of_a_camera(name):
    with pytest.raises(BadInput):
        camera_frame_of(NOT_FROM_A_PAGE[name])


def test_the_real_decoder_answers_bad_ones_and_goes_on():
    desk = AnalysisDesk(None, 20.0, "classroom.picture_process")
    try:
        assert desk.frame(JPEG).shape == (240, 320, 3)
        pid = desk.pid
        for content in (b"", NOT_FROM_A_PAGE["a bomb"], NOT_FROM_A_PAGE["larger than pages make"], JPEG[:100]):
            with pytest.raises(BadInput):
                desk.frame(content)
        assert np.array_equal(desk.frame(JPEG), cv2.imdecode(np.frombuffer(JPEG, np.uint8), cv2.IMREAD_COLOR))
        assert desk.pid == pid
    finally:
        desk.close()
