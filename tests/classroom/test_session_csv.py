import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from classroom.attendance import analysed_ms
from classroom.charts import river
from classroom.mood import class_windows, student_windows
from classroom.naming import clean_name
from classroom.presence import STALE_MS
from classroom.records import ClassInfo, Sharing, Student
from classroom.report import attendance_table, class_report
from classroom.session_csv import (
    ATTENDANCE_COLUMNS,
    SESSION_COLUMNS,
    attendance_csv,
    harmless,
    session_csv,
)
from classroom.store.tables import PROB_COLUMNS
from fer_model.affect import PLACEMENTS
from fer_model.labels import EMOTIONS
from tests.fakes import HOSTILE_NAMES, MONDAY_MS, NO_FACE, add_teacher, face, readings_frame, seed_class, visits_frame

T = MONDAY_MS
INFO = ClassInfo(1, 1, "Physics, group B", "ABCDEFGH", T, None)
ANN = Student(1, 1, "Ann", Sharing.CAMERA, T)


def parse(data: bytes) -> list[dict[str, str]]:
    """As a spreadsheet reads it."""
    assert data.startswith(b"\xef\xbb\xbf"), "without the mark a spreadsheet takes it for Windows-1252"
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def session(rows, students=(ANN,), zone=UTC, window_s=10) -> list[dict[str, str]]:
    return parse(session_csv(INFO, students, readings_frame(rows), window_s, zone))


def attendance(rows, visits, students=(ANN,), zone=UTC) -> list[dict[str, str]]:
    return parse(attendance_csv(INFO, students, readings_frame(rows), visits_frame(visits), zone))


def test_an_empty_class_is_a_file_with_its_header():
    data = session_csv(INFO, [], readings_frame([]), 10, UTC)
    assert data.decode("utf-8-sig") == ",".join(SESSION_COLUMNS) + "\r\n"
    data = attendance_csv(INFO, [], readings_frame([]), visits_frame([]), UTC)
    assert data.decode("utf-8-sig") == ",".join(ATTENDANCE_COLUMNS) + "\r\n"


def test_a_row_by_hand():
    (row,) = session([(T + 1_000, 1, face("happy", 1.0)), (T + 2_000, 1, face("sad", 1.0)), (T + 3_000, 1, NO_FACE)])
    happy, sad = PLACEMENTS["happy"], PLACEMENTS["sad"]
    assert row == {
        "class": "Physics, group B",
        "student": "Ann",
        "window_start_utc": "2026-01-05T10:00:00Z",
        "window_start_local": "2026-01-05T10:00:00+00:00",
        "analyses": "3",
        **dict.fromkeys(EMOTIONS, "0"),
        "happy": "1",
        "sad": "1",
        "mean_valence": f"{(happy[0] + sad[0]) / 2:.4f}",
        "mean_arousal": f"{(happy[1] + sad[1]) / 2:.4f}",
        "usable_share": "0.6667",
        "mode": "names",
    }


def test_a_window_without_a_usable_face_has_no_mean_rather_than_nought():
    (row,) = session([(T, 1, NO_FACE)])
    assert (row["mean_valence"], row["mean_arousal"], row["usable_share"]) == ("", "", "0.0000")


def test_local_time_is_the_zones_with_its_offset_and_utc_stays_utc():
    (row,) = session([(T, 1, NO_FACE)], zone=ZoneInfo("Asia/Kolkata"))
    assert row["window_start_utc"] == "2026-01-05T10:00:00Z"
    local = datetime.fromisoformat(row["window_start_local"])
    assert local == datetime.fromisoformat(row["window_start_utc"])
    assert row["window_start_local"] == "2026-01-05T15:30:00+05:30"


def test_lines_end_as_rfc_4180_asks():
    data = session_csv(INFO, [ANN], readings_frame([(T, 1, NO_FACE)]), 10, UTC).decode("utf-8-sig")
    assert data.count("\r\n") == data.count("\n") == 2
    assert '"Physics, group B"' in data


@pytest.mark.parametrize(
    ("text", "cell", "why"),
    [
        ("", "", "nothing"),
        ("Ann", "Ann", "a name"),
        ("=1+1", "'=1+1", "a formula"),
        ("+1", "'+1", "a formula"),
        ("-1", "'-1", "a formula"),
        ("@SUM(A1)", "'@SUM(A1)", "a formula"),
        ("\t=1", "'\t=1", "a formula behind white space"),
        ("\r=1", "'\r=1", "a formula behind white space"),
        ("＝1+1", "'＝1+1", "a formula in full width"),
        ("Ann=1", "Ann=1", "no formula"),
    ],
)
def test_what_a_spreadsheet_takes_for_a_formula_becomes_text(text, cell, why):
    assert harmless(text) == cell


@pytest.mark.parametrize(("typed", "kept", "why"), HOSTILE_NAMES)
def test_a_hostile_name_is_one_cell_of_text_in_both_files(typed, kept, why):
    student = Student(1, 1, clean_name(typed), Sharing.CAMERA, T)
    rows = [*session([(T, 1, NO_FACE)], [student]), *attendance([], [], [student])]
    for row in rows:
        assert None not in row, "no further column"
        assert row["student"].removeprefix("'") == kept
        assert row["student"][0] not in "=+-@\t\r"


def test_two_students_in_one_window_are_two_rows_in_the_order_of_time():
    ben = Student(2, 1, "Ben", Sharing.CAMERA, T)
    rows = session([(T + 10_000, 1, NO_FACE), (T, 2, NO_FACE), (T, 1, NO_FACE)], [ANN, ben])
    assert [(row["window_start_utc"][-3:], row["student"]) for row in rows] == [
        ("00Z", "Ann"),
        ("00Z", "Ben"),
        ("10Z", "Ann"),
    ]


class TestAttendance:
    @pytest.mark.parametrize(
        ("visits", "present", "count", "left", "why"),
        [
            ([], "0.00", "0", "10:00:00", "joined and never seen"),
            ([(1, T, T + 90_000)], "1.50", "1", "10:01:30", "one piece"),
            ([(1, T, T + 60_000), (1, T + 600_000, T + 660_000)], "2.00", "2", "10:11:00", "away in between"),
            ([(1, T, T + 60_000), (2, T, T + 900_000)], "1.00", "1", "10:01:00", "somebody else's visit"),
        ],
    )
    def test_visits_of_a_student_are_merged_into_one_row(self, visits, present, count, left, why):
        (row,) = attendance([], visits)
        assert (row["minutes_present"], row["visits"]) == (present, count)
        assert row["joined_utc"] == "2026-01-05T10:00:00Z"
        assert row["left_utc"] == f"2026-01-05T{left}Z"

    @pytest.mark.parametrize(
        ("seconds", "minutes", "why"),
        [
            ([], "0.00", "never"),
            ([0], "0.00", "once: no time in between"),
            (range(0, 61), "1.00", "every second of a minute"),
            (range(0, 61, 2), "1.00", "every other second of a minute"),
            ([*range(0, 31), *range(600, 631)], "1.00", "the hole is left out"),
            ([0, STALE_MS / 1000], f"{STALE_MS / 60_000:.2f}", "a gap just short enough"),
            ([0, STALE_MS / 1000 + 0.001], "0.00", "and one just too long"),
        ],
    )
    def test_minutes_analysed_are_those_between_neighbouring_analyses(self, seconds, minutes, why):
        rows = [(T + round(second * 1000), 1, NO_FACE) for second in seconds]
        (row,) = attendance(rows, [])
        assert row["minutes_analysed"] == minutes

    def test_the_order_of_storing_does_not_matter(self):
        rows = [(T + second * 1000, 1, NO_FACE) for second in (3, 1, 2, 0)]
        assert analysed_ms(readings_frame(rows)) == 3_000


@pytest.mark.parametrize("window_s", [1, 10, 60])
def test_file_timeline_report_and_store_are_the_same_numbers(store, window_s):
    seeded = seed_class(store, add_teacher(store))
    readings, visits = store.readings.of_class(seeded.info.id), store.readings.visits(seeded.info.id)
    rows = parse(session_csv(seeded.info, store.classes.students(seeded.info.id), readings, window_s, UTC))
    timeline = class_windows(student_windows(readings, window_s), visits, window_s)
    report = class_report(store, seeded.info, window_s)

    stored = len(readings), int(readings[PROB_COLUMNS[0]].notna().sum())
    assert stored == (seeded.analyses, seeded.usable)
    assert (timeline["analyses"].sum(), timeline["usable"].sum()) == stored
    assert (report.analyses, report.usable) == stored
    assert report.timeline["analyses"].sum() == stored[0]
    in_file = {emotion: sum(int(row[emotion]) for row in rows) for emotion in EMOTIONS}
    assert sum(int(row["analyses"]) for row in rows) == stored[0]
    assert sum(in_file.values()) == stored[1]
    assert in_file == report.counts == {emotion: timeline[emotion].sum() for emotion in EMOTIONS}
    assert (in_file["happy"], in_file["sad"]) == (120, 45)

    usable = [round(float(row["usable_share"]) * int(row["analyses"])) for row in rows]
    valence = sum(float(row["mean_valence"] or 0) * n for row, n in zip(rows, usable, strict=True)) / sum(usable)
    assert valence == pytest.approx(report.valence, abs=1e-4), "to the digits of the file"
    drawn = river(timeline)
    assert drawn["happy"].tolist() == pytest.approx(timeline["share_happy"].fillna(0).tolist())


def test_the_report_of_a_class_that_nobody_joined(store):
    info = store.classes.open(add_teacher(store), "Empty", (), T)
    report = class_report(store, info, 10)
    assert (report.analyses, report.usable, report.valence) == (0, 0, None)
    assert len(report.timeline) == len(attendance_table(report, UTC)) == 0
    assert "Student" in attendance_table(report, UTC).columns


def test_the_attendance_on_the_page_is_the_one_in_the_file(store):
    seeded = seed_class(store, add_teacher(store))
    report = class_report(store, seeded.info, 10)
    page = attendance_table(report, ZoneInfo("Asia/Kolkata"))
    readings, visits = store.readings.of_class(seeded.info.id), store.readings.visits(seeded.info.id)
    file = parse(attendance_csv(seeded.info, seeded.students, readings, visits, UTC))
    assert page["Student"].tolist() == [row["student"] for row in file] == ["Ann", "Ben", "Cem"]
    assert page["Joined"].tolist() == ["15:30:00"] * 3
    assert page["Analyses"].tolist() == [120, 60, 0]
    assert page["With a usable face"].tolist() == ["100%", "75%", "not known"]
    assert page.columns[-1] == "With a usable face", "nothing of what a face showed stands beside who was here"
    for on_page, in_file in zip(page["Minutes analysed"], file, strict=True):
        assert on_page == pytest.approx(float(in_file["minutes_analysed"]), abs=0.06)
