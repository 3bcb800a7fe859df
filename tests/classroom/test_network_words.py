"""What a network test says: one row of findings, what it comes to, and the lines below."""

import pytest

from classroom.ui.network_words import Found, conclusion, for_the_teacher, lines

ROWS = [
    # secure, cameras, direct, turn, has_turn; well; words of the conclusion
    ((True, 1, "direct", "", False), True, "reaches the class", "a local network"),
    ((True, 2, "direct", "udp", True), True, "reaches the class", "both ways"),
    ((True, 1, "", "udp", True), True, "reaches the class", "only the relay"),
    ((True, 1, "", "tcp", True), True, "reaches the class", "a network without UDP"),
    ((True, 1, "direct", "", True), True, "reaches the class", "a relay that nobody needs is away"),
    ((True, 1, "", "", True), False, "a picture every two seconds takes its place", "no way at all"),
    ((True, 1, "", "", False), False, "a picture every two seconds takes its place", "no way, no relay"),
    ((True, 0, "direct", "", False), False, "there is no camera", "no camera"),
    ((False, 0, "direct", "", False), False, "camera cannot be used on this page", "no HTTPS"),
    ((True, 1, "busy", "busy", True), False, "Try again in half a minute", "too many at once"),
    ((True, 1, "busy", "udp", True), True, "reaches the class", "one of both found somebody"),
]


@pytest.mark.parametrize(("found", "well", "words", "why"), ROWS)
def test_what_it_comes_to(found, well, words, why):
    is_well, sentence = conclusion(Found(*found))
    assert is_well is well, why
    assert words in sentence, why


@pytest.mark.parametrize(("found", "well", "words", "why"), ROWS)
def test_the_lines_say_of_each_part_whether_it_works(found, well, words, why):
    found = Found(*found)
    said = lines(found)
    assert said[0][0] is found.secure
    assert said[1][0] is bool(found.cameras)
    assert said[2][0] is found.video_gets_through
    assert any("cannot be reached" in line for _, line in said) is (found.has_turn and not found.relay)
    if not found.has_turn:
        assert not any("TURN" in line for _, line in said), "nobody is troubled with what is not there"


def test_only_where_nothing_gets_through_there_is_something_to_do():
    assert "deploy/README.md" in for_the_teacher(Found(True, 1, "", "", False))
    assert "port is open" in for_the_teacher(Found(True, 1, "", "", True))
    assert for_the_teacher(Found(True, 1, "direct", "", True)) == ""
    assert for_the_teacher(Found(True, 1, "busy", "", True)) == ""
