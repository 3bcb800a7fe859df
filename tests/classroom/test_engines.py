"""An engine for each kind of class, and the proof that the one without expressions never opens the network's file."""

import subprocess
import sys

import pytest

from classroom.engine import WITH_EXPRESSION, WITHOUT_EXPRESSION, EngineState, LocalEngine, wait_until_ready
from classroom.engines import Engines
from classroom.errors import EngineError
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


def allowed(started: list[str], faces: bool, expression: bool) -> Engines:
    engines = Engines(None, new_engine=made(started))
    engines.allow(faces, expression)
    return engines


def test_before_it_is_known_what_may_be_read_there_is_no_engine_and_nothing_is_read():
    started: list[str] = []
    engines = Engines(None, new_engine=made(started))
    assert started == engines.all == []
    for engine in (engines.usual, engines.of(True), engines.of(False)):
        assert engine.state is EngineState.OFF
        with pytest.raises(EngineError, match="before a teacher has confirmed"):
            engine.analyse([astronaut_bgr()])


def test_an_engine_is_started_when_the_first_class_needs_it_and_once():
    started: list[str] = []
    engines = allowed(started, faces=True, expression=True)
    engines.allow(True, True)
    assert started == [WITH_EXPRESSION]
    assert engines.of(True) is engines.usual
    assert engines.of(False) is engines.of(False) is not engines.usual
    assert started == [WITH_EXPRESSION, WITHOUT_EXPRESSION]


def test_where_expressions_are_off_the_engine_with_the_network_never_exists():
    started: list[str] = []
    engines = allowed(started, faces=True, expression=False)
    assert engines.of(True) is engines.of(False) is engines.usual
    assert started == [WITHOUT_EXPRESSION]


def test_where_no_face_may_be_read_none_exists_whatever_a_class_asks_for():
    started: list[str] = []
    engines = allowed(started, faces=False, expression=True)
    assert engines.of(True) is engines.of(False) is engines.usual
    assert started == engines.all == [] and not engines.expression
    with pytest.raises(EngineError, match="No face is read on this server"):
        engines.usual.analyse([])


@pytest.mark.parametrize(
    ("faces", "expression", "left"),
    [(True, True, {WITH_EXPRESSION, WITHOUT_EXPRESSION}), (True, False, {WITHOUT_EXPRESSION}), (False, True, set())],
)
def test_what_may_no_longer_be_read_ends_its_engine_at_once(faces, expression, left):
    engines = allowed([], faces=True, expression=True)
    engines.of(False)
    before = dict(engines._there)
    engines.allow(faces, expression)
    assert set(engines._there) == left
    assert {module for module, engine in before.items() if engine.state is EngineState.CLOSED} == set(before) - left


def test_all_are_closed_and_none_is_started_afterwards():
    started: list[str] = []
    engines = allowed(started, faces=True, expression=True)
    engines.of(False)
    engines.close()
    assert {engine.state for engine in engines.all} == {"closed"}
    engines.allow(True, True)
    engines.of(True)
    assert len(started) == 2


def test_an_engine_that_was_given_is_closed_also_when_nothing_was_read():
    given = FakeEngine()
    Engines(None, given).close()
    assert given.state is EngineState.CLOSED


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
