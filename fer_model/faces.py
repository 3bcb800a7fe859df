"""The faces found in one picture, as parallel arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np

KEYPOINTS: tuple[str, ...] = ("right eye", "left eye", "nose tip", "mouth", "right ear", "left ear")


@dataclass(frozen=True, eq=False)
class Faces:
    """n faces of one picture; the same row of every array is the same face. None at all is ``Faces.empty()``.

    Attributes:
        boxes_xyxy: (n, 4) float32, left, top, right, bottom in pixels. A box may reach outside the picture.
        score: (n,) float32 in [0, 1], how sure the detector is.
        keypoints: (n, 6, 2) float32, x and y in pixels in the order of ``KEYPOINTS``; left and right are
            the person's own.

    Raises:
        ValueError: the arrays do not belong together, a number is not finite, or a box is turned inside out.
    """

    boxes_xyxy: np.ndarray
    score: np.ndarray | None = None
    keypoints: np.ndarray | None = None

    def __post_init__(self) -> None:
        n = len(self.boxes_xyxy)
        # Boxes alone are enough to crop, so a test or another detector need not invent the rest.
        filled = {
            "boxes_xyxy": (self.boxes_xyxy, (n, 4)),
            "score": (np.ones(n) if self.score is None else self.score, (n,)),
            "keypoints": (np.zeros((n, len(KEYPOINTS), 2)) if self.keypoints is None else self.keypoints, (n, 6, 2)),
        }
        for name, (values, shape) in filled.items():
            array = np.asarray(values, dtype=np.float32)
            if array.shape != shape:
                raise ValueError(f"{name}: expected shape {shape} for {n} boxes, got {array.shape}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
            object.__setattr__(self, name, array)
        if (self.boxes_xyxy[:, 2:] < self.boxes_xyxy[:, :2]).any():
            raise ValueError("boxes_xyxy: expected left <= right and top <= bottom, got a box turned inside out")

    @classmethod
    def empty(cls) -> Self:
        return cls(np.empty((0, 4)), np.empty(0), np.empty((0, len(KEYPOINTS), 2)))

    def __len__(self) -> int:
        return len(self.boxes_xyxy)

    def __getitem__(self, index: int | slice | list[int] | np.ndarray) -> Self:
        """The chosen faces: by number, slice, list of numbers or boolean mask (n,). Always a ``Faces``."""
        if isinstance(index, (int, np.integer)):
            index = [index]
        elif not isinstance(index, slice):
            # An empty list would become a float array, which cannot index.
            index = np.asarray(index, dtype=np.intp if len(index) == 0 else None)
        return type(self)(self.boxes_xyxy[index], self.score[index], self.keypoints[index])

    @property
    def sides(self) -> np.ndarray:
        """(n, 2) float32 width and height of each box in pixels."""
        return self.boxes_xyxy[:, 2:] - self.boxes_xyxy[:, :2]

    @property
    def areas(self) -> np.ndarray:
        """(n,) float32 box areas in square pixels."""
        return self.sides.prod(axis=1)

    @property
    def rolls_rad(self) -> np.ndarray:
        """(n,) float64 how far each head is tilted in the picture's plane, clockwise for the viewer; 0 is upright.

        The line from eye to eye and the line from between the eyes to the mouth, added up: of a head turned aside the
        eyes lie almost in one place, and the second line, long then, decides. Without keypoints it is 0.
        """
        points = self.keypoints.astype(np.float64)
        right_eye, left_eye, mouth = (points[:, KEYPOINTS.index(name)] for name in ("right eye", "left eye", "mouth"))
        across, down = left_eye - right_eye, mouth - (right_eye + left_eye) / 2
        return np.arctan2(across[:, 1] - down[:, 0], across[:, 0] + down[:, 1])

    def largest(self) -> Self:
        """The face with the largest box, the first one of equals; empty when there is none."""
        return self[[int(self.areas.argmax())]] if len(self) else self
