"""What is written about the shipped model is what was measured."""

import json

import pytest

from fer_model.classifier import WEIGHTS
from train.card import CARD, FLOAT_RESULTS, RESULTS, SPEC, blocks, filled
from train.provenance import sha256

CARD_TEXT = CARD.read_text(encoding="utf-8")
SCORED, SCORED_FLOAT, SHIPPED = (
    json.loads(path.read_text(encoding="utf-8")) for path in (RESULTS, FLOAT_RESULTS, SPEC)
)


def test_the_committed_results_belong_to_the_shipped_file():
    assert SCORED["sha256"] == SHIPPED["sha256"] == sha256(WEIGHTS / SHIPPED["file"])
    assert SHIPPED["network"]["bytes"] == (WEIGHTS / SHIPPED["file"]).stat().st_size


@pytest.mark.parametrize("name", ["fer2013", "fer2013_without_twins", "ferplus", "ferplus_without_twins"])
def test_the_spec_repeats_the_results(name):
    for key, value in SHIPPED["scores"][name].items():
        if key != "split":
            assert SCORED[name][key] == value, key


def test_the_card_says_what_the_results_say():
    assert filled(CARD_TEXT, blocks(SHIPPED, SCORED, SCORED_FLOAT)) == CARD_TEXT, "run `python -m train.card`"


def test_the_float_file_is_the_same_network():
    assert (SCORED_FLOAT["split"], SCORED_FLOAT["fer2013"]["n"]) == (SCORED["split"], SCORED["fer2013"]["n"])
    for head in ("fer2013", "ferplus"):
        assert abs(SCORED_FLOAT[head]["accuracy"] - SCORED[head]["accuracy"]) < 0.01


def test_the_card_never_calls_these_figures_a_test_score():
    assert "PublicTest chose" in CARD_TEXT
    assert "test accuracy" not in CARD_TEXT.lower()
