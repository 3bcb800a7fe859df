"""Pictures are read in a real process of its own, which may hang, die and be closed."""

import os
import signal
import threading

import cv2
import numpy as np
import pytest

from classroom.analysis_desk import AnalysisDesk
from classroom.errors import BadInput, EngineError
from classroom.pictures import FRAME_SIDE_PX, frame_of
from tests.classroom.test_pictures import BAD
from tests.media import astronaut_bgr, media, stand_in_clip


def jpeg(frame_bgr: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", frame_bgr)[1].tobytes()


@pytest.fixture(scope="module")
def desk():
    desk = AnalysisDesk()
    yield desk
    desk.close()


@pytest.fixture
def portrait() -> bytes:
    return jpeg(astronaut_bgr())


def test_every_face_of_a_picture_is_read_the_largest_first(desk):
    found = desk.picture(media("multi_face.jpg").read_bytes())
    assert len(found.crowd) == 5
    areas = found.crowd.faces.areas.tolist()
    assert areas == sorted(areas, reverse=True)
    assert found.jpeg.startswith(b"\xff\xd8")


def test_a_picture_without_a_face_is_no_error(desk):
    assert len(desk.picture(jpeg(astronaut_bgr()[400:, :100])).crowd) == 0


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_one_sentence_and_costs_nobody_the_process(desk, name, portrait):
    content, words = BAD[name]
    desk.picture(portrait)
    before = desk.pid
    for read in (desk.picture, desk.frame):
        with pytest.raises(BadInput, match=words):
            read(content)
    assert len(desk.picture(portrait).crowd) == 1
    assert desk.pid == before


def test_a_picture_comes_decoded_as_the_engine_takes_it(desk):
    content = jpeg(np.zeros((2000, 3000, 3), np.uint8) + (200, 40, 0))
    frame_bgr = desk.frame(content)
    assert frame_bgr.shape == (FRAME_SIDE_PX * 2 // 3, FRAME_SIDE_PX, 3)
    np.testing.assert_array_equal(frame_bgr, frame_of(content))


def test_the_header_of_a_recording_is_read_there_too(desk, tmp_path):
    info = desk.recording(stand_in_clip(tmp_path, seconds=2))
    assert (info.width_px, info.height_px, round(info.duration_s)) == (320, 240, 2)
    text = tmp_path / "lesson.mp4"
    text.write_text("Dear students, " * 300)
    with pytest.raises(BadInput, match="is not a recording"):
        desk.recording(text)


def test_a_process_that_died_between_two_pictures_is_started_again(desk, portrait):
    desk.picture(portrait)
    died, pid = desk._child, desk.pid
    died.kill()
    died.wait()
    assert len(desk.picture(portrait).crowd) == 1
    assert desk.pid not in (None, pid)


def test_a_picture_that_hangs_is_ended_and_said_and_the_next_one_is_read(portrait):
    desk = AnalysisDesk(read_timeout_s=60)
    try:
        desk.picture(portrait)
        os.kill(desk.pid, signal.SIGSTOP)
        desk._read_timeout_s = 0.2
        with pytest.raises(BadInput, match="took longer than 0 s to read"):
            desk.picture(portrait)
        assert desk.pid is None
        desk._read_timeout_s = 60
        assert len(desk.picture(portrait).crowd) == 1
    finally:
        desk.close()


def test_a_picture_that_ends_the_process_is_said(portrait):
    desk = AnalysisDesk()
    desk.picture(portrait)
    os.kill(desk.pid, signal.SIGSTOP)  # else it might answer before it is killed
    timer = threading.Timer(0.1, desk._child.kill)
    timer.start()
    with pytest.raises(EngineError, match="ended with this picture"):
        desk.picture(portrait)
    desk.close()


def test_a_process_that_cannot_start_says_why(monkeypatch, portrait):
    monkeypatch.setattr("classroom.child.sys.executable", "/bin/false")
    desk = AnalysisDesk()
    with pytest.raises(EngineError, match="does not start"):
        desk.picture(portrait)
    assert desk.pid is None
    desk.close()


def test_after_closing_there_is_no_process_and_a_named_error(portrait):
    desk = AnalysisDesk()
    desk.picture(portrait)
    child = desk._child
    desk.close()
    desk.close()
    assert child.pid is None
    with pytest.raises(EngineError, match="shut down"):
        desk.picture(portrait)
    assert desk.pid is None


def test_a_process_without_work_is_ended(monkeypatch, portrait):
    monkeypatch.setattr("classroom.analysis_desk.IDLE_S", 0.05)
    desk = AnalysisDesk()
    desk.picture(portrait)
    child = desk._child
    child.wait(timeout_s=30)
    assert child.pid is None
    desk.close()
