"""Finds faces of any size in large pictures: gallery views, rooms, photographs of groups.

MediaPipe's webcam detector shrinks whatever it is given to 128 x 128 pixels and misses faces that are narrower than a
fifth of it or so. Therefore the picture is cut into overlapping square tiles of several sizes, each tile is searched,
and what was found twice is merged.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fer_model.faces import Faces
from fer_model.preprocess import check_frame

# A tile of side s finds faces of about s / 5 to s / 2 whole, so sizes that differ by a factor of two leave no gap.
SIZE_STEP = 2.0
OVERLAP = 0.5  # of neighbouring tiles: a face up to half a tile wide lies whole in one of them
SMALLEST_TILE_PX = 120  # below, a face has less than the 20 pixels that reading it takes
SAME_FACE = 0.5  # intersection over the smaller box
# Hundreds of tiles are hundreds of chances to be wrong. In four photographs of groups the real
# faces have 0.84 and more, hands and wallpaper 0.66 and less; FER2013 faces in made-up galleries 0.68 and more.
MIN_SCORE = 0.67


class Detector(Protocol):
    def detect(self, frame_bgr: np.ndarray) -> Faces: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Tile:
    """A part of a picture in pixels: [top, bottom) x [left, right)."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, frame_bgr: np.ndarray) -> np.ndarray:
        return frame_bgr[self.top : self.bottom, self.left : self.right]


def tiles(width_px: int, height_px: int, side_px: int, overlap: float = OVERLAP) -> list[Tile]:
    """Squares of ``side_px`` that cover the picture, row by row; cut off where the picture is smaller than one."""
    return [
        Tile(left, top, min(left + side_px, width_px), min(top + side_px, height_px))
        for top in _starts(height_px, side_px, overlap)
        for left in _starts(width_px, side_px, overlap)
    ]


def _starts(length_px: int, side_px: int, overlap: float) -> list[int]:
    if length_px <= side_px:
        return [0]
    steps = int(np.ceil((length_px - side_px) / (side_px * (1 - overlap))))
    return [round(i * (length_px - side_px) / steps) for i in range(steps + 1)]


def tile_sides(width_px: int, height_px: int) -> list[int]:
    """Sides of the tiles of a thorough search, largest (the whole picture) first."""
    sides = [max(width_px, height_px)]
    while sides[-1] / SIZE_STEP >= SMALLEST_TILE_PX:
        sides.append(round(sides[-1] / SIZE_STEP))
    return sides


def merge(faces: Faces, same_face: float = SAME_FACE) -> Faces:
    """Without what was found twice: of boxes that cover each other the surest stays, surest first.

    Overlap counts as a share of the smaller box, so that half a face at a tile's edge goes when the whole one is there.
    """
    order = np.argsort(-faces.score, kind="stable")
    kept: list[int] = []
    for row in order:
        if not kept or overlap_of_smaller(faces.boxes_xyxy[[row]], faces.boxes_xyxy[kept]).max() < same_face:
            kept.append(int(row))
    return faces[kept]


def overlap_of_smaller(one_xyxy: np.ndarray, other_xyxy: np.ndarray) -> np.ndarray:
    """(n, m) intersection / the smaller of the two areas, 0 to 1, of (n, 4) and (m, 4) boxes."""
    corner = np.maximum(one_xyxy[:, None, :2], other_xyxy[None, :, :2])
    sides = np.clip(np.minimum(one_xyxy[:, None, 2:], other_xyxy[None, :, 2:]) - corner, 0, None)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (one_xyxy, other_xyxy)]
    smaller = np.minimum(areas[0][:, None], areas[1][None, :])
    return sides.prod(axis=2) / np.maximum(smaller, 1e-9)


def joined(parts: list[Faces]) -> Faces:
    """All rows of all parts, in their order."""
    if not parts:
        return Faces.empty()
    return Faces(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("boxes_xyxy", "score", "keypoints"))
    )


def moved(faces: Faces, right_px: float, down_px: float) -> Faces:
    """The same faces in a picture that has more on its left and on top."""
    by = np.array([right_px, down_px], np.float32)
    return Faces(faces.boxes_xyxy + np.tile(by, 2), faces.score, faces.keypoints + by)


def scaled(faces: Faces, by: float) -> Faces:
    """The same faces in the same picture enlarged."""
    return Faces(faces.boxes_xyxy * np.float32(by), faces.score, faces.keypoints * np.float32(by))


class TiledDetector:
    """Searches tiles of a picture with a detector made for one near face. Not thread-safe, as that one is not.

    Args:
        detector: closed together with this.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def detect(self, frame_bgr: np.ndarray, sides_px: list[int] | None = None) -> Faces:
        """The faces of one picture, the surest first.

        Args:
            frame_bgr: (H, W, 3) uint8.
            sides_px: of the tiles; every size of ``tile_sides`` without it, which is thorough and slow.

        Raises:
            FrameError: it is not such a picture.
        """
        check_frame(frame_bgr)
        height, width = frame_bgr.shape[:2]
        found = []
        for side in tile_sides(width, height) if sides_px is None else sides_px:
            for tile in tiles(width, height, side):
                faces = self._detector.detect(tile.of(frame_bgr))
                if (sure := faces.score >= MIN_SCORE).any():
                    found.append(moved(faces[sure], tile.left, tile.top))
        return merge(joined(found))

    def detect_one(self, part_bgr: np.ndarray) -> Faces:
        """The faces of one part of a picture where one is expected: less sure ones as well."""
        return self._detector.detect(part_bgr)

    def close(self) -> None:
        """Closes the detector. May be called again."""
        self._detector.close()
