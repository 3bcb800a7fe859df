"""A class from its first minute to its deletion, with real browsers and fake cameras."""

import csv
import io
import time
from collections import Counter

from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from classroom.store.tables import PROB_COLUMNS
from fer_model.labels import EMOTIONS
from tests.e2e.people import PATIENCE_MS, Student, Teacher, wait_until

GONE_WITHIN_S = 12


def test_a_class_from_start_to_end(fresh_server: ServerProcess, open_context):
    server = fresh_server
    teacher = Teacher(open_context(viewport={"width": 1280, "height": 1000}), server.url)
    teacher.create_account(server.setup_key(), "Ada")
    code = teacher.open_class("Physics, group B", "Mia\nBen\nZoe")
    class_id = server.one("select id from classes where code = ?", code)

    mia = Student(open_context("a turning face"), server.url)
    mia.open_link(code)
    assert not any(name in mia.page.content() for name in ("Mia", "Ben", "Zoe")), "the list is for the teacher"
    mia.page.wait_for_timeout(1500)
    assert mia.camera_calls == [], "the camera was asked for, or a connection made, before the button was pressed"
    mia.submit("Mia")
    mia.is_in_class("Mia")
    ben = Student(open_context("no face"), server.url)
    ben.join(code, "Ben")
    zoe = Student(open_context("a face"), server.url)
    zoe.join(code, "Zoe", camera=False)

    teacher.sees("Mia", "live")
    teacher.sees("Ben", "no face")
    teacher.sees("Zoe", "without camera")
    expect(teacher.tile("Mia").locator(".now")).to_contain_text("%", timeout=PATIENCE_MS)
    expect(mia.page.locator(".mine")).to_contain_text("%", timeout=PATIENCE_MS)
    assert zoe.camera_calls == []
    _timeline_grows(server, teacher)
    _reloads_change_nothing(server, teacher, mia)

    for student in (mia, zoe):
        student.page.close()
    closed_s = time.monotonic()
    for name in ("Mia", "Zoe"):
        teacher.sees(name, "gone", within_s=max(closed_s + GONE_WITHIN_S - time.monotonic(), 0.1))
    teacher.sees("Ben", "no face")

    teacher.end_class()
    ben.reads("The class has ended")
    wait_until(
        lambda: teacher.page.get_by_role("link", name="Session CSV").is_visible(), "the links", page=teacher.page
    )
    _session_file_is_right(server, class_id, teacher.download("Session CSV"))
    _attendance_file_is_right(server, class_id, teacher.download("Attendance CSV"))
    _in_reports_until_deleted(server, teacher)


def _timeline_grows(server: ServerProcess, teacher: Teacher) -> None:
    """More windows in the store, and more points on the chart, while the class goes on."""
    windows = "select count(distinct at_ms / 10000) from readings"
    stored, drawn = server.one(windows), teacher.points_on_chart()
    wait_until(lambda: server.one(windows) > stored, "a new window in the store", page=teacher.page)
    wait_until(lambda: teacher.points_on_chart() > drawn, "a new point on the chart", page=teacher.page)


def _reloads_change_nothing(server: ServerProcess, teacher: Teacher, mia: Student) -> None:
    rows = server.rows("select id, name from students order by id")
    mia.page.reload()
    reloaded_ms = time.time_ns() // 1_000_000
    mia.is_in_class("Mia")
    own = "select count(*) from readings join students on students.id = student_id where name = 'Mia' and at_ms > ?"
    # What arrived before the reload may still be counted for a moment, so only later readings tell.
    wait_until(lambda: server.one(own, reloaded_ms + 1000), "readings after the reload", page=mia.page)
    assert server.rows("select id, name from students order by id") == rows

    teacher.page.reload()
    teacher.sees("Mia", "live")
    assert teacher.page.locator("form.door").count() == 0, "the reload signed the teacher out"
    assert teacher.names_on_board() == {"Mia", "Ben", "Zoe"}


def _session_file_is_right(server: ServerProcess, class_id: int, data: bytes) -> None:
    """Analyses and counts per emotion of each student, against the rows of the database."""
    assert data.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its byte order mark"
    found: dict[str, Counter] = {}
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))):
        counts = {name: int(row[name]) for name in ("analyses", *EMOTIONS)}
        found.setdefault(row["student"], Counter()).update(counts)
        assert row["class"] == "Physics, group B"

    expected: dict[str, Counter] = {}
    query = f"select name, reason, {', '.join(PROB_COLUMNS)} from readings join students on students.id = student_id"
    for name, reason, *probs in server.rows(f"{query} where readings.class_id = ?", class_id):
        counts = expected.setdefault(name, Counter(dict.fromkeys(EMOTIONS, 0)))
        counts["analyses"] += 1
        if reason is None:
            counts[EMOTIONS[probs.index(max(probs))]] += 1
    assert found == expected
    assert set(found) == {"Mia", "Ben"}, "who shared no camera was never analysed"
    # A detector may take a wall for a face now and then, so "never" would ask too much.
    assert sum(found["Ben"][emotion] for emotion in EMOTIONS) < 0.2 * found["Ben"]["analyses"]
    assert sum(found["Mia"][emotion] for emotion in EMOTIONS) > 0


def _attendance_file_is_right(server: ServerProcess, class_id: int, data: bytes) -> None:
    """A row a student; minutes as the visits in the database say."""
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))}
    assert set(rows) == {"Mia", "Ben", "Zoe"}
    query = "select sum(seen_ms - began_ms), count(*) from visits join students on students.id = student_id"
    for name, row in rows.items():
        present_ms, visits = server.rows(f"{query} where name = ? and visits.class_id = ?", name, class_id)[0]
        assert float(row["minutes_present"]) == round(present_ms / 60_000, 2)
        assert int(row["visits"]) == visits == 1, f"{name} was never away for long, so this is one visit"
        assert row["joined_utc"] < row["left_utc"]
    assert float(rows["Zoe"]["minutes_analysed"]) == 0 < float(rows["Zoe"]["minutes_present"])
    assert 0 < float(rows["Mia"]["minutes_analysed"]) <= float(rows["Mia"]["minutes_present"])


def _in_reports_until_deleted(server: ServerProcess, teacher: Teacher) -> None:
    page = teacher.page
    teacher.open_reports("Physics, group B")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Delete this class").click()
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_text("No classes yet")).to_be_visible(timeout=PATIENCE_MS)
    for table in ("classes", "students", "visits", "readings", "roster_names", "signals", "markers", "alerts"):
        assert server.one(f"select count(*) from {table}") == 0, f"{table} still has rows of the deleted class"
