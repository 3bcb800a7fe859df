"""An engine for each kind of class, and the proof that the one without expressions never opens the network's file."""

import subprocess
import sys

import pytest

from classroom.engine import WITH_EXPRESSION, WITHOUT_EXPRESSION, LocalEngine, wait_until_ready
from classroom.engines import Engines
from classroom.settings import ROOT
from fer_model.reading import Reason
from tests.fakes import FakeEngine
from tests.media import astronaut_bgr

START_S = 60


def made(started: list[str]):
    def new_engine(models_dir, module) -> FakeEngine:
        started.append(module)
        return FakeEngine()

    return new_engine


def test_an_engine_is_started_when_the_first_class_needs_it_and_once():
    started: list[str] = []
    engines = Engines(None, True, new_engine=made(started))
    assert started == [WITH_EXPRESSION]
    assert engines.of(True) is engines.usual
    assert engines.of(False) is engines.of(False) is not engines.usual
    assert started == [WITH_EXPRESSION, WITHOUT_EXPRESSION]


def test_where_expressions_are_off_the_engine_with_the_network_never_exists():
    started: list[str] = []
    engines = Engines(None, False, new_engine=made(started))
    assert engines.of(True) is engines.of(False) is engines.usual
    assert started == [WITHOUT_EXPRESSION]


def test_all_are_closed():
    engines = Engines(None, True, new_engine=made([]))
    engines.of(False)
    engines.close()
    assert {engine.state for engine in engines.all} == {"closed"}


@pytest.mark.parametrize(("module", "opens_it"), [(WITH_EXPRESSION, True), (WITHOUT_EXPRESSION, False)])
def test_the_process_without_expressions_never_opens_the_networks_file(module, opens_it):
    """Every file that the real child opens until it is warm and its input ends, seen by Python's audit hook."""
    code = (
        "import atexit, runpy, sys\n"
        "opened = set()\n"
        "sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == 'open' else None)\n"
        "say = sys.stderr.write\n"
        "atexit.register(lambda: say(f'\\nOPENED {any(name.endswith(\"emotion.tflite\") for name in opened)}\\n'))\n"
        f"sys.argv = [{module!r}]\n"
        f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    assert f"OPENED {opens_it}" in done.stderr.decode()


def test_without_expressions_a_real_face_has_a_pose_and_no_probability():
    engine = LocalEngine(module=WITHOUT_EXPRESSION)
    assert wait_until_ready(engine, START_S), engine.problem
    (reading,) = engine.analyse([astronaut_bgr()])
    engine.close()
    assert (reading.faces_seen, reading.reason, reading.probs) == (1, Reason.NOT_COMPUTED, ())
    assert reading.geometry is not None
