import numpy as np
import pytest

from classroom.stints import Stint, persons, told_apart

LOOK = np.zeros((5, 5, 3), np.float32)


def stint(track: int, *readings: tuple[int, str]) -> Stint:
    return Stint(track, np.array([0, 0, 40, 40], np.float32), LOOK, 0.0, readings=list(readings))


def moments(first: int, last: int) -> np.ndarray:
    return np.arange(first, last)


def who(*stints: tuple[Stint, np.ndarray], same_as: dict[int, int] | None = None) -> list[tuple[str, list[int]]]:
    """Name and stints of everybody."""
    found = persons(
        [one for one, _ in stints], [own for _, own in stints], lambda track: (same_as or {}).get(track, track)
    )
    return [(somebody.name, somebody.stints) for somebody in found]


def test_nothing_is_nobody():
    assert who() == []


def test_without_names_the_tracks_are_the_people():
    assert who((stint(1), moments(0, 9)), (stint(2), moments(0, 9)), (stint(1), moments(9, 20))) == [
        ("", [0, 2]),
        ("", [1]),
    ]


def test_a_track_that_turned_out_to_be_another_one_is_that_one():
    assert who((stint(1), moments(0, 9)), (stint(2), moments(20, 29)), same_as={2: 1}) == [("", [0, 1])]


@pytest.mark.parametrize(
    ("read", "name"),
    [
        pytest.param(["Ada", "Ada"], "Ada", id="twice"),
        pytest.param(["Ada", "", "", "", "Ada"], "Ada", id="twice in many looks"),
        pytest.param(["Ada", "", "", ""], "", id="once in many looks"),
        pytest.param(["Ada"], "Ada", id="once in the only look"),
        pytest.param(["Ada", "Ada", "Bo", "Bo"], "", id="two as often"),
        pytest.param(["Ada", "Ada", "Ada", "Bo", "Bo"], "Ada", id="more often than the other"),
        pytest.param(["Ida", "lda", "1da", "Ida"], "Ida", id="signs that look alike"),
        pytest.param(["Ada", "Bo"], "", id="each once"),
        pytest.param(["", ""], "", id="none"),
    ],
)
def test_the_labels_of_a_stint_vote(read, name):
    assert who((stint(1, *enumerate(read)), moments(0, 50))) == [(name, [0])]


def test_tracks_of_one_name_that_were_never_together_are_one_person():
    assert who(
        (stint(1, (0, "Ada"), (20, "Ada")), moments(0, 40)),
        (stint(2, (40, "Ada"), (60, "Ada")), moments(40, 80)),
    ) == [("Ada", [0, 1])]


def test_a_track_that_two_people_shared_is_parted_where_the_name_changes():
    assert who(
        (stint(1, (0, "Ada"), (20, "Ada")), moments(0, 40)),
        (stint(2, (0, "Bo"), (20, "Bo")), moments(0, 40)),
        (stint(2, (40, "Ada"), (60, "Ada")), moments(40, 80)),
        (stint(1, (40, "Bo"), (60, "Bo")), moments(40, 80)),
    ) == [("Ada", [0, 2]), ("Bo", [1, 3])]


def test_a_stint_without_a_name_is_of_the_one_before_it_in_its_track_else_of_the_one_after():
    assert who(
        (stint(1), moments(0, 5)),
        (stint(1, (5, "Ada"), (20, "Ada")), moments(5, 40)),
        (stint(1), moments(40, 50)),
        (stint(1, (50, "Bo"), (60, "Bo")), moments(50, 80)),
    ) == [("Ada", [0, 1, 2]), ("Bo", [3])]


def test_two_people_of_one_name_in_one_look_are_two():
    assert who(
        (stint(1, (0, "Ada"), (20, "Ada")), moments(0, 40)),
        (stint(2, (0, "Ada"), (20, "Ada")), moments(0, 40)),
        (stint(2, (40, "Ada"), (60, "Ada")), moments(40, 80)),
        (stint(1, (40, "Ada"), (60, "Ada")), moments(40, 80)),
    ) == [("Ada", [0, 3]), ("Ada", [1, 2])]


def test_a_label_that_was_once_taken_for_the_neighbours_makes_nobody_of_its_own():
    assert who(
        (stint(1, (0, "Ada"), (20, "Ada"), (60, "Ada")), moments(0, 80)),
        (stint(2, (0, "Bo"), (20, "Bo")), moments(0, 35)),
        (stint(2, (40, "Ada")), moments(35, 80)),
    ) == [("Ada", [0]), ("Bo", [1, 2])]


def test_the_order_of_the_people_is_that_of_their_appearance():
    assert who(
        (stint(1, (20, "Ada"), (30, "Ada")), moments(10, 40)),
        (stint(2, (50, "Bo"), (60, "Bo")), moments(50, 80)),
        (stint(3, (0, "Bo")), moments(0, 9)),
    ) == [("Bo", [2, 1]), ("Ada", [0])]


def test_the_same_names_are_told_apart_and_never_become_somebody_elses():
    assert told_apart(["Ada", "Ada", "ada", "Ada (2)"]) == ["Ada", "Ada (2)", "ada (3)", "Ada (2) (2)"]
    assert told_apart([]) == []


def test_a_stint_ends_where_its_track_jumps_breaks_off_or_looks_different():
    one = stint(1)
    here, there = np.array([5, 5, 45, 45], np.float32), np.array([300, 0, 340, 40], np.float32)
    assert one.goes_on_with(here, LOOK, 0.5)
    assert not one.goes_on_with(there, LOOK, 0.5)
    assert not one.goes_on_with(here, LOOK, 9.0)
    assert not one.goes_on_with(here, LOOK + 20, 0.5)
