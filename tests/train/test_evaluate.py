import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fer_model.classifier import WEIGHTS
from fer_model.labels import EMOTIONS
from train.data import Images, read_split
from train.evaluate import WeightsError, load_predict, main, score
from train.ferplus import COLUMNS, FERPLUS_LABELS, read_votes

ROOT = Path(__file__).parents[2]


def test_perfect_outputs_score_one_everywhere(tiny):
    images = read_split(tiny.archive, "PublicTest")
    votes = read_votes(tiny.votes, images.names)
    outputs = {"fer2013": np.eye(7)[images.labels], "ferplus": votes[:, :8] / 10}
    results = score(outputs, images, votes, read_split(tiny.archive, "Training"), abstain_below=0.5)
    for name in ("fer2013", "fer2013_without_twins", "ferplus", "ferplus_without_twins"):
        assert (results[name]["n"], results[name]["accuracy"]) == (14, 1.0)
    assert results["reading"]["share_read"] == 1.0
    assert results["reading"]["all"]["labels"] == list(EMOTIONS)
    json.dumps(results)


def test_twins_of_training_count_in_the_first_figure_only(tiny):
    images, training = read_split(tiny.archive, "PublicTest"), read_split(tiny.archive, "Training")
    pixels = images.pixels.copy()
    pixels[:4] = training.pixels[:4]
    outputs = {"fer2013": np.eye(7)[images.labels], "ferplus": np.full((14, 8), 1 / 8)}
    results = score(outputs, Images(pixels, images.labels, images.names), training=training)
    assert results["fer2013"]["n"] == 14
    assert results["fer2013_without_twins"]["n"] == 10
    assert "ferplus" not in results


def test_unclear_faces_leave_the_clear_figure_and_stay_in_the_other(tiny):
    images = read_split(tiny.archive, "PublicTest")
    votes = np.tile([10 if column == "neutral" else 0 for column in COLUMNS], (14, 1)).astype(np.float32)
    sure, unsure = np.eye(8)[FERPLUS_LABELS.index("neutral")], np.full(8, 1 / 8)
    outputs = {"fer2013": np.eye(7)[images.labels], "ferplus": np.array([sure] * 10 + [unsure] * 4)}
    reading = score(outputs, images, votes, abstain_below=0.5)["reading"]
    assert (reading["all"]["n"], reading["clear"]["n"], reading["clear"]["accuracy"]) == (14, 10, 1.0)
    assert reading["share_read"] == pytest.approx(10 / 14, abs=1e-4)


@pytest.mark.parametrize("name", ["weights.h5", "none.tflite"])
def test_weights_that_cannot_be_scored_say_why(tmp_path, name):
    with pytest.raises(WeightsError, match="Expected weights ending in|cannot be read"):
        load_predict(tmp_path / name)


def test_the_command_scores_the_shipped_file_without_a_training_framework(tiny, tmp_path):
    out = tmp_path / "scores.json"
    blocked = "import sys; sys.modules.update(tensorflow=None, keras=None, torch=None); import train.evaluate as e; "
    command = [sys.executable, "-c", blocked + "sys.exit(e.main(sys.argv[1:]))"]
    command += ["--weights", str(WEIGHTS / "emotion.tflite"), "--data", str(tiny.archive)]
    command += ["--votes", str(tiny.votes), "--json", str(out)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "FER+ majority" in done.stdout
    results = json.loads(out.read_text())
    assert (results["split"], results["fer2013"]["n"], results["ferplus"]["n"]) == ("PublicTest", 14, 14)
    assert results["fer2013_without_twins"]["n"] == 14


def test_an_unreadable_image_and_a_class_without_images_are_named_and_the_rest_is_scored(tiny, capsys, tmp_path):
    shutil.copytree(tiny.folder, tmp_path / "set")
    shutil.rmtree(tmp_path / "set" / "test" / "fear")
    (tmp_path / "set" / "test" / "sad" / "PublicTest_9.png").write_bytes(b"no picture")
    out = tmp_path / "scores.json"
    arguments = ["--data", str(tmp_path / "set"), "--no-slices", "--json", str(out)]
    assert main(["--weights", str(WEIGHTS / "emotion.tflite"), *arguments]) == 0
    said, results = capsys.readouterr().out, json.loads(out.read_text())
    assert "Unreadable, left out: set/test/sad/PublicTest_9.png: not a picture" in said
    assert "No images of fear: what is said of these is not known." in said
    assert results["fer2013"]["n"] == 12
    assert results["fer2013"]["per_class"]["fear"]["recall"] is None


def test_a_missing_split_is_one_sentence(tiny, capsys, tmp_path):
    shutil.copytree(tiny.folder / "train", tmp_path / "train")
    assert main(["--weights", str(WEIGHTS / "emotion.tflite"), "--data", str(tmp_path)]) == 1
    assert "no readable PublicTest images" in capsys.readouterr().err
