import pytest

from classroom.engine import EngineState
from classroom.errors import StoreError
from classroom.health import model_part
from classroom.server import ClassServer
from classroom.settings import Settings
from tests.classroom.test_server import join
from tests.fakes import FakeEngine, sign_up


def _away(*_, **__):
    raise StoreError("The class database does not answer.")


def test_all_is_well(server):
    assert [(part.name, part.ok) for part in server.health.parts()] == [
        ("Store", True),
        ("Analysis", True),
        ("Model", True),
        ("Event loop", True),
    ]


@pytest.mark.parametrize("state", [EngineState.STARTING, EngineState.RESTARTING])
def test_an_engine_that_is_not_ready_is_said(server, state):
    server.engine.state, server.engine.problem = state, "Because of the weather."
    assert [(part.name, part.sentence) for part in server.health.parts() if not part.ok] == [
        ("Analysis", "Because of the weather.")
    ]


def test_how_late_the_event_loop_is_is_said(server):
    said = server.health.parts()[-1].sentence
    server.loop_lag.note(0.123)
    assert (said, server.health.parts()[-1].sentence) == (
        "Not measured yet.",
        "Late by at most 123 ms, 99 of 100 times in the last minute.",
    )
    assert server.health.figures()["event_loop_late_p99_ms"] == pytest.approx(123)


def test_a_store_that_is_away_is_said(server, monkeypatch):
    monkeypatch.setattr(server.store.teachers, "count", _away)
    assert [part.name for part in server.health.parts() if not part.ok] == ["Store"]


def test_readings_that_wait_are_said(server, monkeypatch):
    info = server.open_class(sign_up(server.accounts).teacher, "Physics")
    join(server, info, "Ann")
    with monkeypatch.context() as patch:
        patch.setattr(server.store.readings, "write", _away)
        with pytest.raises(StoreError):
            server.recorder.flush()
    store, *_ = server.health.parts()
    assert not store.ok
    assert "tried again" in store.sentence
    server.recorder.flush()
    assert server.health.parts()[0].ok


def test_readings_that_were_lost_are_counted_and_said(server):
    server.recorder.lost = 1_234
    store, *_ = server.health.parts()
    assert store.ok and "1,234 readings were lost" in store.sentence


def test_health_names_the_shipped_model_and_how_good_it_is():
    part = model_part()
    assert part.ok and "emotion.tflite" in part.sentence and "%" in part.sentence


def test_health_of_a_server_without_expressions_names_no_model(tmp_path):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'classes.db'}", expression=False)
    running = ClassServer(settings, engine=FakeEngine())
    try:
        (model,) = [part for part in running.health.parts() if part.name == "Model"]
    finally:
        running.close()
    assert model.ok and model.sentence == "Not used: no expression is computed."


@pytest.mark.parametrize("text", [None, "", "{}", '{"file": "x"}'])
def test_a_model_without_its_spec_is_said_in_a_sentence(tmp_path, text):
    spec = tmp_path / "emotion.json"
    if text is not None:
        spec.write_text(text)
    part = model_part(spec)
    assert not part.ok and "Bring fer_model/weights back" in part.sentence
