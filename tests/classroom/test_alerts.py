"""The rules on classes whose truth is known, and what they must never say."""

import numpy as np
import pandas as pd
import pytest

from classroom.alert_counts import STEP_MS
from classroom.alert_rules import BY_NAME, RULES, changed_rules
from classroom.alerts import AlertWatch, replay
from classroom.errors import BadInput
from classroom.made_class import made_class
from classroom.records import SignalKind
from classroom.store.signals import SIGNAL_COLUMNS
from fer_model.reading import FaceReading, Reason
from tests.fakes import MONDAY_MS, NO_FACE, face, readings_frame, visits_frame

T = MONDAY_MS
SECOND, MINUTE = 1_000, 60_000
UNCLEAR = FaceReading(reason=Reason.LOW_CONFIDENCE, faces_seen=1)


def signals_frame(*rows) -> pd.DataFrame:
    """(student id, kind, at_ms, until_ms or None)."""
    table = [(number, who, kind.value, at, until) for number, (who, kind, at, until) in enumerate(rows, start=1)]
    return pd.DataFrame(table, columns=SIGNAL_COLUMNS).astype({"until_ms": "float64"})


NOBODY_SAID_ANYTHING = signals_frame()


def shown(*parts, student=1, marks=None) -> pd.DataFrame:
    """A reading a second: (seconds, face) one part after the other."""
    rows, at_ms = [], T
    for seconds, each in parts:
        rows += [(at_ms + second * SECOND, student, each) for second in range(seconds)]
        at_ms += seconds * SECOND
    return readings_frame(rows).assign(**(marks or {}))


def alerts(readings, until_ms=T + 20 * MINUTE, signals=NOBODY_SAID_ANYTHING, students=(1,), rules=RULES):
    visits = visits_frame([(student, T, until_ms) for student in students])
    return replay(T, until_ms, readings, signals, visits, rules)


def names(events) -> list[tuple[str, bool]]:
    return [(event.rule.name, event.is_end) for event in events]


class TestUnpleasant:
    def test_it_is_said_when_it_has_lasted_and_ends_when_it_is_over(self):
        begin, end = alerts(shown((120, face("neutral")), (180, face("sad")), (300, face("happy"))))
        assert names([begin, end]) == [("unpleasant", False), ("unpleasant", True)]
        assert 120 + 0.85 * 90 <= (begin.at_ms - T) / SECOND <= 120 + 90
        assert begin.evidence == "unpleasant expression shown in 89% of 90 readings in 90 s"
        assert end.at_ms > T + 300 * SECOND and (begin.student_id, begin.began_ms) == (1, begin.at_ms - 90 * SECOND)

    def test_sad_and_angry_are_one_kind(self):
        assert names(alerts(shown((100, face("sad")), (100, face("angry")))))[0] == ("unpleasant", False)

    def test_a_sad_minute_is_none(self):
        assert alerts(shown((120, face("neutral")), (60, face("sad")), (300, face("neutral")))) == []


class TestNotKnown:
    def test_nothing_is_said_in_the_first_minute(self):
        (begin, *_) = alerts(shown((600, NO_FACE)), rules=changed_rules({"no face": (True, 0.9, 20)}))
        assert begin.at_ms >= T + MINUTE

    def test_few_readings_among_many_looks_say_nothing(self):
        rows = shown(*[(1, face("sad")), (2, UNCLEAR)] * 150)
        assert alerts(rows) == []

    def test_old_readings_say_nothing(self):
        assert names(alerts(shown((70, face("sad"))))) == [], "then the camera went"

    def test_an_alert_ends_when_nothing_is_known_any_more(self):
        begin, end = alerts(shown((300, face("sad"))))
        assert end.is_end and 300 + 60 <= (end.at_ms - T) / SECOND <= 300 + 60 + 30

    def test_who_has_no_camera_is_never_said_to_show_no_face(self):
        assert alerts(readings_frame([]), students=(1, 2)) == []


def test_what_lies_around_the_threshold_does_not_flicker():
    rng = np.random.default_rng(1)
    faces = [face("sad") if rng.random() < 0.85 else face("neutral") for _ in range(1_200)]
    events = alerts(shown((120, face("neutral")), *[(1, each) for each in faces]), until_ms=T + 22 * MINUTE)
    assert len([event for event in events if not event.is_end]) <= 1


def test_the_same_alert_rests_before_it_comes_again():
    spell = [(120, face("neutral")), (150, face("sad")), (60, face("happy"))]
    events = alerts(shown(*spell * 3), until_ms=T + 17 * MINUTE)
    begins = [event.at_ms for event in events if not event.is_end]
    ends = [event.at_ms for event in events if event.is_end]
    assert all(begin - end >= 180 * SECOND for end, begin in zip(ends, begins[1:], strict=False))


class TestMarks:
    def test_facing_away_and_shut_eyes_are_said_only_where_they_were_looked_for(self):
        assert alerts(shown((300, face("neutral")))) == []
        away = np.r_[np.ones(120), np.zeros(180)]
        assert names(alerts(shown((300, face("neutral")), marks={"facing": away})))[0] == ("away", False)
        shut = np.r_[np.zeros(120), np.ones(180)]
        assert names(alerts(shown((300, face("neutral")), marks={"eyes_shut": shut})))[0] == ("eyes", False)

    def test_blinks_and_glances_are_nothing(self):
        often = (np.arange(600) % 10 < 3).astype(float)
        assert alerts(shown((600, face("neutral")), marks={"eyes_shut": often, "facing": 1 - often})) == []


class TestSignals:
    def test_a_hand_that_nobody_sees_for_a_minute(self):
        signals = signals_frame((1, SignalKind.HAND_UP, T + 100 * SECOND, T + 200 * SECOND))
        begin, end = alerts(readings_frame([]), signals=signals)
        assert begin.rule.name == "hand" and begin.evidence == "nobody has lowered the hand"
        assert T + 160 * SECOND <= begin.at_ms <= T + 165 * SECOND and end.at_ms <= T + 205 * SECOND

    def test_lost_is_said_at_once_and_many_are_said_about_the_class(self):
        pressed = [(who, SignalKind.LOST, T + 100 * SECOND, None) for who in (1, 2)]
        events = alerts(readings_frame([]), signals=signals_frame(*pressed), students=range(1, 11))
        begins = [(event.rule.name, event.student_id) for event in events if not event.is_end]
        assert begins == [("lost", 1), ("lost", 2), ("class lost", None)]
        of_class = next(event for event in events if event.student_id is None)
        assert of_class.evidence == "20% of 10 present students pressed “I'm lost”"

    def test_one_of_two_is_not_many(self):
        signals = signals_frame((1, SignalKind.TOO_FAST, T + 100 * SECOND, None))
        assert alerts(readings_frame([]), signals=signals, students=(1, 2)) == []

    def test_who_has_left_counts_no_more(self):
        pressed = [(who, SignalKind.TOO_FAST, T + 100 * SECOND, None) for who in (1, 2)]
        visits = visits_frame([(who, T, T + (50 if who < 3 else 600) * SECOND) for who in range(1, 9)])
        assert replay(T, T + 5 * MINUTE, readings_frame([]), signals_frame(*pressed), visits) == []


@pytest.mark.parametrize("seed", [11, 12])
def test_live_in_any_portions_and_read_again_are_the_same(seed):
    made = made_class(seed, students=8, minutes=20, began_ms=T, student_events=1, class_event="confusion")
    rng = np.random.default_rng(seed)
    watch, live, done, now_ms = AlertWatch(made.began_ms), [], 0, made.began_ms
    at_ms = made.readings["at_ms"].to_numpy()
    while now_ms < made.ended_ms:
        now_ms = min(now_ms + int(rng.integers(200, 30_000)), made.ended_ms)
        upto = int(np.searchsorted(at_ms, now_ms))
        watch.add(made.readings.iloc[done:upto])
        done = upto
        live += watch.advance(now_ms, made.signals[made.signals["at_ms"] <= now_ms], made.visits)
    again = replay(made.began_ms, made.ended_ms, made.readings, made.signals, made.visits)
    told = [(event.rule.name, event.student_id, event.began_ms, event.at_ms, event.is_end) for event in live]
    assert told == [(event.rule.name, event.student_id, event.began_ms, event.at_ms, event.is_end) for event in again]
    assert len(told) > 6


def test_a_long_class_keeps_what_its_rules_look_at_and_no_more():
    """Each minute one student leaves and another joins: after three hours there is no more than after one."""
    watch, held = AlertWatch(T), []
    for minute in range(180):
        rows = [(T + minute * MINUTE + second * SECOND, minute + 1, face("neutral")) for second in range(0, 60, 5)]
        watch.add(readings_frame(rows))
        watch.advance(T + (minute + 1) * MINUTE, NOBODY_SAID_ANYTHING, visits_frame([]))
        held.append(len(watch.counts._sums))
    assert max(held[60:]) == max(held[:60]) == 2, "parts of ten minutes"
    watch.add(readings_frame([(T + SECOND, 1, face("sad"))]))
    assert len(watch.counts._sums) == held[-1], "what comes hours late is not looked at"
    assert np.nansum(watch.counts.last(T + 180 * MINUTE, 600)["analyses"]) == 10 * 12, "the last ten minutes are there"


def test_every_kind_of_event_is_found_and_a_calm_class_is_nearly_silent():
    made = made_class(21, students=12, minutes=30, began_ms=T, student_events=1)
    events = replay(made.began_ms, made.ended_ms, made.readings, made.signals, made.visits)
    found = {(event.rule.name, event.student_id) for event in events}
    assert {(event.rule, event.student_id) for event in made.events} <= found
    calm = made_class(22, students=12, minutes=30, began_ms=T)
    assert len(replay(calm.began_ms, calm.ended_ms, calm.readings, calm.signals, calm.visits)) <= 2


def test_a_rule_that_is_off_says_nothing_and_a_threshold_is_the_teachers():
    rows = shown((120, face("neutral")), (180, face("sad")))
    assert alerts(rows, rules=changed_rules({"unpleasant": (False, 0.85, 90)})) == []
    (begin, *_) = alerts(rows, rules=changed_rules({"unpleasant": (True, 0.5, 60)}))
    assert begin.at_ms < T + 160 * SECOND


@pytest.mark.parametrize("change", [(True, 1.5, 60), (True, 0.0, 60), (True, 0.5, -1), (True, 0.5, 5_000)])
def test_a_number_out_of_its_range_is_refused_with_the_range(change):
    with pytest.raises(BadInput, match="takes a threshold from 5% to 100%|looks back 0 to 900 seconds"):
        changed_rules({"unpleasant": change})


def test_the_series_of_an_alert_has_holes_where_nothing_was_known():
    watch = AlertWatch(T)
    watch.add(shown((120, face("neutral")), (180, face("sad"))))
    watch.advance(T + 300 * SECOND, NOBODY_SAID_ANYTHING, visits_frame([(1, T, T + 300 * SECOND)]))
    series = watch.series("unpleasant", 1)
    assert len(series) == 300 * SECOND // STEP_MS and series[0] is None and series[-1] == 1.0
    assert watch.series("unpleasant", 99) == [None] * len(series)


def test_every_rule_speaks_of_what_was_seen_and_of_nobodys_mind():
    for rule in BY_NAME.values():
        words = f"{rule.title} {rule.what}".lower()
        assert not any(word in words for word in ("bored", "confused", "drows", "attenti", "feel", "stress"))
