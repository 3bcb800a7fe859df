import numpy as np

from benchmarks.gallery import Gallery

PICTURES = np.random.default_rng(0).integers(0, 256, (60, 48, 48), np.uint8)
EXPRESSIONS = np.arange(60) % 7


def gallery(**more) -> Gallery:
    return Gallery(PICTURES, EXPRESSIONS, **more)


def test_a_frame_has_its_size_and_a_box_for_every_camera_that_is_on():
    frame, truth = gallery(off_share=0.1).frame()
    assert frame.shape == (1080, 1920, 3)
    assert len(truth.boxes_xyxy) == len(truth.people) == len(truth.expressions) == 49 - 5
    assert (truth.boxes_xyxy[:, :2] >= 0).all() and (truth.boxes_xyxy[:, 2:] <= [1920, 1080]).all()


def test_the_same_seed_gives_the_same_pixels_and_another_one_others():
    frame, _ = gallery(seed=3).frame(at=7)
    assert np.array_equal(frame, gallery(seed=3).frame(at=7)[0])
    assert not np.array_equal(frame, gallery(seed=4).frame(at=7)[0])


def test_people_keep_expression_and_size_when_the_tiles_are_shuffled():
    made = gallery()
    _, before = made.frame()
    _, after = made.frame(order=np.random.default_rng(1).permutation(49))
    assert sorted(before.people) == sorted(after.people)
    for person in before.people:
        here, there = before.people == person, after.people == person
        assert before.expressions[here] == after.expressions[there]
        sides = [
            (truth.boxes_xyxy[row, 2:] - truth.boxes_xyxy[row, :2]) for truth, row in ((before, here), (after, there))
        ]
        assert np.allclose(*sides, atol=1e-3)


def test_the_box_lies_on_the_face_that_was_pasted():
    made = gallery(columns=2, rows=1, size_px=(800, 300), off_share=0)
    frame, truth = made.frame()
    for (left, top, right, bottom), person in zip(truth.boxes_xyxy.round().astype(int), truth.people, strict=True):
        inside = frame[top:bottom, left:right]
        assert (inside[..., 0] == inside[..., 1]).all(), "grey as the picture is, unlike the wall"
        assert inside.std() > 40, made.people[person].name
