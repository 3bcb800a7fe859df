# ruff: noqa: E402 (what may be missing is asked for first)
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("yaml")

from train.config import ConfigError, load_config

CONFIGS = Path(__file__).parents[2] / "train" / "configs"


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_committed_configuration_is_valid(path):
    assert load_config(path).epochs >= 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("epochs: 17", "epochs: 0", "epochs and batch_size start at 1"),
        ("dropout: 0.3", "dropout: 3", "dropout is a share between 0 and 1, got 3"),
        ("dropout: 0.3", "drop: 0.3", "settings nobody knows: drop"),
        ("dropout: 0.3", "", "lacks dropout"),
        ("crop_px: 40", "crop_px: 64", "crop_px lies between 8 and 48, got 64"),
        ("ferplus: 1.0", "contempt: 1.0", "loss_weights names fer2013 and ferplus"),
        ("  flip: 0.5", "  flop: 0.5", "settings nobody knows: flop"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, old, new, says):
    text = (CONFIGS / "first.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wrong.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        load_config(tmp_path / "wrong.yaml")


def test_a_missing_or_empty_file_says_so(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(ConfigError, match="holds no settings"):
        load_config(tmp_path / "empty.yaml")


def test_the_rate_warms_up_stays_flat_and_falls_to_zero():
    config = replace(load_config(CONFIGS / "first.yaml"), epochs=10, warmup_epochs=1, flat_share=0.4, learning_rate=0.1)
    rates = [config.learning_rate_at(epoch / 10) for epoch in range(101)]
    assert 0 < rates[0] < 0.01
    assert rates[:11] == sorted(rates[:11])
    assert rates[10:41] == [0.1] * 31
    assert rates[40:] == sorted(rates[40:], reverse=True)
    assert rates[-1] == 0


def test_while_the_rate_is_flat_a_longer_run_is_the_same():
    config = load_config(CONFIGS / "first.yaml")
    longer = replace(config, epochs=3 * config.epochs)
    flat = [epoch / 2 for epoch in range(int(2 * config.flat_share * config.epochs))]
    assert [config.learning_rate_at(at) for at in flat] == [longer.learning_rate_at(at) for at in flat]


def test_images_are_cut_small_first_and_whole_at_the_end():
    config = replace(load_config(CONFIGS / "first.yaml"), epochs=4, crop_px=40, full_from=0.75)
    assert [config.crop_px_at(epoch) for epoch in range(4)] == [40, 40, 40, 48]
