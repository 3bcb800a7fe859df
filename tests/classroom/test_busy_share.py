import pytest

from classroom.busy_share import BusyShare


def test_nothing_noted_is_not_busy():
    assert BusyShare(5.0).at(1_000.0) == 0.0


def test_work_of_the_last_seconds_counts_and_older_work_does_not():
    busy = BusyShare(5.0)
    busy.note(100.0, 101.0)
    busy.note(103.0, 104.5)
    assert busy.at(104.5) == pytest.approx(2.5 / 5)
    assert busy.at(106.5) == pytest.approx(1.5 / 5), "the first ended more than five seconds ago"
    assert busy.at(200.0) == 0.0


def test_who_has_worked_longer_than_asked_about_is_more_than_busy():
    busy = BusyShare(5.0)
    busy.note(100.0, 110.0)
    assert busy.at(110.0) == 2.0


def test_what_is_forgotten_counts_no_more():
    busy = BusyShare(5.0)
    busy.note(100.0, 101.0)
    busy.forget()
    assert busy.at(101.0) == 0.0
