import numpy as np
import pytest

from classroom.before_after import SPAN_MS, before_after
from classroom.paired import Verdict
from classroom.records import Marker, MarkerKind
from fer_model.affect import PLACEMENTS
from tests.fakes import MONDAY_MS, NO_FACE, face, readings_frame

T = MONDAY_MS
HAPPY, SAD, NEUTRAL = face("happy", 1.0), face("sad", 1.0), face("neutral", 1.0)
QUESTION = Marker(1, 1, MarkerKind.QUESTION, "Why?", T)
MINUTE = 60_000


def every_ten_seconds(student_id: int, from_ms: int, until_ms: int, seen):
    return [(at_ms, student_id, seen) for at_ms in range(from_ms, until_ms, 10_000)]


def only(markers, rows):
    (found,) = before_after(markers, readings_frame(rows))
    return found


def test_a_class_without_markers_has_nothing_and_one_without_readings_knows_nothing():
    assert before_after([], readings_frame([(T, 1, HAPPY)])) == ()
    nothing = only([QUESTION], [])
    assert (nothing.students, nothing.readings_before, nothing.readings_after) == (0, 0, 0)
    assert nothing.changes["valence"].verdict is Verdict.NOTHING
    assert np.isnan(nothing.changes["valence"].before)


def test_numbers_by_hand():
    rows = []
    for student_id in range(1, 7):
        rows += every_ten_seconds(student_id, T - SPAN_MS, T, NEUTRAL)
        rows += every_ten_seconds(student_id, T, T + SPAN_MS, HAPPY if student_id > 1 else SAD)
    found = only([QUESTION], rows)
    assert (found.students, found.readings_before, found.readings_after) == (6, 108, 108)
    valence, pleasant, unpleasant = (found.changes[name] for name in ("valence", "pleasant", "unpleasant"))
    happy, sad = PLACEMENTS["happy"][0], PLACEMENTS["sad"][0]
    assert (valence.before, valence.after) == (0, pytest.approx((5 * happy + sad) / 6))
    assert (pleasant.before, pleasant.after) == (0, pytest.approx(5 / 6))
    assert (unpleasant.before, unpleasant.after) == (0, pytest.approx(1 / 6))


def test_who_faces_the_screen_is_compared_where_it_was_looked_for():
    rows = [row for who in range(1, 7) for row in every_ten_seconds(who, T - SPAN_MS, T + SPAN_MS, NEUTRAL)]
    readings = readings_frame(rows)
    assert np.isnan(only([QUESTION], rows).changes["facing"].before), "nobody has looked for it"
    away = (readings["student_id"] > 3) & (readings["at_ms"] >= T)
    facing = np.where(readings["student_id"] == 1, np.nan, np.where(away, 0.0, 1.0))
    (found,) = before_after([QUESTION], readings.assign(facing=facing))
    assert (found.changes["facing"].before, found.changes["facing"].after) == (1, pytest.approx(2 / 5))
    assert (found.changes["facing"].students, found.students) == (5, 6)


def test_a_student_counts_once_however_often_read():
    rows = [(T - 1000, 1, NEUTRAL), (T - 1000, 2, NEUTRAL), (T + 1000, 2, NEUTRAL)]
    rows += [(T + at, 1, HAPPY) for at in range(0, 100_000, 1000)]
    assert only([QUESTION], rows).changes["pleasant"].after == 0.5


def test_who_is_known_on_one_side_only_is_no_change():
    rows = [(T - 1000, 1, NEUTRAL), (T + 1000, 1, NEUTRAL), (T + 1000, 2, HAPPY), (T - 1000, 3, SAD)]
    rows += [(T - 1000, 4, NO_FACE), (T + 1000, 4, HAPPY)]
    found = only([QUESTION], rows)
    assert found.students == 1
    assert found.changes["valence"].difference == 0
    assert (found.readings_before, found.readings_after) == (2, 3), "what was read is said all the same"


def test_the_sides_end_after_three_minutes_and_at_a_break():
    pause = Marker(2, 1, MarkerKind.BREAK, "", T + MINUTE, T + 2 * MINUTE)
    rows = every_ten_seconds(1, T - 10 * MINUTE, T + 10 * MINUTE, NEUTRAL)
    found = before_after([QUESTION, pause], readings_frame(rows))
    assert [(each.readings_before, each.readings_after) for each in found] == [(18, 6), (18, 18)]


def test_the_order_of_storing_does_not_matter():
    rows = [*every_ten_seconds(1, T - MINUTE, T, SAD), *every_ten_seconds(1, T, T + MINUTE, HAPPY)]
    one, other = only([QUESTION], rows), only([QUESTION], rows[::-1])
    assert one.readings_after == other.readings_after == 6
    assert one.changes["valence"].difference == pytest.approx(other.changes["valence"].difference)
