from dataclasses import replace

import numpy as np
import pytest

from train.augment import NOTHING, Augmentation, augment, change_gamma, down_and_up, jpeg, random_crop

CROPS = np.random.default_rng(0).integers(0, 256, (6, 48, 48, 1), dtype=np.uint8)
EVERYTHING = Augmentation(flip=0.5, shift_px=4, rotate_deg=15, scale=0.2, erase=1, gamma=1, jpeg=1, blur=1, resample=1)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize("n", [0, 1, 6])
def test_shape_and_dtype_stay(n):
    out = augment(CROPS[:n], EVERYTHING, rng())
    assert out.shape == (n, 48, 48, 1)
    assert out.dtype == np.uint8


def test_the_same_seed_changes_the_same_way_and_another_does_not():
    assert np.array_equal(augment(CROPS, EVERYTHING, rng()), augment(CROPS, EVERYTHING, rng()))
    assert not np.array_equal(augment(CROPS, EVERYTHING, rng()), augment(CROPS, EVERYTHING, np.random.default_rng(8)))


def test_what_is_given_is_not_changed():
    before = CROPS.copy()
    augment(CROPS, EVERYTHING, rng())
    assert np.array_equal(CROPS, before)


def test_nothing_changes_nothing():
    assert np.array_equal(augment(CROPS, NOTHING, rng()), CROPS)


def test_a_certain_flip_is_the_mirror():
    assert np.array_equal(augment(CROPS, replace(NOTHING, flip=1.0), rng()), CROPS[:, :, ::-1])


def test_erasing_makes_one_rectangle_of_one_grey_within_its_limits():
    crop = np.zeros((1, 48, 48, 1), np.uint8)
    out = augment(np.repeat(crop, 50, axis=0), replace(NOTHING, erase=1.0, erase_px=(6, 18)), rng())
    for image in out[..., 0]:
        rows, columns = np.nonzero(image)
        if len(rows):  # a black rectangle cannot be told from the picture
            height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
            assert 6 <= height <= 18 and 6 <= width <= 18
            assert len(rows) == height * width
            assert len(np.unique(image[rows, columns])) == 1


def test_gamma_keeps_black_and_white_and_darkens_above_one():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert change_gamma(ramp, 1.0).tolist() == ramp.tolist()
    dark = change_gamma(ramp, 2.0)
    assert (dark.flat[0], dark.flat[-1]) == (0, 255)
    assert (dark <= ramp).all()


@pytest.mark.parametrize("change", [lambda crop: down_and_up(crop, 24), lambda crop: jpeg(crop, 20)])
def test_webcam_changes_lose_detail_and_keep_the_brightness(change):
    crop = CROPS[0, ..., 0]
    out = change(crop)
    assert out.shape == crop.shape
    assert abs(float(out.mean()) - float(crop.mean())) < 4
    assert np.abs(np.diff(out.astype(int))).mean() < np.abs(np.diff(crop.astype(int))).mean()


@pytest.mark.parametrize("side_px", [40, 48])
def test_a_random_crop_is_a_part_of_its_picture(side_px):
    cuts = random_crop(CROPS, side_px, rng())
    assert cuts.shape == (6, side_px, side_px, 1)
    windows = np.lib.stride_tricks.sliding_window_view(CROPS[..., 0], (side_px, side_px), axis=(1, 2))
    for cut, places in zip(cuts[..., 0], windows, strict=True):
        assert (places == cut).all(axis=(-1, -2)).any()
