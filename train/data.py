"""Reads FER2013 from a zip or a folder of the Kaggle layout, and checks it: ``python -m train.data PATH``.

Layout: ``train/<class>/Training_*`` and ``test/<class>/PublicTest_*|PrivateTest_*``, 48x48 pixels, 8-bit grey. What
split an image belongs to is told by the prefix of its file name, because Kaggle keeps both test sets in one folder.
"""

import argparse
import hashlib
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from fer_model.labels import EMOTIONS

SPLITS = ("Training", "PublicTest", "PrivateTest")
SIDE_PX = 48
WHERE_TO_GET = (
    "FER2013 is on Kaggle: with your own account's token in ~/.kaggle/kaggle.json run "
    "`pip install kaggle` and `kaggle datasets download msambare/fer2013`, then give the zip."
)
LAYOUT = "train/<class>/Training_* and test/<class>/PublicTest_*|PrivateTest_*"


class DataError(Exception):
    """The data set is missing, is laid out in another way, or lacks what was asked for."""


@dataclass(frozen=True)
class Images:
    """Images of one split, ordered by file name; rows of all arrays belong together.

    Attributes:
        pixels: (n, 48, 48, 1) uint8, grey.
        labels: (n,) int64, index into ``EMOTIONS``.
        names: (n,) str, file names without their folder.
        unreadable: what was left out, one "path: reason" each.
    """

    pixels: np.ndarray
    labels: np.ndarray
    names: np.ndarray
    unreadable: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray | slice) -> "Images":
        return Images(self.pixels[rows], self.labels[rows], self.names[rows], self.unreadable)

    @classmethod
    def empty(cls) -> "Images":
        return cls(np.zeros((0, SIDE_PX, SIDE_PX, 1), np.uint8), np.zeros(0, np.int64), np.zeros(0, dtype=str))


def read_split(path: Path, split: str) -> Images:
    """Every readable image of one split.

    Raises:
        DataError: there is nothing at ``path``, it is no zip or folder of the Kaggle layout, or the split is missing.
    """
    if split not in SPLITS:
        raise DataError(f"There is no split {split!r}: choose one of {', '.join(SPLITS)}.")
    return read_splits(path, (split,))[split]


def read_splits(path: Path, splits: tuple[str, ...] | None = None) -> dict[str, Images]:
    """The splits asked for, or without ``splits`` every one that is there. Raises ``DataError`` as ``read_split``."""
    rows: dict[str, list] = defaultdict(list)
    unreadable: dict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for name, read in _image_files(Path(path)):
        split, emotion = _place(name)
        if split is None or emotion is None:
            continue
        seen.add(split)
        if splits is not None and split not in splits:
            continue
        try:
            rows[split].append((PurePosixPath(name).name, EMOTIONS.index(emotion), _decode(read())))
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            unreadable[split].append(f"{name}: {error}")
    if not seen:
        raise DataError(f"{path} is not laid out as FER2013: expected {LAYOUT}, got none of these. {WHERE_TO_GET}")
    wanted = splits if splits is not None else tuple(split for split in SPLITS if split in seen)
    for split in wanted:
        if not rows[split]:
            raise DataError(f"{path} has no readable {split} images; it holds {', '.join(sorted(seen))}.")
    return {split: _stack(rows[split], unreadable[split]) for split in wanted}


def pixel_hashes(images: Images) -> np.ndarray:
    """(n,) str: images with the same hash have the same pixels."""
    return np.array([hashlib.sha1(pixels.tobytes()).hexdigest() for pixels in images.pixels], dtype=str)


def twin_mask(images: Images, others: Images) -> np.ndarray:
    """(n,) bool: which ``images`` are pixel-identical to one of ``others``. FER2013 has such twins across splits."""
    return np.isin(pixel_hashes(images), pixel_hashes(others))


def _image_files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(path inside the data set, how to read its bytes) of every file; reading is left to who wants that file."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield file.relative_to(path.parent).as_posix(), file.read_bytes
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, lambda info=info: archive.read(info)
    elif path.exists():
        raise DataError(f"{path} is neither a zip nor a folder. {WHERE_TO_GET}")
    else:
        raise DataError(f"There is nothing at {path}. {WHERE_TO_GET}")


def _place(name: str) -> tuple[str | None, str | None]:
    """(split, emotion) told by the last parts of a path, ``None`` for what is not part of the layout."""
    parts = PurePosixPath(name).parts
    if len(parts) < 3 or parts[-3] not in ("train", "test") or parts[-2] not in EMOTIONS:
        return None, None
    prefix = parts[-1].split("_", 1)[0]
    return (prefix, parts[-2]) if prefix in SPLITS else (None, None)


def _decode(data: bytes) -> np.ndarray:
    """(48, 48) uint8; raises ``ValueError`` with the reason when it is no such picture."""
    # OpenCV raises on an empty buffer but returns None on a broken one.
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if pixels is None:
        raise ValueError("not a picture")
    if pixels.shape != (SIDE_PX, SIDE_PX):
        raise ValueError(f"expected {SIDE_PX}x{SIDE_PX} pixels, got {pixels.shape[1]}x{pixels.shape[0]}")
    return pixels


def _stack(rows: list[tuple[str, int, np.ndarray]], unreadable: list[str]) -> Images:
    rows = sorted(rows, key=lambda row: row[0])  # the same order from a zip and a folder, so that a seed means the same
    names, labels, pixels = zip(*rows, strict=True)
    return Images(np.stack(pixels)[..., None], np.array(labels, np.int64), np.array(names), tuple(sorted(unreadable)))


def report(splits: dict[str, Images]) -> str:
    """What the check found, as text: counts by class, images left out by name, twins within and across splits."""
    lines = [f"{'split':<12}{'images':>8}" + "".join(f"{emotion:>10}" for emotion in EMOTIONS)]
    hashes = {split: pixel_hashes(images) for split, images in splits.items()}
    for split, images in splits.items():
        counts = np.bincount(images.labels, minlength=len(EMOTIONS))
        lines.append(f"{split:<12}{len(images):>8}" + "".join(f"{count:>10}" for count in counts))
        if missing := [emotion for emotion, count in zip(EMOTIONS, counts, strict=True) if count == 0]:
            lines.append(f"{split}: no images of {', '.join(missing)}")
    lines.append(f"All of them are {SIDE_PX}x{SIDE_PX} pixels, 8-bit grey.")
    for split, images in splits.items():
        lines.append(f"{split}: {len(images.unreadable)} unreadable or of another size")
        lines += [f"  {line}" for line in images.unreadable]
        twins = sum(count for count in Counter(hashes[split].tolist()).values() if count > 1)
        lines.append(f"{split}: {twins} images have a pixel-identical twin within the split")
    found = list(splits)
    for i, split in enumerate(found):
        for other in found[:i]:
            shared = int(np.isin(hashes[split], hashes[other]).sum())
            lines.append(f"{split}: {shared} images have a pixel-identical twin in {other}")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a FER2013 data set.", epilog=WHERE_TO_GET)
    parser.add_argument("path", type=Path, nargs="?", help="zip or folder of the Kaggle layout")
    args = parser.parse_args(argv)
    if args.path is None:
        print(WHERE_TO_GET)
        return 2
    try:
        print(report(read_splits(args.path)))
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
