"""Our decoding against MediaPipe's own library, over the real clips and photographs. Without a way out: .ci/run."""

import pytest

pytest.importorskip("mediapipe", reason="needs requirements-reference.txt")

from benchmarks.detector import InWholePixels, agreement, found, frames_of, reader_with, same_labels
from benchmarks.mediapipe_detector import MediaPipeDetector
from fer_model.detector import FaceDetector
from fer_model.model_files import FULL_RANGE, SHORT_RANGE, model_file
from tests.media import FOLDER, media

DATA = FOLDER.parent / "data"
FILES = {"short range": SHORT_RANGE, "full range": FULL_RANGE}


@pytest.fixture(scope="module")
def frames():
    media("classroom.mp4")
    frames = list(frames_of(FOLDER))
    assert len(frames) > 100
    return frames


@pytest.fixture(scope="module", params=FILES)
def sides(request):
    """Ours and MediaPipe's, for the same file."""
    path = model_file(FILES[request.param])
    sides = FaceDetector(path), MediaPipeDetector(path)
    yield sides
    for detector in sides:
        detector.close()


def test_every_face_of_one_is_found_by_the_other_at_the_same_place_and_as_sure(frames, sides):
    said = agreement(frames, *sides)
    assert said["faces_in_both"] > 100
    assert (said["faces_only_ours"], said["faces_only_mediapipe"]) == (0, 0)
    assert said["iou_median"] >= 0.9
    assert said["iou_worst"] >= 0.8
    assert said["score_gap_largest"] <= 0.05


@pytest.mark.parametrize("sides", ["short range"], indirect=True)
def test_the_whole_chain_names_all_alike_when_boxes_are_cut_to_whole_pixels(frames, sides):
    """Ours are not cut, which is the whole difference: it turns a few of the labels that are hardly sure."""
    ours, theirs = sides
    cut = same_labels(frames, reader_with(InWholePixels(ours)), reader_with(theirs))
    assert cut["frames_named"] > 90
    assert cut["frames_named_alike_share"] >= 0.98
    assert same_labels(frames, reader_with(ours), reader_with(theirs))["frames_named_alike_share"] >= 0.95


@pytest.mark.parametrize("sides", ["short range"], indirect=True)
def test_no_fewer_faces_in_photographs_and_galleries(sides):
    media("groups/training.xml")
    fer2013, votes = DATA / "fer2013.zip", DATA / "ferplus_votes.csv"
    ours, theirs = (found(detector, FOLDER, fer2013, votes) for detector in sides)
    assert ours["photographs_drawn_faces"] == 18
    assert ours["photographs_found"] >= theirs["photographs_found"]
    assert ours["gallery_found_share"] >= theirs["gallery_found_share"] > 0.9
    assert ours["gallery_false_share_of_found"] <= theirs["gallery_false_share_of_found"]
