from datetime import UTC

import pytest

from classroom.alert_words import STAYS_MS, alert_rows, how_long, shown_alerts, usefulness
from classroom.records import Alert
from tests.fakes import MONDAY_MS

T = MONDAY_MS


def alert(number=1, student=1, ended_ms=None, useful=None, rule="away", raised_ms=T):
    return Alert(number, 1, student, rule, raised_ms - 90_000, raised_ms, ended_ms, "facing away", useful)


def test_the_board_shows_what_lasts_first_and_the_newest_of_it():
    kept = [alert(1), alert(2, raised_ms=T + 5), alert(3, ended_ms=T + 10)]
    assert [each.id for each in shown_alerts(kept, T + 20)] == [2, 1, 3]


def test_what_is_over_stays_for_a_verdict_and_not_for_long():
    over = alert(ended_ms=T + 10)
    assert shown_alerts([over], T + 10 + STAYS_MS - 1) == [over]
    assert shown_alerts([over], T + 10 + STAYS_MS) == []
    assert shown_alerts([alert(ended_ms=T + 10, useful=True)], T + 11) == []


def test_what_was_called_not_useful_goes_at_once_and_what_was_useful_stays_while_it_lasts():
    assert shown_alerts([alert(useful=False)], T) == []
    assert len(shown_alerts([alert(useful=True)], T)) == 1


@pytest.mark.parametrize(
    ("ended_ms", "words"), [(None, "for 2 min"), (T, "over, lasted 2 min"), (T - 30_000, "over, lasted 60 s")]
)
def test_how_long_counts_from_what_was_seen_first(ended_ms, words):
    assert how_long(alert(ended_ms=ended_ms), T + 10_000) == words


def test_a_row_says_who_what_and_the_verdict():
    rows = alert_rows([alert(useful=True, ended_ms=T), alert(2, student=None, rule="gone")], {1: "Ann"}, UTC, T)
    assert [row["Who"] for row in rows] == ["Ann", "The class"]
    assert rows[0]["What"] == "Facing away for long" and rows[1]["What"] == "gone", "a rule of an earlier version"
    assert (rows[0]["Time"], rows[0]["Verdict"], rows[1]["Verdict"]) == ("10:00:00", "useful", "")


def test_usefulness_stands_with_its_n():
    assert usefulness(None) == "no alert yet"
    assert usefulness((0, 0, 1)) == "none of 1 alert judged"
    assert usefulness((2, 3, 5)) == "2 of 3 judged ones useful (5 alerts)"
