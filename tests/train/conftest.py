"""A data set of the Kaggle layout, small enough to write anew for each test."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_model.labels import EMOTIONS
from train.ferplus import COLUMNS

VOTE_OF = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")  # in the order of EMOTIONS


@dataclass(frozen=True)
class TinySet:
    """Where the small data set lies: a folder, the same as a zip, and its votes."""

    folder: Path
    archive: Path
    votes: Path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> TinySet:
    """Per emotion four Training, two PublicTest and one PrivateTest images; each emotion has its own brightness."""
    root = tmp_path_factory.mktemp("fer2013")
    rng = np.random.default_rng(0)
    rows = [",".join(("file", *COLUMNS))]
    for split, part, count in (("Training", "train", 4), ("PublicTest", "test", 2), ("PrivateTest", "test", 1)):
        for label, emotion in enumerate(EMOTIONS):
            for number in range(count):
                name = f"{split}_{label}{number}.png"
                pixels = np.clip(rng.normal(30 + 32 * label, 8, (48, 48)), 0, 255).astype(np.uint8)
                folder = root / "set" / part / emotion
                folder.mkdir(parents=True, exist_ok=True)
                assert cv2.imwrite(str(folder / name), pixels)
                votes = [10 if column == VOTE_OF[label] else 0 for column in COLUMNS]
                rows.append(",".join((name, *map(str, votes))))
    (root / "votes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    zip_folder(root / "set", root / "set.zip")
    return TinySet(root / "set", root / "set.zip", root / "votes.csv")


def zip_folder(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*.*"), reverse=True):  # another order than the folder's
            file.write(path, path.relative_to(folder))
