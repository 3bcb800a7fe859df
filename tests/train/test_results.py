"""What is written about the shipped model is what was measured."""

import json
from pathlib import Path

import pytest

from fer_model.classifier import WEIGHTS
from train.provenance import sha256

RESULTS = Path(__file__).parents[2] / "train" / "results"
CARD = (WEIGHTS / "MODEL_CARD.md").read_text(encoding="utf-8")
SCORED = json.loads((RESULTS / "shipped_publictest.json").read_text(encoding="utf-8"))
SPEC = json.loads((WEIGHTS / "emotion.json").read_text(encoding="utf-8"))


def test_the_committed_results_belong_to_the_shipped_file():
    assert SCORED["sha256"] == SPEC["sha256"] == sha256(WEIGHTS / SPEC["file"])


@pytest.mark.parametrize("name", ["fer2013", "fer2013_without_twins", "ferplus", "ferplus_without_twins"])
def test_the_spec_repeats_the_results(name):
    for key, value in SPEC["scores"][name].items():
        if key != "split":
            assert SCORED[name][key] == value, key


@pytest.mark.parametrize("name", ["fer2013", "fer2013_without_twins", "ferplus", "ferplus_without_twins"])
def test_the_card_quotes_accuracy_with_its_n(name):
    figures = SCORED[name]
    assert f"{figures['accuracy']:.1%}".replace("%", " %") in CARD
    assert f"{figures['n']:,}" in CARD


@pytest.mark.parametrize("name", ["fer2013", "ferplus"])
def test_the_card_quotes_precision_and_recall_of_every_class(name):
    for label, figures in SCORED[name]["per_class"].items():
        shares = " | ".join("-" if figures[key] is None else f"{figures[key]:.2f}" for key in ("precision", "recall"))
        assert f"| {label} | {figures['n']} | {shares} |" in CARD


def test_the_card_quotes_the_threshold():
    assert f"Below a confidence of {SPEC['abstain_below']} a face" in CARD


def test_the_card_never_calls_these_figures_a_test_score():
    assert "PublicTest chose" in CARD
    assert "test accuracy" not in CARD.lower()
