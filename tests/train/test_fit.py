# ruff: noqa: E402 (what may be missing is asked for first)
import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytest.importorskip("yaml")
pytest.importorskip("rich")

from fer_model.labels import EMOTIONS
from train.batches import Batches, mix
from train.config import ConfigError, load_config
from train.data import Images, read_split
from train.evaluate import keras_predict
from train.ferplus import FERPLUS_LABELS, majority, read_votes
from train.fit import accuracies, compiled, fit, main, write_summary

FIRST = load_config(Path(__file__).parents[2] / "train" / "configs" / "first.yaml")
TINY = replace(FIRST, stages=[[4], [6]], epochs=3, batch_size=10, crop_px=40, full_from=0.5, dtype="float32")


@pytest.fixture(scope="module")
def data(tiny):
    """Training images with their votes, and PublicTest images with theirs."""
    training, choosing = (read_split(tiny.archive, split) for split in ("Training", "PublicTest"))
    return training, read_votes(tiny.votes, training.names), choosing, read_votes(tiny.votes, choosing.names)


def weights_of(path: Path) -> list[np.ndarray]:
    return keras.saving.load_model(path, compile=False).get_weights()


def test_the_network_gives_probabilities_of_both_heads_by_name():
    model = compiled(TINY)
    outputs = model.predict_on_batch(np.full((3, 48, 48, 1), 255, np.uint8))
    assert {head: values.shape for head, values in outputs.items()} == {
        "fer2013": (3, len(EMOTIONS)),
        "ferplus": (3, len(FERPLUS_LABELS)),
    }
    for values in outputs.values():
        assert np.allclose(keras.ops.convert_to_numpy(values).sum(axis=1), 1, atol=1e-5)


def test_the_shipped_shape_has_about_six_hundred_thousand_parameters():
    assert 580_000 < compiled(FIRST).count_params() < 680_000


def test_a_batch_is_the_same_whenever_it_is_asked_for(data):
    training, votes, *_ = data
    once, again = Batches(training, votes, TINY).batch(1, 2), Batches(training, votes, TINY).batch(1, 2)
    assert np.array_equal(once[0], again[0])
    assert not np.array_equal(once[0], Batches(training, votes, TINY).batch(2, 2)[0][: len(once[0])])


def test_an_epoch_shows_every_image_once_with_its_targets(data):
    training, votes, *_ = data
    batches = list(Batches(training, votes, replace(TINY, label_smoothing=0.0)).epoch(0))
    assert [len(crops) for crops, _, _ in batches] == [10, 10, 8]
    labels = np.concatenate([targets["fer2013"] for _, targets, _ in batches]).argmax(axis=1)
    assert np.bincount(labels).tolist() == [4] * 7


def test_images_without_votes_teach_the_ferplus_head_nothing(data):
    training, votes, *_ = data
    _, _, weights = Batches(training, np.zeros_like(votes), TINY).batch(0, 0)
    assert weights["ferplus"].tolist() == [0] * 10
    assert weights["fer2013"].tolist() == [1] * 10


def test_an_interrupted_run_ends_in_the_same_weights_as_an_uninterrupted_one(data, tmp_path, monkeypatch):
    training, votes, *choosing = data
    whole = weights_of(fit(TINY, training, votes, *choosing, tmp_path / "whole", quiet=True))

    class Killed(BaseException):
        """Not an Exception, as a signal is not."""

    asked = Batches.batch

    def killed_in_the_second_epoch(self, epoch, step):
        if (epoch, step) == (1, 2):
            raise Killed
        return asked(self, epoch, step)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Batches, "batch", killed_in_the_second_epoch)
        fit(TINY, training, votes, *choosing, tmp_path / "cut", quiet=True)
    resumed = weights_of(fit(TINY, training, votes, *choosing, tmp_path / "cut", quiet=True))

    for one, other in zip(whole, resumed, strict=True):
        assert np.allclose(one, other, atol=1e-6)
    rows = (tmp_path / "cut" / "history.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["epoch", "1", "2", "3"]


def test_a_run_is_not_continued_with_another_network(data, tmp_path):
    training, votes, *choosing = data
    fit(replace(TINY, epochs=1), training, votes, *choosing, tmp_path, quiet=True)
    with pytest.raises(ConfigError, match="was begun with another stages"):
        fit(replace(TINY, stages=[[4], [8]]), training, votes, *choosing, tmp_path, quiet=True)


def test_a_finished_run_is_not_trained_again(data, tmp_path):
    training, votes, *choosing = data
    short = replace(TINY, epochs=1)
    first = weights_of(fit(short, training, votes, *choosing, tmp_path, quiet=True))
    again = weights_of(fit(short, training, votes, *choosing, tmp_path, quiet=True))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_the_loss_falls_where_brightness_tells_the_emotion(data, tmp_path):
    training, votes, *choosing = data
    # No warm-up: the set is so small that warming up would be the whole run.
    config = replace(TINY, stages=[[8], [8]], epochs=15, warmup_epochs=0, flat_share=0.5, dropout=0.0, crop_px=48)
    fit(config, training, votes, *choosing, tmp_path, quiet=True)
    with open(tmp_path / "history.csv", newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert np.mean(losses[-3:]) < 0.8 * np.mean(losses[:3])


def test_the_loss_of_an_epoch_is_the_mean_over_all_its_images(data, tmp_path, monkeypatch):
    training, votes, *choosing = data
    losses = iter([1.0, 2.0, 6.0])  # of batches of 10, 10 and 8 images
    monkeypatch.setattr(keras.Model, "train_on_batch", lambda *_, **__: {"loss": next(losses)})
    fit(replace(TINY, epochs=1), training, votes, *choosing, tmp_path, quiet=True)
    with open(tmp_path / "history.csv", newline="") as file:
        assert float(next(csv.DictReader(file))["loss"]) == pytest.approx((10 + 20 + 48) / 28, abs=1e-3)


def test_accuracies_count_hits_and_an_empty_set_has_none(data):
    _, _, choosing, votes = data
    model = compiled(TINY)
    outputs = keras_predict(model)(choosing.pixels)
    right = accuracies(model, choosing, votes)
    assert right["fer2013"] == pytest.approx((outputs["fer2013"].argmax(axis=1) == choosing.labels).mean(), abs=1e-4)
    assert right["ferplus"] == pytest.approx((outputs["ferplus"].argmax(axis=1) == majority(votes)).mean(), abs=1e-4)
    assert accuracies(model, choosing, np.zeros_like(votes))["ferplus"] is None
    assert accuracies(model, Images.empty(), votes[:0]) == {"fer2013": None, "ferplus": None}


def test_what_is_mixed_in_is_mixed_into_picture_target_and_weight():
    crops = np.array([0, 200], np.uint8).reshape(2, 1, 1, 1)
    targets = {"fer2013": np.eye(2, dtype=np.float32), "ferplus": np.eye(2, dtype=np.float32)}
    weights = {"fer2013": np.ones(2, np.float32), "ferplus": np.array([1, 0], np.float32)}

    class Swap:
        def permutation(self, n):
            return np.arange(n)[::-1]

    mixed, mixed_targets, mixed_weights = mix(crops, targets, weights, 0.75, Swap())
    assert mixed.ravel().tolist() == [50, 150]
    assert mixed_targets["fer2013"].tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert mixed_weights["fer2013"].tolist() == [1, 1]
    # The second image has no votes: what is left of it in the first weighs nothing, and its own target is the first's.
    assert mixed_targets["ferplus"].tolist() == [[1, 0], [1, 0]]
    assert mixed_weights["ferplus"].tolist() == [0.75, 0.25]


def test_teachers_take_their_share_of_the_target_and_all_of_it_where_nobody_voted(data):
    training, votes, *_ = data
    votes = votes.copy()
    votes[0] = 0
    soft = {
        head: np.tile(np.eye(k, dtype=np.float32)[0], (len(training), 1))
        for head, k in (("fer2013", 7), ("ferplus", 8))
    }
    config = replace(TINY, teacher_share=0.25, label_smoothing=0.0)
    batches = Batches(training, votes, config, soft)
    other = training.labels != 0
    assert np.allclose(batches.targets["fer2013"][other, 0], 0.25)
    assert np.allclose(batches.targets["fer2013"].sum(axis=1), 1)
    assert batches.targets["ferplus"][0, 0] == 1
    assert batches.weights["ferplus"].tolist() == [1] * len(training)


@pytest.mark.parametrize(("share", "teachers"), [(0.5, None), (0.0, {"fer2013": None, "ferplus": None})])
def test_teachers_are_asked_for_and_given_together_or_not_at_all(data, tmp_path, share, teachers):
    with pytest.raises(ConfigError, match="give --teachers with it, and only with it"):
        fit(replace(TINY, teacher_share=share), *data, tmp_path, teachers=teachers, quiet=True)


def test_a_run_may_begin_with_trained_weights_of_its_own_shape_only(data, tmp_path):
    begun = fit(replace(TINY, epochs=1), *data, tmp_path / "begun", quiet=True)
    still = replace(TINY, epochs=1, learning_rate=0.0, weight_decay=0.0, dropout=0.0)
    after = weights_of(fit(still, *data, tmp_path / "after", start=begun, quiet=True))
    moving = [values.ndim == 1 for values in after]  # means and variances of the batches go on moving
    for one, other, moves in zip(weights_of(begun), after, moving, strict=True):
        assert moves or np.allclose(one, other)
    with pytest.raises(ConfigError, match="holds no weights for these stages"):
        fit(replace(still, stages=[[4], [8]]), *data, tmp_path / "wide", start=begun, quiet=True)


def test_the_summary_holds_what_is_needed_to_repeat_the_run(data, tiny, tmp_path):
    training, votes, *choosing = data
    fit(replace(TINY, epochs=1), training, votes, *choosing, tmp_path / "run", quiet=True)
    path = write_summary("tiny", TINY, tmp_path / "run", tiny.archive, {"Training": 28}, tmp_path)
    text = path.read_text()
    assert all(
        f'"{key}"' in text for key in ("config", "seed", "sha256", "commit", "versions", "backend", "last_epoch")
    )
    assert (tmp_path / "tiny.csv").read_text().startswith("epoch,loss,")
    assert (tmp_path / "tiny.svg").read_text().count("<svg") == 1
    assert (tmp_path / "run" / "curves.png").stat().st_size > 1000


def test_a_class_without_images_is_one_sentence(tiny, tmp_path, capsys):
    shutil.copytree(tiny.folder, tmp_path / "set")
    shutil.rmtree(tmp_path / "set" / "train" / "fear")
    configuration = str(Path(__file__).parents[2] / "train" / "configs" / "first.yaml")
    assert main(["--config", configuration, "--data", str(tmp_path / "set"), "--votes", str(tiny.votes)]) == 1
    assert "has no Training images of fear" in capsys.readouterr().err


def test_missing_data_is_one_sentence(tmp_path, capsys):
    configuration = str(Path(__file__).parents[2] / "train" / "configs" / "first.yaml")
    assert main(["--config", configuration, "--data", str(tmp_path / "none.zip"), "--votes", "none.csv"]) == 1
    assert capsys.readouterr().err.startswith("There is nothing at ")
