import numpy as np
import pytest

from classroom.track_names import same_people, told_apart, track_names


@pytest.mark.parametrize(
    ("read", "name"),
    [
        pytest.param(["Ada", "Ada"], "Ada", id="twice"),
        pytest.param(["Ada", "", "", "", "Ada"], "Ada", id="twice in many looks"),
        pytest.param(["Ada", "", "", ""], None, id="once in many looks"),
        pytest.param(["Ada"], "Ada", id="once in the only look"),
        pytest.param(["Ada", "Ada", "Bo", "Bo"], None, id="two as often"),
        pytest.param(["Ada", "Ada", "Ada", "Bo", "Bo"], "Ada", id="more often than the other"),
        pytest.param(["Ida", "lda", "1da", "Ida"], "Ida", id="signs that look alike"),
        pytest.param(["Ada", "Bo"], None, id="each once"),
        pytest.param(["", ""], None, id="none"),
        pytest.param([], None, id="no look"),
    ],
)
def test_the_labels_of_a_track_vote(read, name):
    assert track_names({1: list(enumerate(read))}).get(1) == name


def test_a_name_is_spelt_as_it_was_read_most_often_in_the_whole_recording():
    assert track_names({1: [(0, "lda"), (9, "lda")], 2: [(20, "Ida")] * 3}) == {1: "Ida", 2: "Ida"}


def test_a_label_that_was_once_taken_for_the_neighbours_changes_no_name():
    labels = {1: [(at, "Ada") for at in range(0, 60, 10)], 2: [(at, "Bo") for at in range(0, 50, 10)] + [(50, "Ada")]}
    assert track_names(labels) == {1: "Ada", 2: "Bo"}


def test_tracks_of_one_name_that_were_never_together_are_one_person():
    moments = {1: np.arange(0, 40), 2: np.arange(0, 40), 5: np.arange(40, 80), 7: np.arange(80, 90)}
    assert same_people({1: "Ada", 2: "Bo", 5: "Ada", 7: "Ada"}, moments) == {5: 1, 7: 1}


def test_two_people_of_one_name_in_one_look_are_two_and_a_third_track_is_the_one_that_was_away():
    moments = {1: np.arange(0, 40), 2: np.arange(0, 90), 3: np.arange(50, 90)}
    assert same_people({1: "Ada", 2: "Ada", 3: "Ada"}, moments) == {3: 1}


def test_what_was_joined_counts_as_together_from_then_on():
    moments = {1: np.arange(0, 40), 2: np.arange(40, 80), 3: np.arange(60, 90)}
    assert same_people({1: "Ada", 2: "Ada", 3: "Ada"}, moments) == {2: 1}


def test_the_same_names_are_told_apart_and_never_become_somebody_elses():
    assert told_apart(["Ada", "Ada", "ada", "Ada (2)"]) == ["Ada", "Ada (2)", "ada (3)", "Ada (2) (2)"]
    assert told_apart([]) == []
