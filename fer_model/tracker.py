"""Who is who from frame to frame: faces of a recording become tracks with stable numbers.

Two things tell: the surroundings (background, hair, clothes: a small colour picture around the face), and the place.
Where both are as before it is the same person. Then the surroundings alone decide, wherever the face is now: that finds
people again when a gallery's tiles are re-ordered. At last the place alone does, unless the surroundings are others.

Faces are not recognised. Two people before the same wall in the same clothes who change places are taken for each
other, and somebody who comes back in other surroundings is somebody new.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

LOOK_CELLS = 5
SAMPLES = 4  # of the frame's pixels, per cell and direction
LOOK_OF_FACE = (2.0, 1.5)  # width and height of the surroundings / side of the face's box; a tile of a gallery is wide
SHORT_S = 5.0  # a place counts for so long after it was left
NEAR = 1.2  # centres, in sides of the box
LIKE_SIZE = 1.8
# Mean difference of the surroundings in CIELAB units. With the boxes that the detector draws in made-up galleries, one
# person's differ by less than 7 in 95 of 100 cases, and another one's that is likest by 5 at least, mostly by 10.
LIKE_ANYWHERE = 7.0
CLEARER = 0.7  # and the likest track must differ this much less than the next one
LIKE_HERE = 15.0
FRESH = 0.2  # share of the newest frame in what a track's surroundings look like


@dataclass
class Track:
    """One person.

    Attributes:
        number: from 1, in the order in which they were first seen.
        box_xyxy: (4,) where the face was last, in pixels.
        seen_s: when that was, seconds from the recording's start.
        look: (5, 5, 3) float32 CIELAB of the surroundings.
        count: in how many frames.
    """

    number: int
    box_xyxy: np.ndarray
    seen_s: float
    look: np.ndarray
    count: int = field(default=1)


class FaceTracker:
    """Numbers the faces of the frames of one recording, given in their order."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []

    def update(self, boxes_xyxy: np.ndarray, looks: np.ndarray, at_s: float) -> np.ndarray:
        """(n,) int64 numbers of the tracks of the faces of a frame, no number twice.

        Args:
            boxes_xyxy: (n, 4) in pixels.
            looks: (n, 5, 5, 3) their ``surroundings``.
            at_s: seconds from the recording's start; never earlier than the frame before.
        """
        track_of = np.full(len(boxes_xyxy), -1, np.int64)
        for costs in (self._costs_same, self._costs_anywhere, self._costs_here):
            free_faces = np.flatnonzero(track_of < 0)
            taken = set(track_of.tolist())
            free_tracks = [i for i in range(len(self.tracks)) if i not in taken]
            pairs = costs(boxes_xyxy[free_faces], looks[free_faces], [self.tracks[i] for i in free_tracks], at_s)
            for face, track in _cheapest_pairs(pairs):
                track_of[free_faces[face]] = free_tracks[track]
        for face, (box, look) in enumerate(zip(boxes_xyxy, looks, strict=True)):
            if track_of[face] < 0:
                track_of[face] = len(self.tracks)
                self.tracks.append(Track(len(self.tracks) + 1, box, at_s, look))
            else:
                track = self.tracks[track_of[face]]
                track.box_xyxy, track.seen_s, track.count = box, at_s, track.count + 1
                track.look = (1 - FRESH) * track.look + FRESH * look
        return np.array([self.tracks[i].number for i in track_of], np.int64)

    def _costs_same(self, boxes: np.ndarray, looks: np.ndarray, tracks: list[Track], at_s: float) -> np.ndarray:
        """``_costs_here`` where the surroundings are as alike as they must be elsewhere, and to no other far more."""
        unlike = differences(looks, tracks)
        likest = unlike.min(axis=1, initial=np.inf)[:, None]
        alike = (unlike < LIKE_ANYWHERE) & (CLEARER * unlike <= likest)
        return np.where(alike, self._costs_here(boxes, looks, tracks, at_s), np.inf)

    def _costs_here(self, boxes: np.ndarray, looks: np.ndarray, tracks: list[Track], at_s: float) -> np.ndarray:
        """(faces, tracks): small for the same surroundings near the same place, infinite where it cannot be."""
        lately = [at_s - track.seen_s <= SHORT_S for track in tracks]
        olds = np.array([track.box_xyxy for track in tracks], np.float32).reshape(-1, 4)
        sides, old_sides = _sides(boxes), _sides(olds)
        apart = np.linalg.norm(_centres(boxes)[:, None] - _centres(olds)[None], axis=2)
        apart = apart / np.maximum(sides[:, None], old_sides[None, :])
        ratio = np.maximum(sides[:, None] / old_sides[None, :], old_sides[None, :] / sides[:, None])
        unlike = differences(looks, tracks)
        possible = (apart < NEAR) & (ratio < LIKE_SIZE) & (unlike < LIKE_HERE) & np.array(lately, bool)[None, :]
        # Who was seen last goes first: else two tracks that one person has got would take turns for ever.
        away = np.array([(at_s - track.seen_s) / SHORT_S for track in tracks])
        return np.where(possible, apart / NEAR + unlike / LIKE_HERE + 2 * away[None, :], np.inf)

    def _costs_anywhere(self, boxes: np.ndarray, looks: np.ndarray, tracks: list[Track], at_s: float) -> np.ndarray:
        """(faces, tracks): by surroundings alone; infinite where they differ, or as much alike to another track."""
        unlike = differences(looks, tracks)
        if unlike.shape[1] > 1:
            others = np.partition(unlike, 1, axis=1)[:, :2]
            next_best = np.where(unlike == others[:, :1], others[:, 1:], others[:, :1])
            unlike = np.where(unlike < CLEARER * next_best, unlike, np.inf)
        return np.where(unlike < LIKE_ANYWHERE, unlike, np.inf)


def surroundings(frame_bgr: np.ndarray, boxes_xyxy: np.ndarray) -> np.ndarray:
    """(n, 5, 5, 3) float32 CIELAB: small pictures of what is around the (n, 4) boxes, the frame's edge repeated."""
    looks = np.empty((len(boxes_xyxy), LOOK_CELLS, LOOK_CELLS, 3), np.float32)
    steps = (np.arange(LOOK_CELLS * SAMPLES) + 0.5) / (LOOK_CELLS * SAMPLES) - 0.5
    limits = np.array([frame_bgr.shape[1], frame_bgr.shape[0]]) - 1
    for look, box in zip(looks, boxes_xyxy, strict=True):
        side = max(float((box[2:] - box[:2]).max()), 1.0)
        points = (box[:2] + box[2:]) / 2 + side * steps[:, None] * LOOK_OF_FACE
        x, y = np.clip(points.round(), 0, limits).astype(int).T
        small = cv2.resize(frame_bgr[np.ix_(y, x)], (LOOK_CELLS, LOOK_CELLS), interpolation=cv2.INTER_AREA)
        look[:] = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    return looks


def differences(looks: np.ndarray, tracks: list[Track]) -> np.ndarray:
    """(faces, tracks) mean absolute difference of the surroundings."""
    known = np.array([track.look for track in tracks], np.float32).reshape(-1, LOOK_CELLS, LOOK_CELLS, 3)
    return np.abs(looks[:, None] - known[None]).mean(axis=(2, 3, 4))


def _cheapest_pairs(costs: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of (row, column), the cheapest first, none twice, none that is infinite."""
    pairs: list[tuple[int, int]] = []
    rows, columns = set(), set()
    for flat in np.argsort(costs, axis=None, kind="stable"):
        row, column = np.unravel_index(flat, costs.shape)
        if not np.isfinite(costs[row, column]):
            break
        if row not in rows and column not in columns:
            pairs.append((int(row), int(column)))
            rows.add(row)
            columns.add(column)
    return pairs


def _centres(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def _sides(boxes: np.ndarray) -> np.ndarray:
    return np.maximum((boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0), 1.0)
