from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest

from classroom.attendance import attendance
from classroom.compare import FEWEST_READINGS, compare_rows, shares_figure, summary, valence_trend
from classroom.mood import drawable, student_windows
from classroom.records import ClassInfo, Sharing, Student
from classroom.report import ClassReport
from fer_model.labels import EMOTIONS
from tests.fakes import MONDAY_MS, NO_FACE, face, readings_frame, visits_frame

T, DAY_MS = MONDAY_MS, 86_400_000


def report(shown: list, seconds: int = 60, number: int = 1, title: str = "Physics", opened_ms: int = T) -> ClassReport:
    """A student a face, each shown once a second."""
    rows = [(opened_ms + s * 1000, i + 1, each) for i, each in enumerate(shown) for s in range(seconds)]
    readings = readings_frame(rows)
    visits = visits_frame([(i + 1, opened_ms, opened_ms + seconds * 1000) for i in range(len(shown))])
    students = [Student(i + 1, number, f"S{i + 1}", Sharing.CAMERA, opened_ms) for i in range(len(shown))]
    windows = student_windows(readings, 10)
    info = ClassInfo(number, 1, title, "", opened_ms, opened_ms + seconds * 1000)
    return ClassReport(
        info, tuple(attendance(students, readings, visits)), visits, windows, *drawable(windows, visits, 10)
    )


HAPPY, SAD = face("happy"), face("sad")


def test_each_student_counts_once_however_many_readings_there_are():
    one = summary(report([HAPPY, SAD]))
    alone = summary(report([HAPPY])).valence, summary(report([SAD])).valence
    assert one.valence == pytest.approx(np.mean(alone))
    assert (one.joined, one.students, one.usable, one.analyses) == (2, 2, 120, 120)


def test_the_interval_is_students_t_of_the_students_means():
    # Of four happy and one sad: mean and sd by hand, t(4, 97.5 %) = 2.776.
    one = summary(report([HAPPY] * 4 + [SAD]))
    happy, sad = summary(report([HAPPY])).valence, summary(report([SAD])).valence
    values = np.array([happy] * 4 + [sad])
    half = 2.776 * values.std(ddof=1) / np.sqrt(5)
    assert (one.low, one.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.002)


def test_few_students_have_no_interval_and_no_reading_no_number():
    assert np.isnan(summary(report([HAPPY] * 4)).low)
    empty = summary(report([NO_FACE] * 6))
    assert np.isnan(empty.valence) and np.isnan(empty.shares["happy"]) and empty.coverage == 0 and empty.students == 0
    assert np.isnan(summary(report([])).coverage)


def test_who_was_seen_too_shortly_is_not_counted():
    assert summary(report([HAPPY] * 6, seconds=FEWEST_READINGS - 1)).students == 0


def test_rows_are_in_the_order_of_time_and_say_what_is_not_known():
    later = summary(report([HAPPY] * 5, number=1, title="Later", opened_ms=T + DAY_MS))
    rows = compare_rows([later, summary(report([NO_FACE], number=2))], UTC)
    assert [row["Class"] for row in rows] == ["Physics", "Later"]
    assert rows[0]["Valence"] == rows[0]["95% interval"] == "not known"
    assert rows[0]["With a usable face"] == "0% of 60" and rows[1]["With a usable face"] == "100% of 300"
    assert rows[1]["Counted"] == "5 students" and rows[1]["When"].endswith("10:00")


def test_the_trend_shows_who_has_no_interval_and_leaves_out_what_is_not_known():
    some = [
        summary(report([HAPPY] * 5)),
        summary(report([SAD] * 2, number=2, opened_ms=T + DAY_MS)),
        summary(report([NO_FACE], number=3)),
    ]
    (points,) = valence_trend(some, UTC).data
    assert len(points.x) == 2 and list(points.marker.symbol) == ["circle", "circle-open"]
    assert points.y[0] > 0 > points.y[1] and list(points.customdata[0][1:]) == [5, 300]


def test_shares_of_a_class_fill_its_bar_and_titles_bring_no_markup():
    figure = shares_figure([summary(report([HAPPY, SAD], title="<b>x</b>")), summary(report([NO_FACE], number=2))], UTC)
    assert [bar.name for bar in figure.data] == list(EMOTIONS)
    assert sum(bar.x[0] for bar in figure.data) == pytest.approx(1) and len(figure.data[0].x) == 1
    assert figure.layout.yaxis.ticktext[0].startswith("&lt;b&gt;x&lt;/b&gt; · ")


def test_nothing_to_compare_gives_empty_figures():
    nothing = replace(summary(report([])), info=ClassInfo(9, 1, "x", "", T, None))
    assert len(valence_trend([nothing], UTC).data[0].x) == 0
    assert all(len(bar.x) == 0 for bar in shares_figure([nothing], UTC).data)
