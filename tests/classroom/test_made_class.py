import numpy as np
import pandas as pd
import pytest

from classroom.made_class import CLASS_EVENTS, made_class, main
from classroom.store.tables import PROB_COLUMNS
from fer_model.reading import Reason
from tests.fakes import MONDAY_MS


def test_the_same_seed_makes_the_same_class_and_another_one_another():
    one, again, other = (made_class(seed, students=4, minutes=20, student_events=1) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.readings, again.readings)
    assert one.events == again.events and one.events != other.events


def test_readings_are_as_the_store_gives_them():
    made = made_class(3, students=4, minutes=20, began_ms=MONDAY_MS)
    frame = made.readings
    assert len(frame) == 4 * 20 * 60 and frame["at_ms"].is_monotonic_increasing
    probs = frame[PROB_COLUMNS].to_numpy(float)
    known = ~np.isnan(probs).any(axis=1)
    assert np.allclose(probs[known].sum(axis=1), 1)
    assert (known == frame["reason"].isna()).all()
    assert set(frame["reason"].dropna()) == {Reason.NO_FACE.value, Reason.LOW_CONFIDENCE.value}
    assert frame.loc[frame["reason"] == Reason.NO_FACE.value, "facing"].isna().all()


@pytest.mark.parametrize("rule", CLASS_EVENTS)
def test_an_event_about_the_class_is_noted_once(rule):
    made = made_class(5, students=10, minutes=30, class_event=rule)
    (event,) = [event for event in made.events if event.rule == rule]
    assert event.student_id is None and made.began_ms < event.from_ms < event.until_ms <= made.ended_ms


def test_what_an_event_says_is_in_the_readings():
    made = made_class(6, students=8, minutes=30, student_events=1)
    (away,) = [event for event in made.events if event.rule == "away"]
    own = made.readings[made.readings["student_id"] == away.student_id]
    during = own["at_ms"].between(away.from_ms, away.until_ms)
    assert own.loc[during, "facing"].mean() < 0.15 < 0.7 < own.loc[~during, "facing"].mean()


def test_the_command_writes_readings_and_truth(tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--students", "3", "--minutes", "20", "--events", "1"]) == 0
    assert "3,600 readings of 3 students and 6 events" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"readings.csv", "signals.csv", "visits.csv", "truth.csv"}
    assert len(pd.read_csv(tmp_path / "truth.csv")) == 6


def test_a_class_that_cannot_be_made_is_refused_in_a_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path), "--minutes", "5"])
    assert "20 minutes or more" in capsys.readouterr().err
