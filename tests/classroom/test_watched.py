import pytest

from classroom.presence import STALE_MS
from classroom.watched import Watched, watched

NOW = 1_000_000


@pytest.mark.parametrize(
    ("arrived_ms", "read_ms", "says", "why"),
    [
        (None, None, Watched.NOT, "never anything"),
        (NOW, None, Watched.ARRIVES, "the first picture is there and not read yet"),
        (NOW, NOW - 400, Watched.ANALYSED, "as always"),
        (NOW - STALE_MS, NOW - STALE_MS, Watched.ANALYSED, "just still"),
        (NOW - STALE_MS - 1, NOW - STALE_MS - 1, Watched.NOT, "nothing comes any more"),
        (NOW, NOW - STALE_MS - 1, Watched.ARRIVES, "the engine is being restarted"),
        (None, NOW - 100, Watched.NOT, "paused: what had come was dropped"),
    ],
)
def test_the_badge_follows_what_came_and_what_was_read(arrived_ms, read_ms, says, why):
    assert watched(NOW, arrived_ms, read_ms) is says
