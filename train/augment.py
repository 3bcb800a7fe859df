"""Random changes that leave the expression: of the head (flip, shift, turn), and of the webcam (JPEG, blur, light)."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """How much is changed. Probabilities are per image, 0 to 1; lengths are pixels of the 48x48 crop."""

    flip: float = 0.5
    shift_px: float = 4.0
    rotate_deg: float = 12.0
    scale: float = 0.12
    erase: float = 0.2
    erase_px: tuple[int, int] = (6, 18)
    gamma: float = 0.2
    jpeg: float = 0.1
    blur: float = 0.1
    resample: float = 0.1


NOTHING = Augmentation(0, 0, 0, 0, 0, (6, 18), 0, 0, 0, 0)


def augment(crops: np.ndarray, amount: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """(n, 48, 48, 1) uint8 -> the same shape and dtype, changed anew; the given crops stay as they are."""
    out = np.empty_like(crops)
    for i, crop in enumerate(crops):
        out[i, ..., 0] = _augment_one(crop[..., 0], amount, rng)
    return out


def random_crop(crops: np.ndarray, side_px: int, rng: np.random.Generator) -> np.ndarray:
    """(n, h, w, 1) -> (n, side_px, side_px, 1), each cut at a place of its own."""
    tops = rng.integers(0, crops.shape[1] - side_px + 1, len(crops))
    lefts = rng.integers(0, crops.shape[2] - side_px + 1, len(crops))
    cut = [crop[y : y + side_px, x : x + side_px] for crop, y, x in zip(crops, tops, lefts, strict=True)]
    return np.stack(cut) if cut else np.zeros((0, side_px, side_px, 1), crops.dtype)


def _augment_one(crop: np.ndarray, amount: Augmentation, rng: np.random.Generator) -> np.ndarray:
    crop = _move(crop, amount, rng)
    if rng.random() < amount.gamma:
        crop = change_gamma(crop, float(np.exp(rng.uniform(-0.6, 0.6))))
    if rng.random() < amount.resample:
        crop = down_and_up(crop, int(rng.integers(20, 42)))
    if rng.random() < amount.blur:
        crop = cv2.GaussianBlur(crop, (0, 0), rng.uniform(0.4, 1.2))
    if rng.random() < amount.jpeg:
        crop = jpeg(crop, int(rng.integers(15, 80)))
    if rng.random() < amount.erase:
        crop = _erase(crop, amount.erase_px, rng)
    return crop


def _move(crop: np.ndarray, amount: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Mirror, turn, scale and shift in one resampling, so that the picture is softened once only."""
    side_px = crop.shape[0]
    angle_deg = rng.uniform(-amount.rotate_deg, amount.rotate_deg)
    scale = 1 + rng.uniform(-amount.scale, amount.scale)
    centre = (side_px - 1) / 2
    matrix = cv2.getRotationMatrix2D((centre, centre), angle_deg, scale)
    matrix[:, 2] += rng.uniform(-amount.shift_px, amount.shift_px, 2)
    if rng.random() < amount.flip:
        crop = crop[:, ::-1]
    crop = np.ascontiguousarray(crop)  # OpenCV takes no mirrored view
    return cv2.warpAffine(crop, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def _erase(crop: np.ndarray, side_range_px: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """One rectangle of one grey: a hand, a cup or a mask in front of the face (Zhong et al. 2017, random erasing)."""
    height, width = rng.integers(side_range_px[0], side_range_px[1] + 1, 2)
    top, left = rng.integers(0, crop.shape[0] - height + 1), rng.integers(0, crop.shape[1] - width + 1)
    crop = crop.copy()
    crop[top : top + height, left : left + width] = rng.integers(0, 256)
    return crop


def change_gamma(crop: np.ndarray, gamma: float) -> np.ndarray:
    """Above 1 darker, below 1 brighter; black stays black and white stays white."""
    table = (255 * (np.arange(256) / 255) ** gamma).round().astype(np.uint8)
    return table[crop]


def down_and_up(crop: np.ndarray, small_px: int) -> np.ndarray:
    """As if the face had been ``small_px`` pixels wide in the frame."""
    small = cv2.resize(crop, (small_px, small_px), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, crop.shape[::-1], interpolation=cv2.INTER_LINEAR)


def jpeg(crop: np.ndarray, quality: int) -> np.ndarray:
    """Packed and unpacked at a JPEG quality of 1 to 100."""
    _, packed = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
