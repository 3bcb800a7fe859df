"""The table of attention's parts; the rest of a report is tested with the files that say the same."""

import re
from base64 import b64encode
from datetime import UTC
from hashlib import sha256

import pytest

from classroom.class_files import shown_report
from classroom.html_report import html_report
from classroom.people_charts import person_grid
from classroom.records import MarkerKind, Reading
from classroom.report import attention_table, class_report, smoothed, smoothings
from fer_model.reading import FaceReading, Geometry, Reason
from tests.fakes import MONDAY_MS, NO_FACE, add_teacher, seed_class

T = MONDAY_MS


def held(yaw_deg: float, eyes_open: float = 0.3, mouth_open: float = 0.0) -> FaceReading:
    return FaceReading(
        reason=Reason.LOW_CONFIDENCE, faces_seen=1, geometry=Geometry(yaw_deg, 0.0, 0.0, eyes_open, mouth_open)
    )


@pytest.fixture
def seeded(store):
    """A class in which Cem's face is held somehow: two minutes ahead, then 2 of 8 aside, 1 of 6 shut, then gone."""
    seeded = seed_class(store, add_teacher(store))
    seen = [held(0)] * 120 + [held(50)] * 2 + [held(0, 0.1)] * 2 + [held(0, 0.3, 0.7)] * 4 + [NO_FACE] * 2
    readings = [Reading(seeded.info.id, seeded.students[2].id, T + i * 1000, each) for i, each in enumerate(seen)]
    store.readings.write(readings, {}, T + 200_000)
    return seeded


def test_each_part_stands_with_its_n_and_what_is_not_known_says_so(store, seeded):
    rows = attention_table(class_report(store, seeded.info, 10))
    assert rows["Student"].tolist() == ["Ann", "Ben", "Cem"]
    assert rows.loc[2].tolist() == [
        *("Cem", "98% of 130 readings", "75% of 8 readings", "83% of 6 readings", "1"),
    ]
    assert rows.loc[0].tolist() == ["Ann", "100% of 120 readings", "not known", "not known", "not known"]


def test_nothing_adds_the_parts_up(store, seeded):
    """One percentage of attention would say what nobody can see."""
    page = html_report(class_report(store, seeded.info, 10), UTC).decode()
    assert "75% of 8 readings" in page
    assert "ttention" not in page.split("<body>")[1].split("<h2>In view")[1]


def test_a_break_counts_for_nothing(store, seeded):
    store.markers.add(seeded.info.id, MarkerKind.BREAK, T + 120_000)
    store.markers.end_break(seeded.info.id, T + 122_000)
    assert attention_table(class_report(store, seeded.info, 10)).loc[2, "Facing the screen"] == "100% of 6 readings"


def test_without_names_the_table_has_none(store, seeded):
    rows = attention_table(shown_report(class_report(store, seeded.info, 10), with_names=False))
    assert rows["Student"].tolist() == ["Student 1", "Student 2", "Student 3"]


def test_where_no_geometry_is_known_there_is_no_table(store):
    seeded = seed_class(store, add_teacher(store))
    report = class_report(store, seeded.info, 10)
    assert len(attention_table(report)) == 0
    assert "<h2>In view, facing the screen" not in html_report(report, UTC).decode()


def test_a_smoothed_report_has_fewer_points_and_the_same_readings(store, seeded):
    report = class_report(store, seeded.info, 10)
    assert smoothings(report) == [10, 60, 180, 300]
    minutes = smoothed(report, 60)
    assert minutes.timeline_s == 60 and len(minutes.timeline) < len(report.timeline)
    assert minutes.timeline["usable"].sum() == report.timeline["usable"].sum() == report.usable
    assert (minutes.attendance, minutes.valence) == (report.attendance, report.valence)
    assert list(minutes.lane.index) == list(minutes.timeline.index)
    assert person_grid(minutes).usable.sum() == report.usable
    assert smoothed(report, 10) is report


def test_the_page_may_run_its_own_scripts_and_nothing_that_somebody_put_into_it(store, seeded):
    """Its policy stands in front of everything, and names each script by its hash."""
    page = html_report(class_report(store, seeded.info, 10), UTC).decode()
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert policy.start() < page.index("<title>") < page.index("<script")
    assert len(scripts) >= 2, "Plotly, and a chart"
    allowed = set(re.findall(r"'sha256-([^']+)'", policy[1]))
    assert allowed == {b64encode(sha256(each.encode()).digest()).decode() for each in scripts}
    assert "default-src 'none'" in policy[1] and "unsafe-inline" not in policy[1].split("style-src")[0]
    assert "\r" not in page, "a browser would read another text than the one whose hash is there"
