import pytest

from classroom.comings import Coming, comings
from classroom.presence import GONE_MS
from tests.fakes import visits_frame

NAMES = {1: "Ann", 2: "Ben"}


@pytest.mark.parametrize(
    ("visits", "now_ms", "events", "why"),
    [
        ([], 0, [], "nobody"),
        ([(1, 0, 5_000)], 5_000 + GONE_MS, ["Ann joined"], "a few seconds without a sign are not yet gone"),
        ([(1, 0, 5_000)], 5_001 + GONE_MS, ["Ann left", "Ann joined"], "longer ones are"),
        ([(1, 0, 5_000), (1, 60_000, 61_000)], 62_000, ["Ann came back", "Ann left", "Ann joined"], "back again"),
        ([(1, 0, 0)], 20_000, ["Ann left", "Ann joined"], "seen once: first joined, then left"),
        ([(1, 0, 9_000), (2, 3_000, 9_000)], 9_000, ["Ben joined", "Ann joined"], "the newest first"),
        ([(7, 0, 0)], 0, [" joined"], "a row without a name costs no page"),
    ],
)
def test_who_came_and_went_in_words(visits, now_ms, events, why):
    found = comings(visits_frame(visits), NAMES, now_ms)
    assert [f"{event.name} {event.what}" for event in found] == events


def test_events_carry_their_time():
    assert comings(visits_frame([(1, 1_000, 2_000)]), NAMES, 60_000) == [
        Coming(2_000, "Ann", "left"),
        Coming(1_000, "Ann", "joined"),
    ]
