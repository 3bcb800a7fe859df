"""Where to look in the next frame of a recording: around the faces of the last ones, and everywhere now and then."""

from dataclasses import dataclass

import numpy as np

from fer_model.faces import Faces
from fer_model.tiles import Tile, TiledDetector, joined, merge, moved, overlap_of_smaller, tile_sides

THOROUGH_EVERY = 20  # frames: everywhere, with tiles of the sizes that suit the faces seen so far
ALL_SIZES_EVERY = 200  # frames: everywhere with tiles of every size, which takes several times as long; a multiple
REMEMBERED = 20  # frames for which the place of a face that is not seen any more is looked at
MANY = 0.1  # share of the faces of the last frame; a single one that turns away is no reason to look everywhere
SAME_PLACE = 0.3  # intersection over the smaller box
TILE_OF_FACE = 3.2  # side of the tile in which a face is found best / side of its box


@dataclass
class _Place:
    """Where a face was, and for how many frames nobody has been seen there."""

    box_xyxy: np.ndarray
    unseen: int = 0


class Search:
    """Goes through the frames of one recording. Looking at every tile of every frame would take ten times as long.

    A face that turns up somewhere new is found at the next thorough look, ``THOROUGH_EVERY`` frames later at the
    latest; at once when many others have left their places, as in a gallery whose tiles are re-ordered.
    """

    def __init__(
        self, detector: TiledDetector, thorough_every: int = THOROUGH_EVERY, all_sizes_every: int = ALL_SIZES_EVERY
    ) -> None:
        self._detector = detector
        self._thorough_every = thorough_every
        self._all_sizes_every = all_sizes_every
        self._size: tuple[int, int] | None = None
        self._places: list[_Place] = []
        self._sides_px: list[int] = []
        self._frame = 0

    def detect(self, frame_bgr: np.ndarray) -> Faces:
        """The faces of the next frame, (H, W, 3) uint8, the surest first. Raises ``FrameError``."""
        size = frame_bgr.shape[:2]
        if size != self._size:
            self._size, self._places, self._frame = size, [], 0
        if self._frame % self._all_sizes_every == 0:
            found = self._detector.detect(frame_bgr)
            self._sides_px = _useful_sides(found, size)
        elif self._frame % self._thorough_every == 0:
            found = self._detector.detect(frame_bgr, self._sides_px)
        else:
            found = self._around(frame_bgr)
            if self._many_left(found):
                everywhere = self._detector.detect(frame_bgr, self._sides_px)
                found = merge(joined([found, everywhere]))
        self._remember(found)
        self._frame += 1
        return found

    def _around(self, frame_bgr: np.ndarray) -> Faces:
        height, width = frame_bgr.shape[:2]
        parts = []
        for place in self._places:
            tile = _tile_around(place.box_xyxy, width, height)
            parts.append(moved(self._detector.detect_one(tile.of(frame_bgr)), tile.left, tile.top))
        return merge(joined(parts))

    def _many_left(self, found: Faces) -> bool:
        here = np.array([place.box_xyxy for place in self._places if not place.unseen], np.float32).reshape(-1, 4)
        if len(here) == 0 or len(found) == 0:
            return len(here) > 0
        return (overlap_of_smaller(here, found.boxes_xyxy).max(axis=1) < SAME_PLACE).mean() > MANY

    def _remember(self, found: Faces) -> None:
        """The places of the faces seen now, and of those lately seen where there is nobody now."""
        old = []
        for place in self._places:
            taken = len(found) and overlap_of_smaller(place.box_xyxy[None], found.boxes_xyxy).max() >= SAME_PLACE
            place.unseen += 1
            if not taken and place.unseen <= REMEMBERED:
                old.append(place)
        self._places = [_Place(box) for box in found.boxes_xyxy] + old


def _tile_around(box_xyxy: np.ndarray, width_px: int, height_px: int) -> Tile:
    centre, side = (box_xyxy[:2] + box_xyxy[2:]) / 2, TILE_OF_FACE * (box_xyxy[2:] - box_xyxy[:2]).max()
    left, top = np.clip(np.floor(centre - side / 2), 0, [width_px - 1, height_px - 1]).astype(int).tolist()
    right, bottom = np.clip(np.ceil(centre + side / 2), [left + 1, top + 1], [width_px, height_px]).astype(int).tolist()
    return Tile(left, top, right, bottom)


def _useful_sides(faces: Faces, size: tuple[int, int]) -> list[int]:
    """Of the sides of a thorough search the largest and those that suit the faces found; all where there are none."""
    sides = np.array(tile_sides(size[1], size[0]))
    if len(faces) == 0:
        return sides.tolist()  # an empty room, or a title page: whoever comes may be of any size
    wanted = TILE_OF_FACE * faces.sides.max(axis=1)
    nearest = np.abs(np.log(wanted[:, None]) - np.log(sides[None, :])).argmin(axis=1)
    return sorted({int(sides[0]), *sides[nearest].tolist()}, reverse=True)
