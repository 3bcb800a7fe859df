"""What the browser's part of a component may say is what our script says; of anything else a page makes nothing."""

import pytest

from classroom.ui import mirror, network_test
from classroom.ui.mirror import LONGEST_LABEL, MOST_CAMERAS, Camera, Cameras

ODD = [None, 7, True, "text", [], [[]], {}, {"state": "on"}, {"attempt": 3}, {"attempt": 3, "state": ["on"]}]
FOUND = {"number": 3, "secure": True, "cameras": 1, "direct": "direct", "turn": ""}


@pytest.mark.parametrize("said", [*ODD, {"attempt": 3, "state": "hacked"}, {"attempt": 2, "state": "on"}])
def test_a_camera_in_no_state_that_there_is_was_not_asked_yet(said):
    assert mirror._answer({"camera": said}, 3) == {}
    assert mirror._state(True, mirror._answer({"camera": said}, 3)) is Camera.ASKED


def test_a_camera_that_is_on_is_on():
    assert mirror._state(True, mirror._answer({"camera": {"attempt": 3, "state": "on"}}, 3)) is Camera.ON


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ([["a", "Front"], ["b", "Back"]], {"a": "Front", "b": "Back"}),
        (None, {}),
        ("text", {}),
        ({"a": "Front"}, {}),
        ([["a"], ["a", "b", "c"], "ab", [1, "x"], ["x", 1], [["x"], "y"], {}], {}),
        ([["a", "x" * (LONGEST_LABEL + 1)], ["b", "Back"]], {"b": "Back"}),
    ],
)
def test_cameras_are_names_and_labels_of_a_length(said, labels):
    assert mirror._cameras({"cameras": said, "device": "b"}) == Cameras("b" if "b" in labels else "", labels)


def test_nobody_has_a_thousand_cameras():
    assert len(mirror._cameras({"cameras": [[str(number), "x"] for number in range(1_000)]}).labels) == MOST_CAMERAS


@pytest.mark.parametrize("device", [None, 7, ["a"], {"exact": "a"}, "another"])
def test_the_camera_in_use_is_one_of_them(device):
    assert mirror._cameras({"cameras": [["a", "Front"]], "device": device}).device == ""


@pytest.mark.parametrize(
    "found",
    [
        *ODD,
        FOUND | {"number": 2},
        FOUND | {"cameras": "many"},
        FOUND | {"direct": ["direct"]},
        FOUND | {"turn": {}},
        FOUND | {"secure": "yes"},
        {"number": 3},
    ],
)
def test_a_network_test_that_found_what_there_is_not_found_nothing(found):
    assert network_test._said({"found": found}, 3) == {}


def test_a_network_test_is_read():
    assert network_test._said({"found": FOUND}, 3) == FOUND
