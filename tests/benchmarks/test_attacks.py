"""What counts as noticed when a server is attacked beside a class."""

import pytest

from benchmarks import attacks
from benchmarks.attacks import LOST_S, noticed, percentile, verdict

QUIET = {
    "students_lost": 0,
    "reconnections": 0,
    "readings_per_s_min_student": 2.0,
    "event_loop_late_p99_ms": 5.0,
    "refuses_cameras": False,
}


def test_who_had_a_reading_a_moment_ago_is_there_and_the_one_served_least_is_the_pace():
    now_ms = 60_000
    counts = {1: (120, now_ms - 100), 2: (90, now_ms - 500)}
    assert noticed(counts, [1, 2], 0, now_ms) == {"students_lost": 0, "readings_per_s_min_student": 1.5}


def test_who_has_no_reading_any_more_is_lost():
    now_ms = 60_000
    counts = {1: (120, now_ms), 2: (90, now_ms - round(LOST_S * 1000))}
    assert noticed(counts, [1, 2, 3], 0, now_ms) == {"students_lost": 2, "readings_per_s_min_student": 0.0}


def test_a_class_that_noticed_nothing_held():
    assert verdict(QUIET, QUIET) == []
    assert verdict(QUIET, QUIET | {"readings_per_s_min_student": 1.85, "event_loop_late_p99_ms": 249.0}) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"students_lost": 2}, "2 students lost"),
        ({"reconnections": 1}, "1 connections made anew"),
        ({"readings_per_s_min_student": 1.0}, "pace 1 of 2 a second"),
        ({"event_loop_late_p99_ms": 300.0}, "event loop late by 300 ms"),
        ({"refuses_cameras": True}, "cameras refused"),
        ({"healthz_unanswered": 3}, "3 questions unanswered"),
    ],
)
def test_everything_else_is_said(changed, words):
    assert verdict(QUIET, QUIET | changed) == [words]


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.99, None), ([4.0], 0.99, 4.0), (list(range(1, 101)), 0.99, 99), (list(range(1, 101)), 1.0, 100)],
)
def test_percentiles(values, share, found):
    assert percentile(values, share) == found


def test_each_name_is_another_attack():
    assert set(attacks.ATTACKS) == {"candidates", "offer_and_stop", "large_messages", "half_sent", "demo_boards"}
    assert len(set(attacks.ATTACKS.values())) == len(attacks.ATTACKS)
