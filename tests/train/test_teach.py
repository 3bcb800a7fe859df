import numpy as np
import pytest

from fer_model.classifier import WEIGHTS
from train.data import DataError, read_split
from train.teach import main, mean_soft_targets, read_soft_targets, soft_targets, views


def test_views_are_ten_one_of_them_the_picture_itself_and_half_of_them_mirrored():
    crops = np.random.default_rng(0).integers(0, 255, (2, 48, 48, 1), np.uint8)
    seen = list(views(crops))
    assert len(seen) == 10
    assert all(view.shape == crops.shape for view in seen)
    assert np.array_equal(seen[0], crops)
    assert np.array_equal(seen[1], crops[:, :, ::-1])
    assert np.array_equal(seen[2][:, 2:], crops[:, :-2]), "moved down by two"


def test_soft_targets_are_the_mean_over_teachers_and_views():
    crops = np.zeros((3, 48, 48, 1), np.uint8)
    one, other = (
        lambda crops, at=at: {h: np.tile(np.eye(k)[at], (len(crops), 1)) for h, k in (("fer2013", 7), ("ferplus", 8))}
        for at in (0, 1)
    )
    targets = soft_targets([one, other], crops)
    assert np.allclose(targets["fer2013"], [[0.5, 0.5, 0, 0, 0, 0, 0]] * 3)
    assert targets["ferplus"].shape == (3, 8)


def test_the_file_is_read_back_by_name_in_any_order(tiny, tmp_path, capsys):
    out = tmp_path / "soft.npz"
    assert main(["--weights", str(WEIGHTS / "emotion.tflite"), "--data", str(tiny.archive), "--out", str(out)]) == 0
    assert "28 images, 1 teachers" in capsys.readouterr().out
    names = read_split(tiny.archive, "Training").names
    forwards, backwards = read_soft_targets(out, names), read_soft_targets(out, names[::-1])
    for head in ("fer2013", "ferplus"):
        assert np.allclose(forwards[head].sum(axis=1), 1, atol=1e-3)
        assert np.array_equal(forwards[head], backwards[head][::-1])


def test_a_file_without_the_images_or_of_another_kind_says_so(tmp_path):
    np.savez(tmp_path / "soft.npz", names=np.array(["a.png"]), fer2013=np.ones((1, 7)), ferplus=np.ones((1, 8)))
    with pytest.raises(DataError, match="lacks 1 images, such as b.png"):
        read_soft_targets(tmp_path / "soft.npz", np.array(["a.png", "b.png"]))
    (tmp_path / "text.npz").write_text("no targets")
    for path in (tmp_path / "none.npz", tmp_path / "text.npz"):
        with pytest.raises(DataError, match="holds no soft targets"):
            read_soft_targets(path, np.array(["a.png"]))


def test_several_files_count_the_same_each_whatever_their_order_of_images(tmp_path):
    paths = [tmp_path / "one.npz", tmp_path / "other.npz"]
    for at, (path, names) in enumerate(zip(paths, (["a.png", "b.png"], ["b.png", "a.png"]), strict=True)):
        probs = {head: np.eye(k)[[at, 2]] for head, k in (("fer2013", 7), ("ferplus", 8))}
        np.savez(path, names=np.array(names), **probs)
    mean = mean_soft_targets(paths, np.array(["a.png", "b.png"]))
    assert np.allclose(mean["fer2013"], [[0.5, 0, 0.5, 0, 0, 0, 0], [0, 0.5, 0.5, 0, 0, 0, 0]])
    assert mean["ferplus"].shape == (2, 8)


def test_missing_teachers_are_one_sentence(tiny, tmp_path, capsys):
    wrong = ["--weights", str(tmp_path / "none.tflite"), "--data", str(tiny.archive), "--out", str(tmp_path / "o.npz")]
    assert main(wrong) == 1
    assert "cannot be read" in capsys.readouterr().err
