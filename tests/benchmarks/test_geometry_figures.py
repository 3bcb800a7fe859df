import numpy as np
import pytest

from benchmarks import geometry
from benchmarks.geometry import _reach, main, nods_told


def test_no_readings_reach_nothing():
    assert _reach(np.empty(0), np.empty(0)) == 0


@pytest.mark.parametrize(
    ("pitch", "reach", "why"),
    [
        ([0.0] * 8, 0, "a head that is still: zero is no swing"),
        (np.linspace(0, 30, 8), 0, "one that sinks"),
        ([0, 0, 9, 9, 9, 9, 0, 0], 0, "down and up once"),
        ([5, -5, 5, -5, 5, -5, 5, -5], 5, "four times, as far as it goes"),
    ],
)
def test_only_what_swings_to_and_fro_is_a_nod(pitch, reach, why):
    assert _reach(np.arange(8.0), np.array(pitch, float)) == pytest.approx(reach, abs=1), why


def test_nods_that_are_sampled_fast_enough_are_told_and_at_half_a_hertz_none_can_be(monkeypatch):
    monkeypatch.setattr(geometry, "MADE", 60)
    rng = np.random.default_rng(0)
    assert nods_told(10.0, 0.1, rng)["told"] > 0.9
    assert nods_told(0.5, 0.1, rng)["told"] == 0


def test_clips_that_are_missing_are_named(tmp_path, capsys):
    assert main(["--clips", str(tmp_path)]) == 1
    assert "head-pose-face-detection-female.mp4 and no one-face-emotional.mp4" in capsys.readouterr().err
