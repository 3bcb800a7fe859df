import numpy as np
import pytest

from fer_model.labels import EMOTIONS
from train.data import DataError, read_split
from train.ferplus import COLUMNS, FERPLUS_LABELS, FOLD, distribution, fold_matrix, majority, read_votes


def votes(**by_column: float) -> np.ndarray:
    return np.array([[by_column.get(column, 0) for column in COLUMNS]], np.float32)


@pytest.mark.parametrize(
    ("given", "label"),
    [
        (votes(happiness=10), "happiness"),  # unanimous
        (votes(happiness=6, neutral=4), "happiness"),  # more than half
        (votes(happiness=5, neutral=5), None),  # half is not more than half
        (votes(sadness=5, neutral=3, fear=2), None),  # the most votes, yet not more than half
        (votes(sadness=4, neutral=2, fear=1, anger=1, disgust=1, NF=1), "sadness"),  # 4 of 6 once slips are out
        (votes(unknown=8, neutral=2), None),  # "I cannot tell" is no emotion
        (votes(NF=10), None),  # no face
        (votes(), None),  # nobody voted
        (votes(neutral=1, happiness=1, fear=1), None),  # slips only
        (votes(contempt=7, neutral=3), "contempt"),  # the eighth class counts
    ],
)
def test_majority_follows_the_rules_of_the_paper(given, label):
    assert majority(given).tolist() == [-1 if label is None else FERPLUS_LABELS.index(label)]


def test_no_images_have_no_majorities():
    assert majority(np.zeros((0, 10), np.float32)).shape == (0,)


def test_the_distribution_leaves_out_slips_and_those_who_named_no_emotion():
    shares, weights = distribution(votes(sadness=4, neutral=2, fear=1, unknown=3))
    expected = np.zeros(8)
    expected[[FERPLUS_LABELS.index("sadness"), FERPLUS_LABELS.index("neutral")]] = 4 / 6, 2 / 6
    assert np.allclose(shares[0], expected)
    assert weights.tolist() == [1]


@pytest.mark.parametrize("given", [votes(), votes(NF=10), votes(unknown=9, fear=1)])
def test_all_zero_votes_give_weight_zero_not_nan(given):
    shares, weights = distribution(given)
    assert weights.tolist() == [0]
    assert shares.sum() == pytest.approx(1)


def test_votes_are_joined_by_name_whatever_the_extension(tiny):
    images = read_split(tiny.archive, "Training")
    joined = read_votes(tiny.votes, images.names)
    as_jpg = np.array([name.replace(".png", ".jpg") for name in images.names])
    assert np.array_equal(read_votes(tiny.votes, as_jpg), joined)
    assert np.array_equal(fold_matrix()[majority(joined)].argmax(axis=1), images.labels)


def test_an_image_without_votes_has_a_row_of_zeros(tiny):
    assert read_votes(tiny.votes, np.array(["Training_nobody.png"])).tolist() == [[0] * 10]


def test_a_votes_file_without_a_column_names_it(tmp_path):
    (tmp_path / "votes.csv").write_text("file,neutral\n")
    with pytest.raises(DataError, match="columns happiness, .*NF are missing"):
        read_votes(tmp_path / "votes.csv", np.array(["a.png"]))
    with pytest.raises(DataError, match="no FER\\+ votes file"):
        read_votes(tmp_path / "none.csv", np.array(["a.png"]))


def test_the_fold_reaches_all_seven_emotions_and_loses_no_probability():
    assert set(FOLD) == set(FERPLUS_LABELS)
    assert set(FOLD.values()) == set(EMOTIONS)
    assert np.array_equal(fold_matrix().sum(axis=1), np.ones(8))
