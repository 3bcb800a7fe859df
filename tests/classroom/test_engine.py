"""The real child process: started, spoken to, killed, stopped and closed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from classroom.engine import EngineState, LocalEngine, wait_until_ready
from classroom.errors import EngineError
from classroom.settings import ROOT
from fer_model.reading import Reason
from tests.media import astronaut_bgr

START_S = 60  # a machine that trains at the same time needs longer than the two seconds of an idle one
# Far more than a pipe holds, as every camera picture is.
FRAME = np.zeros((480, 640, 3), np.uint8)


@pytest.fixture(scope="module")
def running():
    engine = LocalEngine()
    assert wait_until_ready(engine, START_S), engine.problem
    yield engine
    engine.close()


@pytest.fixture
def engine(running):
    """The one child of this file, warm whatever the test before has done to it."""
    assert wait_until_ready(running, START_S), running.problem
    return running


def answer_or_error(engine: LocalEngine, frames) -> list | EngineError:
    try:
        return engine.analyse(frames)
    except EngineError as error:
        return error


def test_no_frames_give_no_readings(engine):
    assert engine.analyse([]) == []


def test_a_real_face_is_found_and_answers_keep_the_order_of_the_frames(engine):
    face, black = astronaut_bgr(), np.zeros((240, 320, 3), np.uint8)
    readings = engine.analyse([black, face, black])
    assert [reading.faces_seen for reading in readings] == [0, 1, 0]
    assert [readings[0].reason, readings[2].reason] == [Reason.CAMERA_OFF] * 2
    left, top, right, bottom = readings[1].box_xyxy
    assert 150 < left < right < 300
    assert 50 < top < bottom < 220


@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (3000, 2, 3), (240, 320), (240, 320, 4)])
def test_a_frame_of_any_shape_costs_neither_the_others_nor_the_child(engine, shape):
    pid = engine.pid
    broken, face = engine.analyse([np.full(shape, 200, np.uint8), astronaut_bgr()])
    assert not broken.usable
    assert face.faces_seen == 1
    assert engine.pid == pid


def test_two_who_ask_at_once_each_get_their_own_answers(engine):
    answers = {}

    def ask(faces: int) -> None:
        for _ in range(5):
            answers.setdefault(faces, []).append(engine.analyse([astronaut_bgr()] * faces))

    threads = [threading.Thread(target=ask, args=(faces,)) for faces in (1, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {faces: {len(one) for one in got} for faces, got in answers.items()} == {1: {1}, 3: {3}}


def test_a_killed_child_is_an_error_and_back_within_ten_seconds(engine):
    old = engine.pid
    os.kill(old, signal.SIGKILL)
    assert isinstance(answer_or_error(engine, [FRAME]), EngineError)
    assert engine.state is not EngineState.READY
    assert engine.problem, "the board has a sentence to show"
    assert wait_until_ready(engine, 10), engine.problem
    assert engine.pid != old
    assert engine.problem == ""
    assert engine.restarted_lately, "a board that looks only now still hears of it"
    assert engine.analyse([astronaut_bgr()])[0].faces_seen == 1


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ([np.zeros((8, 8, 3), np.uint8)], "the question fits into the pipe, the answer does not come"),
        ([FRAME] * 8, "the question does not even fit into the pipe"),
    ],
)
def test_a_hanging_child_is_noticed_and_replaced(engine, monkeypatch, frames, why):
    monkeypatch.setattr("classroom.engine.BATCH_TIMEOUT_S", 0.3)
    old = engine.pid
    os.kill(old, signal.SIGSTOP)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(answer_or_error(engine, frames)), daemon=True)
    asking.start()
    asking.join(timeout=10)
    if asking.is_alive():
        os.kill(old, signal.SIGKILL)  # else the whole run would wait with it
    assert answers, "the caller waits for a process that does nothing"
    assert isinstance(answers[0], EngineError)
    monkeypatch.undo()
    assert wait_until_ready(engine, START_S), engine.problem
    assert engine.pid != old
    assert engine.analyse([astronaut_bgr()])[0].faces_seen == 1, "no answer of the old child is given for the new one's"


def test_the_child_knows_neither_tensorflow_nor_streamlit(engine):
    """Read from the process itself: every library it has mapped."""
    maps = Path(f"/proc/{engine.pid}/maps")
    if not maps.exists():
        pytest.skip("only Linux shows what a process has loaded")
    loaded = maps.read_text().lower()
    assert "ai_edge_litert" in loaded
    assert "mediapipe" not in loaded, "it reports to its maker"
    assert "tensorflow/" not in loaded
    assert "pyarrow" not in loaded, "what only Streamlit brings"


def test_an_engine_that_is_closed_stays_closed(monkeypatch):
    engine = LocalEngine()
    engine.close()
    engine.close()
    assert (engine.state, engine.pid) == (EngineState.CLOSED, None)
    assert not engine._keeper.is_alive(), "closed before its child was up, and it still came down"
    with pytest.raises(EngineError, match="shut down"):
        engine.analyse([FRAME])


def test_closing_in_the_very_moment_of_the_start_leaves_no_child_behind(monkeypatch):
    """The child comes into being after ``close`` has looked for one to end."""
    real, closing, born = subprocess.Popen, threading.Event(), []

    def late(*arguments, **options):
        closing.wait(timeout=10)
        born.append(real([sys.executable, "-c", "import time; time.sleep(60)"], **options))
        return born[0]

    monkeypatch.setattr(subprocess, "Popen", late)
    engine = LocalEngine()
    original = engine._end_process
    engine._end_process = lambda: (original(), closing.set())
    engine.close()
    try:
        assert born[0].wait(timeout=5) is not None
        assert not engine._keeper.is_alive()
    finally:
        born[0].kill()


def test_an_engine_without_its_models_says_which_file_is_wrong(tmp_path):
    (tmp_path / "face_detection_short_range.tflite").write_bytes(b"not a model")
    engine = LocalEngine(tmp_path)
    try:
        until = time.monotonic() + START_S
        while not engine.problem and time.monotonic() < until:
            time.sleep(0.05)
        assert "face_detection_short_range.tflite is not the expected file" in engine.problem
        with pytest.raises(EngineError, match="not the expected file"):
            engine.analyse([FRAME])
    finally:
        engine.close()


def test_the_child_ends_with_its_parent():
    """A killed server leaves no process behind: the child's input ends with it."""
    code = (
        "import os, signal\n"
        "from classroom.engine import LocalEngine, wait_until_ready\n"
        "engine = LocalEngine()\n"
        f"assert wait_until_ready(engine, {START_S}), engine.problem\n"
        "print(engine.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, timeout=START_S + 30)
    child = int(done.stdout)
    until = time.monotonic() + 10
    while _lives(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
