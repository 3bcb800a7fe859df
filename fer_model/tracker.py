"""Who is who from frame to frame: faces of a recording become tracks with stable numbers.

Two things tell: the surroundings (background, hair, clothes: a small colour picture around the face), and the place.
Where both are as before it is the same person. Then the surroundings alone decide, wherever the face is now: that finds
people again when a gallery's tiles are re-ordered. At last the place alone does, unless the surroundings are others.

One look at the surroundings is rough, since the detector's boxes jump; the mean of a few is not. So a new track is
compared once more with those that are gone when it has been seen three times, and may turn out to be one of them.

Faces are not recognised. Two people before the same wall in the same clothes who change places are taken for each
other, and somebody who comes back in other surroundings is somebody new.
"""

import itertools
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
# look differs from the mean of a person's by less than 5 in 95 of 100 cases and by less than 7 in 99, and the means of
# two people by 6 at least, mostly by 10.
LIKE_ANYWHERE = 7.0
CLEARER = 0.7  # and anybody else must differ more: by this share at most of what the other does
LIKE_HERE = 15.0
FRESH = 0.1  # least share of the newest look in the mean: who walks to another lamp is followed
SETTLED = 3  # looks after which a new track's mean is worth a comparison


@dataclass(eq=False)
class Track:
    """One person.

    Attributes:
        number: from 1, in the order in which they were first seen.
        box_xyxy: (4,) where the face was last, in pixels.
        seen_s: when that was, seconds from the recording's start.
        look: (5, 5, 3) float32 CIELAB of the surroundings, the mean of the last ones.
        count: in how many frames.
        met: numbers of the tracks that were in one frame with it, which are other people for certain.
    """

    number: int
    box_xyxy: np.ndarray
    seen_s: float
    look: np.ndarray
    count: int = 1
    met: set[int] = field(default_factory=set)

    def see(self, box_xyxy: np.ndarray, look: np.ndarray, at_s: float) -> None:
        """The same face once more."""
        self.box_xyxy, self.seen_s, self.count = box_xyxy, at_s, self.count + 1
        fresh = max(1 / self.count, FRESH)
        self.look = (1 - fresh) * self.look + fresh * look


class FaceTracker:
    """Numbers the faces of the frames of one recording, given in their order.

    Attributes:
        tracks: the people so far.
        same_as: number that was given to a face's first frames: the earlier one that it turned out to be.
    """

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self.same_as: dict[int, int] = {}
        self._numbers = itertools.count(1)

    def update(self, boxes_xyxy: np.ndarray, looks: np.ndarray, at_s: float) -> np.ndarray:
        """(n,) int64 numbers of the tracks of the faces of a frame, no number twice.

        Args:
            boxes_xyxy: (n, 4) in pixels.
            looks: (n, 5, 5, 3) their ``surroundings``.
            at_s: seconds from the recording's start; never earlier than the frame before.
        """
        track_of: dict[int, Track] = {}
        for costs in (self._costs_same, self._costs_anywhere, self._costs_here):
            faces = [face for face in range(len(boxes_xyxy)) if face not in track_of]
            taken = {track.number for track in track_of.values()}
            tracks = [track for track in self.tracks if track.number not in taken]
            pairs = costs(boxes_xyxy[faces], looks[faces], tracks, at_s)
            track_of |= {faces[face]: tracks[track] for face, track in _cheapest_pairs(pairs)}
        for face, (box, look) in enumerate(zip(boxes_xyxy, looks, strict=True)):
            if face in track_of:
                track_of[face].see(box, look, at_s)
            else:
                track_of[face] = Track(next(self._numbers), box, at_s, look)
                self.tracks.append(track_of[face])
        here = {track.number for track in track_of.values()}
        for face, track in track_of.items():
            track.met |= here - {track.number}
            if track.count == SETTLED and (earlier := self._turns_out_as(track)):
                track_of[face] = self._join(earlier, track)
                here = here - {track.number} | {earlier.number}
        return np.array([track_of[face].number for face in range(len(boxes_xyxy))], np.int64)

    def _turns_out_as(self, track: Track) -> Track | None:
        """The track of somebody gone whose surroundings are clearly those of a new one."""
        unlike = differences(track.look[None], self.tracks)
        unlike[0, self.tracks.index(track)] = np.inf
        likest = int(unlike.argmin())
        gone = unlike[0, likest] < LIKE_ANYWHERE and self.tracks[likest].number not in track.met
        if gone and unlike[0, likest] < CLEARER * _likest_rival(unlike[0], self.tracks, likest):
            return self.tracks[likest]
        return None

    def _join(self, earlier: Track, track: Track) -> Track:
        """Make one of two tracks; the earlier number stays."""
        self.tracks.remove(track)
        self.same_as[track.number] = earlier.number
        for each in self.tracks:
            if track.number in each.met:
                each.met.add(earlier.number)
        earlier.met |= track.met
        earlier.count += track.count - 1
        earlier.see(track.box_xyxy, track.look, track.seen_s)
        return earlier

    def _costs_same(self, boxes: np.ndarray, looks: np.ndarray, tracks: list[Track], at_s: float) -> np.ndarray:
        """``_costs_here`` where neither another track nor another face of this frame fits far better."""
        costs, unlike = self._costs_here(boxes, looks, tracks, at_s), differences(looks, tracks)
        for face, track in np.argwhere(np.isfinite(costs)):
            rival = min(_likest_rival(unlike[face], tracks, track), unlike[:, track].min())
            if CLEARER * unlike[face, track] > rival:
                costs[face, track] = np.inf
        return costs

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
        """(faces, tracks): by surroundings alone; infinite where they differ, or fit somebody else nearly as well."""
        unlike = differences(looks, tracks)
        costs = np.where(unlike < LIKE_ANYWHERE, unlike, np.inf)
        for face, track in np.argwhere(np.isfinite(costs)):
            if unlike[face, track] >= CLEARER * _likest_rival(unlike[face], tracks, track):
                costs[face, track] = np.inf
        return costs


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


def _likest_rival(unlike: np.ndarray, tracks: list[Track], chosen: int) -> float:
    """Of a face's differences to all tracks the least one to somebody who is certainly not the chosen one.

    Two tracks that were never in one frame may be one person, so they are no rivals.
    """
    met = tracks[chosen].met
    return min((value for value, track in zip(unlike, tracks, strict=True) if track.number in met), default=np.inf)


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
