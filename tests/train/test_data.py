import shutil

import cv2
import numpy as np
import pytest

from fer_model.labels import EMOTIONS
from train.data import DataError, Images, main, read_split, read_splits, report, twin_mask


def test_a_zip_and_a_folder_give_the_same_images_in_the_same_order(tiny):
    from_folder, from_zip = read_split(tiny.folder, "Training"), read_split(tiny.archive, "Training")
    assert from_folder.names.tolist() == from_zip.names.tolist() == sorted(from_zip.names.tolist())
    assert np.array_equal(from_folder.pixels, from_zip.pixels)
    assert np.array_equal(from_folder.labels, from_zip.labels)


def test_pixels_are_grey_crops_and_labels_follow_the_one_order(tiny):
    images = read_split(tiny.archive, "Training")
    assert images.pixels.shape == (28, 48, 48, 1)
    assert images.pixels.dtype == np.uint8
    brightness = [images.pixels[images.labels == label].mean() for label in range(len(EMOTIONS))]
    assert brightness == sorted(brightness)


@pytest.mark.parametrize(("split", "n"), [("Training", 28), ("PublicTest", 14), ("PrivateTest", 7)])
def test_both_test_sets_lie_in_one_folder_and_the_prefix_tells_them_apart(tiny, split, n):
    images = read_split(tiny.archive, split)
    assert len(images) == n
    assert all(name.startswith(f"{split}_") for name in images.names)


def test_a_folder_around_the_layout_does_not_matter(tiny, tmp_path):
    shutil.copytree(tiny.folder, tmp_path / "archive" / "fer2013")
    assert len(read_split(tmp_path / "archive", "PublicTest")) == 14


def test_an_unreadable_image_is_named_and_the_rest_is_read(tiny, tmp_path):
    folder = tmp_path / "set"
    shutil.copytree(tiny.folder, folder)
    (folder / "train" / "happy" / "Training_broken.png").write_bytes(b"no picture")
    (folder / "train" / "happy" / "Training_empty.png").write_bytes(b"")
    cv2.imwrite(str(folder / "train" / "sad" / "Training_large.png"), np.zeros((64, 60), np.uint8))
    images = read_split(folder, "Training")
    assert len(images) == 28
    reasons = "\n".join(images.unreadable)
    assert len(images.unreadable) == 3
    assert "train/happy/Training_broken.png: not a picture" in reasons
    assert "Training_empty.png: not a picture" in reasons
    assert "Training_large.png: expected 48x48 pixels, got 60x64" in reasons


def test_nothing_at_the_path_says_where_to_get_the_data(tmp_path):
    with pytest.raises(DataError, match="There is nothing at .* msambare/fer2013"):
        read_split(tmp_path / "none.zip", "Training")


def test_a_file_that_is_no_zip_says_so(tmp_path):
    (tmp_path / "data.zip").write_text("no zip")
    with pytest.raises(DataError, match="neither a zip nor a folder"):
        read_split(tmp_path / "data.zip", "Training")


def test_another_layout_says_what_was_expected(tmp_path):
    (tmp_path / "images" / "joy").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "images" / "joy" / "1.png"), np.zeros((48, 48), np.uint8))
    with pytest.raises(DataError, match="not laid out as FER2013: expected train/<class>/Training_"):
        read_split(tmp_path, "Training")


def test_a_missing_split_says_which_ones_there_are(tiny, tmp_path):
    shutil.copytree(tiny.folder / "train", tmp_path / "set" / "train")
    with pytest.raises(DataError, match="no readable PublicTest images; it holds Training"):
        read_split(tmp_path / "set", "PublicTest")


def test_an_unknown_split_names_the_known_ones(tiny):
    with pytest.raises(DataError, match="choose one of Training, PublicTest, PrivateTest"):
        read_split(tiny.archive, "Validation")


def test_twins_are_found_by_pixels_not_by_name(tiny):
    training, other = read_split(tiny.archive, "Training"), read_split(tiny.archive, "PublicTest")
    assert not twin_mask(other, training).any()
    pixels = other.pixels.copy()
    pixels[3] = training.pixels[5]
    assert np.flatnonzero(twin_mask(Images(pixels, other.labels, other.names), training)).tolist() == [3]


def test_an_empty_set_has_no_twins(tiny):
    assert twin_mask(Images.empty(), read_split(tiny.archive, "Training")).shape == (0,)


def test_the_check_counts_twins_within_and_across_splits(tiny):
    splits = read_splits(tiny.archive)
    pixels = splits["PublicTest"].pixels.copy()
    pixels[0] = pixels[1]
    pixels[2] = splits["Training"].pixels[0]
    public = splits["PublicTest"]
    text = report({"Training": splits["Training"], "PublicTest": Images(pixels, public.labels, public.names)})
    assert "PublicTest: 2 images have a pixel-identical twin within the split" in text
    assert "PublicTest: 1 images have a pixel-identical twin in Training" in text


def test_the_check_names_a_class_without_images(tiny):
    training = read_split(tiny.archive, "Training")
    assert "Training: no images of fear" in report({"Training": training[training.labels != EMOTIONS.index("fear")]})


def test_the_command_ends_well_on_good_data_and_badly_without(tiny, tmp_path, capsys):
    assert main([str(tiny.archive)]) == 0
    assert "28" in capsys.readouterr().out
    assert main([str(tmp_path / "none.zip")]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert main([]) == 2
    assert "msambare/fer2013" in capsys.readouterr().out
