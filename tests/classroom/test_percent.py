import pytest

from classroom.percent import percent


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.0, "0%"), (0.554, "55%"), (0.99, "99%"), (0.9949, ">99%"), (0.9999, ">99%"), (1.0, ">99%")],
)
def test_nothing_is_ever_certain(confidence, words):
    assert percent(confidence) == words
