import numpy as np
import pytest

from benchmarks.found_faces import intersection_over_union, matched
from benchmarks.gallery import Gallery
from benchmarks.made_recordings import gallery_recording, long_recording
from benchmarks.recordings import identity_switches
from classroom.people import Person
from classroom.recordings import recording_info, samples
from tests.media import stand_in_clip

PICTURES = np.random.default_rng(0).integers(0, 256, (9, 48, 48), np.uint8)


def gallery() -> Gallery:
    return Gallery(PICTURES, np.zeros(9, int), columns=3, rows=2, size_px=(480, 240), off_share=0)


def test_a_gallery_recording_shows_what_its_truth_says(tmp_path):
    truths = gallery_recording(tmp_path / "gallery.mp4", gallery(), seconds=3, fps=4, shuffles=2, seed=1)
    assert len(truths) == 12
    orders = [tuple(truth.people.tolist()) for truth in truths]
    assert len(set(orders)) == 3 and all(sorted(order) == list(range(6)) for order in orders)
    found = list(samples(tmp_path / "gallery.mp4", 0.25))
    assert [sample.at_s for sample in found] == pytest.approx(np.arange(12) / 4)
    bare, _ = gallery().frame(np.array(orders[-1]), at=11)
    assert np.abs(found[-1].frame_bgr.astype(int) - bare).mean() < 12


def test_a_long_recording_is_the_clip_again_and_again(tmp_path):
    clip = stand_in_clip(tmp_path, seconds=2)
    seconds = long_recording(tmp_path / "long.mp4", clip, 9)
    assert 9 <= seconds <= 11
    assert recording_info(tmp_path / "long.mp4").duration_s == pytest.approx(seconds, abs=0.3)
    found = list(samples(tmp_path / "long.mp4", 0.5))
    assert [sample.at_s for sample in found] == pytest.approx(np.arange(len(found)) / 2, abs=0.06)
    assert len(found) == round(seconds * 2)


def test_overlap_has_its_known_values():
    one = np.array([[0, 0, 10, 10]], float)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10]], float)
    assert intersection_over_union(one, others)[0] == pytest.approx([1, 1 / 3, 0])


def test_a_found_face_belongs_to_one_true_face_only():
    truth = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10]], float)
    assert matched(truth, np.array([[1, 0, 11, 10]], float)).tolist() == [-1, 0, -1]
    assert matched(truth, np.empty((0, 4))).tolist() == [-1, -1, -1]


def test_switches_are_counted_a_person():
    made = gallery()
    truths = [made.frame(at=step)[1] for step in range(3)]

    class Times:
        times_s = np.array([0.0, 0.5, 1.0])

    def track(number: int, rows: list[tuple[int, int]]) -> Person:
        """Sightings as (step, true person)."""
        boxes = np.array([truths[step].boxes_xyxy[person] for step, person in rows])
        times = np.array([Times.times_s[step] for step, _ in rows])
        m = len(rows)
        return Person(number, "", times, boxes, np.ones(m), np.zeros((m, 7)), (None,) * m)

    faithful = [track(person + 1, [(0, person), (1, person), (2, person)]) for person in range(6)]
    assert identity_switches(truths, Times, faithful) == (0, 18)
    swapped = [track(1, [(0, 0), (1, 1), (2, 1)]), track(2, [(0, 1), (1, 0), (2, 0)]), *faithful[2:]]
    assert identity_switches(truths, Times, swapped) == (2, 18)
