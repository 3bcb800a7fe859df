import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fer_model.classifier import WEIGHTS, EmotionClassifier
from fer_model.errors import FrameError, ModelFileError
from fer_model.labels import EMOTIONS
from fer_model.preprocess import LIT_BRIGHTNESS, lift_dark

ROOT = Path(__file__).parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"
CROPS = np.random.default_rng(0).integers(0, 256, (40, 48, 48, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def classifier() -> EmotionClassifier:
    return EmotionClassifier.load()


@pytest.fixture
def copied(tmp_path) -> Path:
    """The shipped weights where a test may spoil them; gives the spec's path."""
    for name in ("emotion.json", "emotion.tflite"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    return tmp_path / "emotion.json"


def change(spec_path: Path, **values) -> None:
    spec_path.write_text(json.dumps(json.loads(spec_path.read_text()) | values))


@pytest.mark.parametrize("n", [0, 1, 2, 32, 33])  # none, one, few, a whole run of the network and one more
def test_each_crop_gets_seven_probabilities(classifier, n):
    probs = classifier.predict(CROPS[:n])
    assert probs.shape == (n, len(EMOTIONS))
    assert probs.dtype == np.float32
    assert (probs >= 0).all()
    assert np.allclose(probs.sum(axis=1), 1, atol=1e-5)


def test_a_crop_reads_the_same_alone_and_among_others(classifier):
    alone = np.concatenate([classifier.predict(CROPS[i : i + 1]) for i in range(len(CROPS))])
    assert np.allclose(classifier.predict(CROPS), alone, atol=1e-5)


def test_a_dim_crop_reads_as_it_does_in_good_light(classifier):
    dim = (CROPS * 0.2).astype(np.uint8)
    assert dim.mean() < LIT_BRIGHTNESS / 2
    assert np.allclose(classifier.predict(dim), classifier.predict(lift_dark(dim)), atol=0.02)


def test_heads_come_by_name_in_the_order_of_their_labels(classifier):
    heads = classifier.predict_heads(CROPS[:3])
    assert {head: values.shape[1] for head, values in heads.items()} == {
        head: len(labels) for head, labels in classifier.spec.outputs.items()
    }
    assert classifier.spec.outputs["fer2013"] == EMOTIONS


def test_folding_adds_up_what_the_spec_folds_together(classifier):
    spec = classifier.spec
    heads = classifier.predict_heads(CROPS[:5])[spec.reads_with]
    folded = classifier.predict(CROPS[:5])
    for i, emotion in enumerate(EMOTIONS):
        columns = [j for j, label in enumerate(spec.outputs[spec.reads_with]) if spec.fold.get(label, label) == emotion]
        assert np.allclose(folded[:, i], heads[:, columns].sum(axis=1), atol=1e-6)


@pytest.mark.parametrize(
    "crops",
    [
        CROPS[..., 0],  # no channel
        CROPS.astype(np.float32),  # scaled by someone already, perhaps
        np.zeros((2, 64, 64, 1), np.uint8),
        np.zeros((48, 48, 1), np.uint8),  # one crop without its batch
        CROPS.tolist(),
    ],
    ids=["no channel", "float", "another size", "no batch", "a list"],
)
def test_another_shape_or_type_says_what_was_expected(classifier, crops):
    with pytest.raises(FrameError, match=r"Expected crops as uint8 \(n, 48, 48, 1\), got "):
        classifier.predict(crops)


def test_the_threshold_lies_where_it_can_be_met(classifier):
    assert 1 / len(EMOTIONS) < classifier.abstain_below < 1
    assert classifier.abstain_below == classifier.spec.abstain_below


def test_one_changed_byte_in_the_weights_is_refused(copied):
    weights = copied.with_suffix(".tflite")
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelFileError, match="is not the file its spec names"):
        EmotionClassifier.load(copied)


@pytest.mark.parametrize("name", ["emotion.json", "emotion.tflite"])
def test_a_missing_file_is_named(copied, name):
    copied.with_name(name).unlink()
    with pytest.raises(ModelFileError, match=f"{name} cannot be read"):
        EmotionClassifier.load(copied)


def test_a_spec_with_another_number_of_labels_is_refused(copied):
    outputs = json.loads(copied.read_text())["outputs"]
    outputs["fer2013"]["labels"] = outputs["fer2013"]["labels"][:5]
    change(copied, outputs=outputs)
    with pytest.raises(ModelFileError, match="its spec says .*'fer2013': 5"):
        EmotionClassifier.load(copied)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"reads_with": "affectnet"}, "none of its outputs"),
        ({"fold": {}}, "folds to"),
        ({"abstain_below": 90}, "expected 0 to 1"),
        ({"outputs": ["fer2013"]}, "is not a model's spec"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(copied, values, says):
    change(copied, **values)
    with pytest.raises(ModelFileError, match=says):
        EmotionClassifier.load(copied)


def test_a_spec_that_is_no_json_is_refused(copied):
    copied.write_text("{")
    with pytest.raises(ModelFileError, match="is not a model's spec"):
        EmotionClassifier.load(copied)


def test_another_file_under_a_fitting_checksum_is_refused(copied):
    import hashlib

    copied.with_suffix(".tflite").write_bytes(b"no model at all")
    change(copied, sha256=hashlib.sha256(b"no model at all").hexdigest())
    with pytest.raises(ModelFileError, match="is not a LiteRT model"):
        EmotionClassifier.load(copied)


def test_serving_imports_no_tensorflow():
    code = "import sys, fer_model.classifier; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_the_shipped_file_reads_fer2013_as_well_as_its_spec_says(classifier):
    archive = SHARED_DATA / "fer2013.zip"
    if not archive.exists():
        assert os.environ.get("CI") != "true", f"{archive} is missing where it must not be"
        pytest.skip("FER2013 is not here")
    from train.data import read_split

    images = read_split(archive, "PublicTest")
    named = classifier.predict_heads(images.pixels)["fer2013"].argmax(axis=1)
    accuracy = (named == images.labels).mean()
    assert accuracy >= 0.62
    # Another processor may round another way: a handful of 3,589 images.
    assert accuracy == pytest.approx(classifier.spec.scores["fer2013"]["accuracy"], abs=0.003)
