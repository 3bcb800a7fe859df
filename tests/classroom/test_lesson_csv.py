import csv
import io
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from classroom.class_files import class_file
from classroom.lesson_csv import MARKER_COLUMNS, SIGNAL_COLUMNS
from classroom.records import MarkerKind, SignalKind
from tests.fakes import MONDAY_MS, add_teacher, seed_class

T = MONDAY_MS


@pytest.fixture
def seeded(store):
    return seed_class(store, add_teacher(store))


def rows(store, seeded, name, zone=UTC):
    data = class_file(store, store.classes.get(seeded.info.id), name, 10, zone)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize(("name", "columns"), [("signals.csv", SIGNAL_COLUMNS), ("markers.csv", MARKER_COLUMNS)])
def test_a_class_without_any_has_the_columns(store, seeded, name, columns):
    data = class_file(store, seeded.info, name, 10, UTC).decode("utf-8-sig")
    assert data == ",".join(columns) + "\r\n"


def test_a_signal_ends_when_it_is_taken_back_after_two_minutes_or_with_the_class(store, seeded):
    ann, ben, _ = seeded.students
    store.signals.add(seeded.info.id, ann.id, SignalKind.LOST, T)
    store.signals.add(seeded.info.id, ben.id, SignalKind.TOO_FAST, T + 10_000)
    store.signals.end(ben.id, SignalKind.TOO_FAST, T + 15_000)
    store.signals.add(seeded.info.id, ben.id, SignalKind.HAND_UP, T + 20_000)
    found = rows(store, seeded, "signals.csv", ZoneInfo("Asia/Kolkata"))
    assert [(row["student"], row["signal"]) for row in found] == [
        ("Ann", "lost"),
        ("Ben", "too fast"),
        ("Ben", "hand up"),
    ]
    assert [row["until_utc"][-9:] for row in found] == ["10:02:00Z", "10:00:15Z", ""]
    assert found[0]["at_local"] == "2026-01-05T15:30:00+05:30"
    store.classes.end(seeded.info.id, T + 60_000)
    assert [row["until_utc"][-9:] for row in rows(store, seeded, "signals.csv")] == [
        "10:01:00Z",
        "10:00:15Z",
        "10:01:00Z",
    ]


def test_a_marker_is_a_row_and_no_text_of_it_is_a_formula(store, seeded):
    store.markers.add(seeded.info.id, MarkerKind.NOTE, T, '=HYPERLINK("http://x")')
    store.markers.add(seeded.info.id, MarkerKind.BREAK, T + 5_000)
    store.markers.end_break(seeded.info.id, T + 9_000)
    note, pause = rows(store, seeded, "markers.csv")
    assert (note["marker"], note["text"], note["until_utc"]) == ("note", '\'=HYPERLINK("http://x")', "")
    assert (pause["marker"], pause["until_utc"][-9:]) == ("break", "10:00:09Z")


def test_the_session_file_leaves_a_break_out_and_attendance_does_not(store, seeded):
    def analyses():
        return sum(int(row["analyses"]) for row in rows(store, seeded, "session.csv"))

    def minutes():
        return [row["minutes_present"] for row in rows(store, seeded, "attendance.csv")]

    before = analyses(), minutes()
    store.markers.add(seeded.info.id, MarkerKind.BREAK, T + 60_000)
    store.markers.end_break(seeded.info.id, T + 80_000)
    assert (analyses(), minutes()) == (before[0] - 30, before[1])
