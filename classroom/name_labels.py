"""The names that a video call writes into its tiles, read by Tesseract where that program is installed.

An extra: without the program, or when it fails, there are no names, and nothing else is different. The picture goes to
it through a pipe and never to the disk, and only as far as labels of faces can be in it. What it read is never logged.
"""

import itertools
import logging
import os
import re
import shutil
import subprocess
import unicodedata
from dataclasses import dataclass

import cv2
import numpy as np

from classroom.naming import clean_text

logger = logging.getLogger(__name__)

PROGRAM = "tesseract"
TIMEOUT_S = 60.0  # a frame of 49 tiles takes one to two seconds of computing
# Of 88 labels of made-up galleries with letters 13 px high (1920 x 1080), 85 were read at twice the size and 83 at
# three times; of those with letters 8 px high (1280 x 720) 15 and 56. Sharpened it was 83 and 81, and 47 and 70.
READ_WIDTH_PX = 3840
MOST_ENLARGED = 3.0
SHARPER = 0.8
SUREST = 70  # of 100: a word that is less sure is none. Of the gallery's labels nearly all have 95 and more.
MOST_LANGUAGES = 4  # each makes it slower
SHORTEST, SHORTEST_SMALL, LONGEST = 2, 4, 40
SAME_LINE = 1.5  # widest gap between two words of a name, in their heights
# Where a label can be, from the middle of its face, in sides of the face's box.
LEFT, RIGHT, LOWEST = 4.5, 2.5, 3.0
HIGHEST_LETTERS = 0.5
# The tiles of a gallery are of one size: a label that lies so much lower than most is of the tile below.
LOWER_THAN_MOST = 1.8
# Not names, but what a call writes beside them.
NO_NAMES = {"you", "me", "host", "co-host", "guest", "mute", "muted", "unmute", "presenting"}


@dataclass(frozen=True)
class Label:
    """One line of text that may be a name; ``box_xyxy`` in pixels of the frame."""

    text: str
    box_xyxy: tuple[float, float, float, float]


def can_read_names() -> bool:
    """Whether the program is installed."""
    return shutil.which(PROGRAM) is not None


class LabelReader:
    """Reads the labels of frames. After a failure it says so once, in the log, and reads no more.

    Args:
        program: path of Tesseract.
    """

    def __init__(self, program: str, timeout_s: float = TIMEOUT_S) -> None:
        self._program, self._timeout_s = program, timeout_s
        self._languages = ""
        self._has_failed = False

    @classmethod
    def find(cls, timeout_s: float = TIMEOUT_S) -> "LabelReader | None":
        """One for whatever languages are installed, or ``None`` where the program is not."""
        program = shutil.which(PROGRAM)
        return cls(program, timeout_s) if program else None

    def read(self, frame_bgr: np.ndarray, boxes_xyxy: np.ndarray) -> tuple[str, ...]:
        """The name in the label of each face, empty where there is none.

        Args:
            frame_bgr: (H, W, 3) uint8.
            boxes_xyxy: (n, 4) the faces.
        """
        if not len(boxes_xyxy) or self._has_failed:
            return ("",) * len(boxes_xyxy)
        left, top, right, bottom = _around(boxes_xyxy, frame_bgr.shape)
        grey = cv2.cvtColor(frame_bgr[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
        scale = float(np.clip(READ_WIDTH_PX / frame_bgr.shape[1], 1, MOST_ENLARGED))
        try:
            labels = labels_in(self._words(_enlarged(grey, scale)), scale)
        except (OSError, subprocess.SubprocessError, ValueError, cv2.error) as error:
            self._has_failed = True
            # Not the error's own words: they could quote what was read.
            logger.warning("Tesseract failed (%s): no more names are read.", type(error).__name__)
            return ("",) * len(boxes_xyxy)
        return names_of_faces(labels, boxes_xyxy - np.array([left, top, left, top], np.float32))

    def _words(self, grey: np.ndarray) -> str:
        """Tesseract's table of the words in a picture."""
        self._languages = self._languages or _languages(self._run(["--list-langs"], b""))
        options = ["--psm", "11", "-l", self._languages, "tsv"]
        return self._run(
            ["stdin", "stdout", *options], f"P5 {grey.shape[1]} {grey.shape[0]} 255\n".encode() + grey.tobytes()
        )

    def _run(self, options: list[str], content: bytes) -> str:
        """What it prints. With one thread: each core has its own process."""
        done = subprocess.run(
            [self._program, *options],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=self._timeout_s,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )
        return done.stdout.decode("utf-8", "replace")


def labels_in(tsv: str, scale: float = 1.0) -> list[Label]:
    """What may be a name in Tesseract's table of words.

    Args:
        scale: pixels of the picture that was read / pixels of the frame.

    Raises:
        ValueError: it is no such table.
    """
    rows = [line.split("\t") for line in tsv.splitlines()]
    if not rows or rows[0][0] != "level" or any(len(row) != 12 for row in rows):
        raise ValueError("not a table of words")
    labels = []
    words = [row for row in rows[1:] if row[0] == "5"]
    for _, line in itertools.groupby(words, key=lambda row: row[1:5]):
        found: list[tuple[str, np.ndarray]] = []
        for *_, left, top, width, height, sureness, text in line:
            word = _name_word(text) if float(sureness) >= SUREST else ""
            if not word:
                continue
            box = np.array([int(left), int(top), int(left) + int(width), int(top) + int(height)]) / scale
            if found and box[0] - found[-1][1][2] > SAME_LINE * (box[3] - box[1]):
                labels += _label(found)
                found = []
            found.append((word, box))
        labels += _label(found)
    return labels


def names_of_faces(labels: list[Label], boxes_xyxy: np.ndarray) -> tuple[str, ...]:
    """A name for each of the (n, 4) faces, empty where there is none: the nearest label below, each for one face."""
    names = [""] * len(boxes_xyxy)
    if not labels or not names:
        return tuple(names)
    texts = np.array([label.box_xyxy for label in labels])
    middles = (boxes_xyxy[:, None, :2] + boxes_xyxy[:, None, 2:]) / 2
    sides = np.maximum((boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).max(axis=1), 1.0)[:, None]
    right = middles[..., 0] - texts[None, :, 0]  # of where the label begins
    below = (texts[None, :, 1] + texts[None, :, 3]) / 2 - middles[..., 1]
    possible = (right < LEFT * sides) & (right > -RIGHT * sides) & (below > 0) & (below < LOWEST * sides)
    possible &= (texts[:, 3] - texts[:, 1])[None, :] < HIGHEST_LETTERS * sides
    # Labels stand on the left: one that begins right of a face is rather its neighbour's.
    costs = np.where(possible, np.hypot(np.where(right < 0, -3 * right, right), below), np.inf)
    pairs: dict[int, int] = {}
    for flat in np.argsort(costs, axis=None, kind="stable"):
        face, label = map(int, np.unravel_index(flat, costs.shape))
        if not np.isfinite(costs[face, label]):
            break
        if face not in pairs and label not in pairs.values():
            pairs[face] = label
    usual = np.median([below[pair] for pair in pairs.items()]) if pairs else 0.0
    for face, label in pairs.items():
        if len(pairs) < 3 or below[face, label] < LOWER_THAN_MOST * usual:
            names[face] = labels[label].text
    return tuple(names)


def _around(boxes_xyxy: np.ndarray, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The part of a frame in which faces and their labels are: left, top, right, bottom."""
    middles = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
    sides = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]).max(axis=1, keepdims=True)
    first, last = (middles - sides * [LEFT, 1]).min(axis=0), (middles + sides * [LEFT, LOWEST]).max(axis=0)
    left, top = np.clip(first, 0, None).astype(int).tolist()
    right, bottom = np.ceil(np.minimum(last, [shape[1], shape[0]])).astype(int).tolist()
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _enlarged(grey: np.ndarray, scale: float) -> np.ndarray:
    large = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return cv2.addWeighted(large, 1 + SHARPER, cv2.GaussianBlur(large, (0, 0), scale), -SHARPER, 0)


def _label(words: list[tuple[str, np.ndarray]]) -> list[Label]:
    """The words of a line as one label, or none."""
    while words and not any(map(str.isalpha, words[0][0])):
        words = words[1:]  # the sign of a microphone is often read as a number
    text = clean_text(" ".join(word for word, _ in words), LONGEST + 1)
    signs, letters = len(text.replace(" ", "")), sum(_is_letter(sign) for sign in text)
    # Noise, and the rest of a name whose beginning was not read, are short and begin small.
    fewest = SHORTEST_SMALL if text[:1].islower() else SHORTEST
    if letters < fewest or letters < signs / 2 or len(text) > LONGEST:
        return []
    boxes = np.array([box for _, box in words])
    return [Label(text, (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()))]


def _name_word(text: str) -> str:
    """The word if it may be one of a name, else nothing."""
    word = text.strip("".join(sign for sign in text if not _is_of_names(sign))).strip("'’-")
    if not all(map(_is_of_names, word)):
        return ""
    return "" if word.strip("().").casefold() in NO_NAMES else word


def _is_of_names(sign: str) -> bool:
    return _is_letter(sign) or sign.isdecimal() or sign in "().'’-"


def _is_letter(sign: str) -> bool:
    """Of any script; vowel signs and accents are parts of letters."""
    return unicodedata.category(sign)[0] in "LM"


def _languages(listed: str) -> str:
    """All that are installed, English at first; where that is very much, one."""
    found = [line.strip() for line in listed.splitlines()[1:]]
    found = [name for name in found if re.fullmatch(r"[a-z]{3}(_[a-z]+)?", name) and name not in ("osd", "equ")]
    found.sort(key=lambda name: (name != "eng", name))
    return "+".join(found if len(found) <= MOST_LANGUAGES else found[:1]) or "eng"
