import numpy as np
import pytest

from train.ferplus import COLUMNS, FERPLUS_LABELS
from train.slices import CHANGES, COVER_GREY, covered, darkened, measure, share, shrunk, table, turned

CROPS = np.random.default_rng(0).integers(60, 200, (4, 48, 48, 1), np.uint8)
LABELS = np.array([3, 3, 6, 6])


def always(fer2013: int, ferplus: int, confidence: float = 1.0):
    """A network that says the same of every picture."""

    def predict(crops: np.ndarray) -> dict[str, np.ndarray]:
        outputs = {}
        for head, size, at in (("fer2013", 7, fer2013), ("ferplus", 8, ferplus)):
            row = np.full(size, (1 - confidence) / (size - 1))
            row[at] = confidence
            outputs[head] = np.tile(row, (len(crops), 1))
        return outputs

    return predict


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_the_first_step_changes_nothing_and_every_other_one_does(change):
    before = CROPS.copy()
    for number, step in enumerate(change.steps):
        changed = change.apply(CROPS, step)
        assert (changed.shape, changed.dtype) == (CROPS.shape, np.uint8)
        assert np.array_equal(changed, CROPS) == (number == 0), step
        assert np.array_equal(change.apply(CROPS, step), changed), "the same every time"
        assert change.apply(CROPS[:0], step).shape == (0, 48, 48, 1)
    assert np.array_equal(CROPS, before), "the given pictures stay as they are"


def test_half_the_light_is_half_as_bright():
    assert darkened(CROPS, 0.5).mean() == pytest.approx(CROPS.mean() / 2, abs=0.5)


def test_a_turn_there_and_back_shows_the_middle_again():
    smooth = np.repeat(np.arange(48, dtype=np.uint8) * 5, 48).reshape(1, 48, 48, 1)  # dark above, bright below
    back = turned(turned(smooth, 30), -30)
    assert np.abs(back[0, 16:32, 16:32, 0].astype(int) - smooth[0, 16:32, 16:32, 0]).max() <= 3
    # Turned to the left, what was at the top lies left.
    assert turned(smooth, 90)[0, 24, 4, 0] < 60 < turned(smooth, 90)[0, 24, 44, 0]


def test_a_face_as_wide_as_the_crop_loses_nothing_and_a_small_one_its_detail():
    assert np.array_equal(shrunk(CROPS, 40), CROPS)
    assert shrunk(CROPS, 10).std() < 0.5 * CROPS.std()


def test_a_mask_covers_the_mouth_and_leaves_the_eyes():
    masked = covered(CROPS, "mask")
    assert (masked[:, 37, 24] == COVER_GREY).all()
    assert np.array_equal(masked[:, :28], CROPS[:, :28])


def test_a_row_counts_the_labels_the_majorities_and_what_is_read():
    votes = np.zeros((4, len(COLUMNS)), np.float32)
    votes[:3, FERPLUS_LABELS.index("happiness")] = 10  # the fourth has no votes
    sure = measure(always(3, FERPLUS_LABELS.index("happiness")), CROPS, LABELS, votes, 0.5, CHANGES[:1])[0]
    assert (sure["fer2013"]["n"], sure["fer2013"]["accuracy"]) == (4, 0.5)
    assert (sure["ferplus"]["n"], sure["ferplus"]["accuracy"]) == (3, 1.0)
    assert (sure["reading"]["share_read"], sure["reading"]["n"], sure["reading"]["accuracy"]) == (1.0, 3, 1.0)
    unsure = measure(always(3, 1, confidence=0.4), CROPS, LABELS, votes, 0.5, CHANGES[:1])[0]
    assert unsure["reading"] == {"share_read": 0.0, **share(np.zeros(0, bool))}
    assert unsure["reading"]["accuracy"] is None


def test_without_votes_and_without_pictures_there_are_rows_all_the_same():
    rows = measure(always(3, 1), CROPS[:0], LABELS[:0], None, 0.5)
    assert len(rows) == sum(len(change.steps) for change in CHANGES)
    assert all(row["fer2013"]["accuracy"] is None and "ferplus" not in row for row in rows)
    assert "brightness" in table(rows)
