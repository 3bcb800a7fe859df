"""Faces that were found against those that are there: in photographs with drawn boxes, in made-up galleries.

The photographs are in ``../shared/media/groups``; galleries are made of FER2013's PublicTest (``benchmarks.gallery``).
"""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import cv2
import numpy as np

from benchmarks.gallery import Gallery
from fer_model.classifier import EmotionClassifier
from fer_model.crowd_reader import CrowdReader
from train.data import read_split
from train.ferplus import fold_matrix, majority, read_votes

SAME_FACE = 0.3  # intersection over union
GALLERY_SEEDS = (101, 102, 103, 104, 105, 106)


def intersection_over_union(one_xyxy: np.ndarray, other_xyxy: np.ndarray) -> np.ndarray:
    """(n, m) of (n, 4) and (m, 4) boxes."""
    corner = np.maximum(one_xyxy[:, None, :2], other_xyxy[None, :, :2])
    shared = np.clip(np.minimum(one_xyxy[:, None, 2:], other_xyxy[None, :, 2:]) - corner, 0, None).prod(axis=2)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (one_xyxy, other_xyxy)]
    return shared / np.maximum(areas[0][:, None] + areas[1][None, :] - shared, 1e-9)


def matched(truth_xyxy: np.ndarray, found_xyxy: np.ndarray) -> np.ndarray:
    """(n,) row of ``found`` for each true box, -1 where it was not found; no row twice, the best overlaps first."""
    overlaps = intersection_over_union(truth_xyxy, found_xyxy)
    rows = np.full(len(truth_xyxy), -1)
    taken: set[int] = set()
    for flat in np.argsort(-overlaps, axis=None, kind="stable"):
        true, found = np.unravel_index(flat, overlaps.shape)
        if overlaps[true, found] < SAME_FACE:
            break
        if rows[true] < 0 and found not in taken:
            rows[true] = found
            taken.add(int(found))
    return rows


def photographs(folder: Path, reader: CrowdReader) -> dict:
    """Drawn boxes that were found, and boxes on nothing drawn (look at those: some real faces have no drawn box)."""
    drawn, hits, others = 0, 0, 0
    for image in ElementTree.parse(folder / "training.xml").getroot().iter("image"):
        boxes = [[float(box.get(side)) for side in ("left", "top", "width", "height")] for box in image.iter("box")]
        truth = np.array(boxes, np.float32)
        truth[:, 2:] += truth[:, :2]
        rows = matched(truth, (crowd := reader.read(cv2.imread(str(folder / image.get("file"))))).faces.boxes_xyxy)
        drawn, hits = drawn + len(truth), hits + int((rows >= 0).sum())
        others += len(crowd) - int((rows >= 0).sum())
    return {"photographs_drawn_faces": drawn, "photographs_found": hits, "photographs_other_boxes": others}


def still_galleries(pictures: np.ndarray, expressions: np.ndarray, reader: CrowdReader) -> dict:
    """Single frames of 7x7 galleries: faces found, false ones, and the expression through the whole chain."""
    faces, hits, false, right, bare_right = 0, 0, 0, 0, 0
    classifier = EmotionClassifier.load()
    for seed in GALLERY_SEEDS:
        gallery = Gallery(pictures, expressions, seed=seed)
        frame, truth = gallery.frame()
        crowd = reader.read(frame)
        rows = matched(truth.boxes_xyxy, crowd.faces.boxes_xyxy)
        seen = rows >= 0
        faces, hits, false = faces + len(rows), hits + int(seen.sum()), false + len(crowd) - int(seen.sum())
        named = np.nan_to_num(crowd.probs[rows[seen]]).argmax(axis=1)
        right += int((named == truth.expressions[seen]).sum())
        bare = np.stack([gallery.people[person].picture for person in truth.people[seen]])[..., None]
        bare_right += int((classifier.predict(bare).argmax(axis=1) == truth.expressions[seen]).sum())
    return {
        "gallery_faces": faces,
        "gallery_found_share": round(hits / faces, 4),
        "gallery_false_share_of_found": round(false / max(hits + false, 1), 4),
        "gallery_expression_chain_accuracy": round(right / hits, 4),
        "gallery_expression_bare_crops_accuracy": round(bare_right / hits, 4),
    }


def faces_of(fer2013: Path, votes: Path) -> tuple[np.ndarray, np.ndarray]:
    """(n, 48, 48) PublicTest pictures with a majority of FER+, and (n,) that, folded to ``EMOTIONS``."""
    images = read_split(fer2013, "PublicTest")
    labels = majority(read_votes(votes, images.names))
    kept = labels >= 0
    return images.pixels[kept, :, :, 0], fold_matrix().argmax(axis=1)[labels[kept]]
