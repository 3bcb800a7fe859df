"""What is read of spec and results, and the words made of it. Made-up files: a new network brings new figures."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from classroom.errors import ResultsError
from classroom.model_results import CARD_FILE, RESULTS_FILE, SPEC_FILE, Share, load_facts, load_results
from classroom.model_words import (
    best_and_worst,
    for_a_class,
    headline_sentences,
    measured_on,
    of_100,
    step_words,
    weaknesses,
)
from fer_model.labels import EMOTIONS
from tests.model_files import RESULTS, SPEC, written
from train.metrics import wilson_interval


@pytest.fixture
def facts(tmp_path):
    return load_facts(written(tmp_path / "emotion.json", SPEC))


def loaded(tmp_path, facts, **changes):
    return load_results(written(tmp_path / "results.json", RESULTS | changes), facts)


class TestLoading:
    def test_the_shipped_files_are_there_and_fit_together(self):
        results = load_results(RESULTS_FILE, load_facts(SPEC_FILE))
        assert results.reading.labels == EMOTIONS
        assert results.reading.counts.sum() <= results.images
        assert results.risk and len(results.slices) >= 3
        assert CARD_FILE.read_text("utf-8").startswith("# ")

    def test_the_shipped_spec_and_results_say_the_same_headline(self):
        facts = load_facts(SPEC_FILE)
        assert load_results(RESULTS_FILE, facts).headline == facts.headline

    def test_values_by_hand(self, tmp_path, facts):
        results = loaded(tmp_path, facts)
        assert (results.images, results.abstain_below, results.headline.split) == (1000, 0.6, "PublicTest")
        assert results.headline.read == Share(800, 0.9, 0.88, 0.92)
        assert results.reading.recalls["sad"] == Share.of_hits(60, 100)
        assert results.reading.recalls["disgust"] is None, "no picture of it: not known, not 0"
        assert [point.n for point in results.risk] == [450, 900]
        assert [step.step for step in results.slices[0].steps] == [40, 30, 10]

    def test_labels_are_mapped_by_name(self, tmp_path, facts):
        other = copy.deepcopy(RESULTS["reading"])
        other["all"]["labels"] = other["all"]["labels"][::-1]
        table = np.array(other["all"]["confusion_rows_true_columns_named"])
        other["all"]["confusion_rows_true_columns_named"] = table[::-1, ::-1].tolist()
        assert (loaded(tmp_path, facts, reading=other).reading.counts == loaded(tmp_path, facts).reading.counts).all()

    def test_keys_that_are_not_known_are_left_alone_and_curves_may_be_missing(self, tmp_path, facts):
        reading = {key: value for key, value in RESULTS["reading"].items() if key != "risk_coverage"}
        results = loaded(tmp_path, facts, reading=reading, slices=[], per_group={"later": 1})
        assert (results.risk, results.slices) == ((), ())

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "cannot be found"),
            ("", "is not JSON"),
            ("\x00\x01", "is not JSON"),
            ("[]", "cannot be used"),
            ("{}", "cannot be used"),
            (json.dumps(RESULTS | {"sha256": "0" * 64}), "of another file"),
            (json.dumps(RESULTS | {"reading": None}), "cannot be used"),
            (json.dumps(RESULTS | {"reading": RESULTS["reading"] | {"share_read": None}}), "cannot be used"),
            (json.dumps(RESULTS | {"reading": RESULTS["reading"] | {"share_read": float("nan")}}), "cannot be used"),
            (json.dumps(RESULTS | {"fer2013": RESULTS["fer2013"] | {"labels": ["a"]}}), "cannot be used"),
        ],
    )
    def test_results_that_cannot_be_shown_are_one_sentence_with_what_to_do(self, tmp_path, facts, content, words):
        path = tmp_path / "results.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(ResultsError, match=words) as error:
            load_results(path, facts)
        assert "train.evaluate" in str(error.value)

    @pytest.mark.parametrize("content", [None, "no JSON", "[]", "{}", '{"file": "x", "sha256": "0", "scores": []}'])
    def test_a_spec_that_is_none_is_one_sentence(self, tmp_path, content):
        path = tmp_path / "emotion.json"
        if content is not None:
            path.write_text(content)
        with pytest.raises(ResultsError, match="Bring fer_model/weights back"):
            load_facts(path)

    def test_a_spec_without_scores_has_no_headline(self, tmp_path):
        assert load_facts(written(tmp_path / "spec.json", SPEC | {"scores": {}})).headline is None


class TestShare:
    @pytest.mark.parametrize(("hits", "n"), [(0, 1), (1, 1), (4, 24), (50, 100), (999, 1000)])
    def test_the_interval_is_the_one_of_training(self, hits, n):
        share = Share.of_hits(hits, n)
        assert (share.low, share.high) == pytest.approx(wilson_interval(hits, n))
        assert 0 <= share.low <= share.value <= share.high <= 1
        assert share.hits == hits

    def test_nothing_of_nothing_is_not_known(self):
        assert Share.of_hits(0, 0) is None


class TestWords:
    @pytest.mark.parametrize(
        ("share", "words"),
        [(0, "0 of 100"), (0.001, "less than 1 of 100"), (0.124, "12 of 100"), (0.999, "99 of 100"), (1, "100 of 100")],
    )
    def test_a_share_as_people_say_it(self, share, words):
        assert of_100(share) == words

    def test_the_headline_carries_n_and_interval(self, tmp_path, facts):
        sentence = headline_sentences(loaded(tmp_path, facts).headline).replace("\u00a0", " ")
        for words in ("about 90 match", "88% to 92%", "n = 800", "leaves 20 of 100 unread"):
            assert words in sentence

    def test_pictures_that_chose_settings_are_no_test_and_that_is_said(self, tmp_path, facts):
        assert "helped to choose settings" in measured_on(loaded(tmp_path, facts).headline)
        assert "helped to choose" not in measured_on(loaded(tmp_path, facts, split="PrivateTest").headline)

    def test_a_class_by_hand(self, tmp_path, facts):
        first, _ = for_a_class(loaded(tmp_path, facts).headline, size=50)
        assert "reads about **40**" in first, "50 faces, four of five are read"
        assert "about **4** of these" in first, "and one of ten of those wrongly"

    def test_what_it_is_bad_at_is_computed(self, tmp_path, facts):
        said = weaknesses(loaded(tmp_path, facts))
        assert said[0].startswith("It finds only **5 of 20 fear** faces") and "rough" in said[0]
        assert said[1].startswith("It finds only **60 of 100 sad** faces") and "rough" not in said[1]
        assert said[2] == "It often calls **sad** faces **neutral** (35 of 100)."
        assert said[3] == "A face 30 pixels wide: right for **80 of 100** it reads instead of 90 (n = 700)."
        assert len(said) == 4, "a class refuses a face of 10 pixels and sets heads upright, and the blur may be chance"

    def test_nothing_bad_is_said_too(self, tmp_path, facts):
        perfect = copy.deepcopy(RESULTS["reading"])
        perfect["all"]["confusion_rows_true_columns_named"] = (np.eye(7, dtype=int) * 100).tolist()
        assert weaknesses(loaded(tmp_path, facts, reading=perfect, slices=[])) == [
            "Nothing stands out in these pictures."
        ]

    def test_best_and_worst_pass_over_what_has_no_pictures(self, tmp_path, facts):
        (best, _), (worst, _) = best_and_worst(loaded(tmp_path, facts).reading)
        assert (best, worst) == ("happy", "fear")
        none = copy.deepcopy(RESULTS["reading"])
        none["all"]["confusion_rows_true_columns_named"] = np.zeros((7, 7), int).tolist()
        assert best_and_worst(loaded(tmp_path, facts, reading=none).reading) is None

    @pytest.mark.parametrize(
        ("change", "step", "words"),
        [
            ("rotation", -30, "the head tilted by 30 degrees"),
            ("occlusion", "mask", "a part of the face covered (mask)"),
            ("rain", 3, "rain: 3 mm"),
            ("brightness", 0.12, "with 12% of the light"),
            ("brightness", 1.0, "with 100% of the light"),
            ("brightness", 1.5, "with 1.5 times the light"),
            ("brightness", 2.0, "with 2 times the light"),
        ],
    )
    def test_a_step_in_words_also_of_a_change_that_is_new(self, change, step, words):
        assert step_words(change, "mm", step) == words


def test_the_made_up_results_have_the_shape_of_the_shipped_ones():
    """Else these tests would test a format that nothing writes."""
    shipped = json.loads(Path(RESULTS_FILE).read_text("utf-8"))
    assert set(RESULTS) <= set(shipped)
    assert set(RESULTS["reading"]) <= set(shipped["reading"])
    assert set(RESULTS["reading"]["all"]) <= set(shipped["reading"]["all"])
    assert set(RESULTS["slices"][0]) <= set(shipped["slices"][0])
