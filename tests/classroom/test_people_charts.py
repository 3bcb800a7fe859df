from datetime import UTC

import numpy as np
import pytest

from classroom.attendance import attendance
from classroom.colours import COLOURS
from classroom.mood import drawable, student_windows
from classroom.people_charts import ABSENT, UNREAD, heat_map, lines, person_grid
from classroom.records import ClassInfo, Sharing, Student
from classroom.report import ClassReport
from fer_model.labels import EMOTIONS
from tests.fakes import MONDAY_MS, NO_FACE, face, readings_frame, visits_frame

T = MONDAY_MS
HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")


def report(names, rows, visits):
    """A class of the students 1, 2, ... in windows of 10 s."""
    readings, visits = readings_frame(rows), visits_frame(visits)
    students = [Student(i + 1, 1, name, Sharing.CAMERA, T) for i, name in enumerate(names)]
    windows = student_windows(readings, 10)
    timeline, step_s = drawable(windows, visits, 10)
    info = ClassInfo(1, 1, "Physics", "", T, T + 60_000)
    return ClassReport(info, tuple(attendance(students, readings, visits)), visits, windows, timeline, step_s)


# Ann is happy twice and sad once, then looks away; Ben comes ten seconds later and is sad; Cem has no camera.
LESSON = report(
    ["Ann", "Ben", "Cem"],
    [
        *((T, 1, face("happy")), (T + 1_000, 1, face("happy")), (T + 2_000, 1, face("sad"))),
        *((T + 10_000, 1, NO_FACE), (T + 11_000, 2, face("sad"))),
    ],
    [(1, T, T + 15_000), (2, T + 11_000, T + 15_000), (3, T, T + 5_000)],
)


def test_each_window_has_what_was_shown_most_often_with_its_n():
    grid = person_grid(LESSON)
    assert grid.names == ("Ann", "Ben", "Cem") and grid.student_ids == (1, 2, 3)
    assert grid.shown.tolist() == [[HAPPY, UNREAD], [ABSENT, SAD], [UNREAD, ABSENT]]
    assert grid.usable.tolist() == [[3, 0], [0, 1], [0, 0]]
    assert grid.analyses.tolist() == [[3, 1], [0, 1], [0, 0]]
    assert grid.share[0, 0] == pytest.approx(2 / 3)
    assert np.isnan(grid.share[0, 1]) and np.isnan(grid.valence[0, 1]), "not known is not a number"


def test_the_grid_and_the_class_timeline_are_the_same_readings():
    grid = person_grid(LESSON)
    assert grid.usable.sum(axis=0).tolist() == LESSON.timeline["usable"].tolist()
    known = np.nansum(grid.valence * grid.usable, axis=0) / grid.usable.sum(axis=0)
    assert known == pytest.approx(LESSON.timeline["valence"].to_numpy())


def test_absent_is_blank_and_unread_is_a_colour_of_its_own():
    (heat,) = heat_map(person_grid(LESSON), UTC).data
    assert np.isnan(heat.z[1][0]) and heat.z[1][1] == SAD and heat.z[2][0] == UNREAD
    assert heat.colorscale[-1][1] not in COLOURS.values()
    assert heat.customdata[0][0] == "<b>Ann</b><br>happy in 2 of 3 usable readings<br>3 analyses"
    assert heat.customdata[0][1] == "<b>Ann</b><br>present, not read<br>1 analyses"


def test_every_expression_has_the_colour_that_it_has_everywhere():
    (heat,) = heat_map(person_grid(LESSON), UTC).data
    at = [(i + 0.5) / (UNREAD + 1) for i in range(UNREAD)]  # the middle of each expression's part of the scale
    for emotion, place in zip(EMOTIONS, at, strict=True):
        *_, (_, colour) = [stop for stop in heat.colorscale if stop[0] <= place]
        assert colour == COLOURS[emotion]


def test_times_are_those_of_the_teachers_zone_and_in_the_middle_of_a_window():
    (heat,) = heat_map(person_grid(LESSON), UTC).data
    assert [f"{at:%H:%M:%S}" for at in heat.x] == ["10:00:05", "10:00:15"]


def test_names_cannot_bring_markup_and_stay_short():
    grid = person_grid(report(["<b>Ann</b>", "x" * 60], [(T, 1, face("happy"))], [(1, T, T), (2, T, T)]))
    figure = heat_map(grid, UTC)
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;Ann&lt;/b&gt;", "x" * 19 + "…")
    assert "<b>&lt;b&gt;Ann" in figure.data[0].customdata[0][0]
    assert lines(grid, [0], UTC).data[0].name == "&lt;b&gt;Ann&lt;/b&gt;"


def test_lines_have_holes_where_nothing_was_read_and_differ_in_more_than_colour():
    figure = lines(person_grid(LESSON), [0, 1], UTC)
    ann, ben = figure.data
    assert ann.y[0] > 0 and np.isnan(ann.y[1]) and np.isnan(ben.y[0]) and ben.y[1] < 0
    assert not ann.connectgaps and ann.line.dash != ben.line.dash
    assert ann.customdata.tolist() == [3, 0]


def test_a_class_without_students_gives_empty_figures():
    grid = person_grid(report([], [], []))
    assert grid.shown.shape == (0, 0)
    assert heat_map(grid, UTC).data[0].z.shape == (0, 0)
