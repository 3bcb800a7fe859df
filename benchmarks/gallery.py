"""A made-up gallery view of a video call whose truth is known: seeded tiles with real faces, name bars, empty tiles.

Faces are pictures of FER2013 (48 x 48 grey) enlarged onto coloured backgrounds, one a person; a person keeps picture,
background and name while the tiles are shuffled. What cannot be had this way is a person's changing expression.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_model.preprocess import SHORT_RANGE_FRAMING

GAP_PX = 6
NAME_BAR_SHARE = 0.14  # of a tile's height
NAMES = (
    "Ada Aline Amir Bela Bo Cem Chloe Dana Deniz Edda Elif Emil Finn Flora Gita Hana Hugo Ida Ines Ivan Jana Jonas Kaan"
    " Kim Lara Leo Lena Lina Luis Mara Mia Mika Nadia Nils Noor Ole Omar Paul Pia Quinn Rafa Rosa Sami Sara Tariq Tess"
    " Timo Uma Vera Wim Xenia Yara Yusuf Zoe"
).split()


@dataclass(frozen=True)
class Person:
    """One tile's content: what stays the same wherever the tile goes."""

    name: str
    picture: np.ndarray | None  # (48, 48) uint8, None: camera off
    expression: int | None  # index in EMOTIONS
    face_share: float  # side of the picture as a share of the tile's height
    shift: tuple[float, float]  # of the picture from the middle, in tile heights
    seed: int


@dataclass(frozen=True)
class Truth:
    """What a frame shows; row i of every array is the same face.

    Attributes:
        boxes_xyxy: (n, 4) float32 where a detector's box should be, in pixels.
        people: (n,) int64 index of the person.
        expressions: (n,) int64 index in ``EMOTIONS``.
    """

    boxes_xyxy: np.ndarray
    people: np.ndarray
    expressions: np.ndarray


class Gallery:
    """Frames of a call with ``columns`` times ``rows`` tiles.

    Args:
        pictures: (n, 48, 48) uint8 faces, n at least the number of tiles with a camera.
        expressions: (n,) index in ``EMOTIONS``.
        off_share: share of the tiles whose camera is off.
    """

    def __init__(
        self,
        pictures: np.ndarray,
        expressions: np.ndarray,
        columns: int = 7,
        rows: int = 7,
        size_px: tuple[int, int] = (1920, 1080),
        off_share: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.columns, self.rows = columns, rows
        self.width_px, self.height_px = size_px
        rng = np.random.default_rng(seed)
        tiles = columns * rows
        off = set(rng.permutation(tiles)[: round(off_share * tiles)].tolist())
        chosen = iter(rng.permutation(len(pictures)))
        self.people: list[Person] = []
        for number in range(tiles):
            name = NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f" {number // len(NAMES) + 1}")
            share, shift = rng.uniform(0.6, 0.8), (rng.uniform(-0.25, 0.25), rng.uniform(-0.05, 0.02))
            row = None if number in off else next(chosen)
            picture, expression = (None, None) if row is None else (pictures[row], int(expressions[row]))
            self.people.append(Person(name, picture, expression, share, shift, seed * 1000 + number))

    def frame(self, order: np.ndarray | None = None, at: int = 0) -> tuple[np.ndarray, Truth]:
        """(height, width, 3) uint8 BGR, and what it shows.

        Args:
            order: (tiles,) the person in each tile, row by row; as they were made without it.
            at: number of the frame: everybody moves a little from one to the next.
        """
        frame = np.full((self.height_px, self.width_px, 3), 24, np.uint8)
        width, height = self.width_px // self.columns, self.height_px // self.rows
        boxes, people, expressions = [], [], []
        for place, number in enumerate(range(len(self.people)) if order is None else order):
            person = self.people[number]
            left, top = place % self.columns * width, place // self.columns * height
            tile = frame[
                top + GAP_PX // 2 : top + height - GAP_PX // 2, left + GAP_PX // 2 : left + width - GAP_PX // 2
            ]
            box = _draw(tile, person, at)
            if box is not None:
                boxes.append(box + np.tile([left + GAP_PX // 2, top + GAP_PX // 2], 2))
                people.append(number)
                expressions.append(person.expression)
        truth = Truth(
            np.array(boxes, np.float32).reshape(-1, 4), np.array(people, np.int64), np.array(expressions, np.int64)
        )
        return frame, truth


def _draw(tile: np.ndarray, person: Person, at: int) -> np.ndarray | None:
    """Paints one tile; (4,) box of the face in the tile's pixels, ``None`` without one."""
    height, width = tile.shape[:2]
    rng = np.random.default_rng(person.seed)
    if person.picture is None:
        tile[:] = 40
        cv2.circle(tile, (width // 2, height // 2), height // 4, tuple(map(int, rng.integers(60, 200, 3))), -1)
        _write(tile, person.name[0], (width // 2 - height // 10, height // 2 + height // 10), height / 90)
        box = None
    else:
        _background(tile, rng)
        box = _paste(tile, person, np.random.default_rng([person.seed, at]))
    bar = round(NAME_BAR_SHARE * height)
    tile[height - bar :, : width // 2] //= 3
    _write(tile, person.name, (6, height - bar // 4), bar / 34)
    return box


def _paste(tile: np.ndarray, person: Person, rng: np.random.Generator) -> np.ndarray:
    """The person's picture, a little moved and in a little other light than a frame before; (4,) box of the face."""
    height, width = tile.shape[:2]
    side = round(person.face_share * height)
    shift_x, shift_y = np.array(person.shift) * height + rng.uniform(-2, 2, 2)
    x = round(width / 2 + shift_x - side / 2)
    y = int(np.clip(round(0.46 * height + shift_y - side / 2), 0, height - side))
    large = cv2.resize(person.picture, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    lit = np.clip(large * rng.uniform(0.93, 1.07), 0, 255).astype(np.uint8)
    tile[y : y + side, x : x + side] = lit[:, :, None]
    # Where the detector of webcams would draw its box in a picture that is framed as FER2013 frames faces.
    face = side / SHORT_RANGE_FRAMING.scale
    centre = np.array([x + side / 2, y + side / 2 - SHORT_RANGE_FRAMING.shift_y * face])
    return np.concatenate([centre - face / 2, centre + face / 2])


def _background(tile: np.ndarray, rng: np.random.Generator) -> None:
    """A coloured wall with some shelves and pictures."""
    height, width = tile.shape[:2]
    tile[:] = rng.integers(60, 220, 3)
    for _ in range(6):
        x, y = rng.integers(0, width), rng.integers(0, height)
        across, down = rng.integers(10, width // 3), rng.integers(6, height // 2)
        tile[y : y + down, x : x + across] = rng.integers(20, 240, 3)


def _write(tile: np.ndarray, text: str, place: tuple[int, int], scale: float) -> None:
    cv2.putText(tile, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (245, 245, 245), 1, cv2.LINE_AA)
