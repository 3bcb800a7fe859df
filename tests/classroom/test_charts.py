import json
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from plotly.io.json import to_json_plotly

from classroom.attention import mark
from classroom.attention_windows import attention_of_class, attention_windows
from classroom.charts import ABOVE, BELOW, river
from classroom.charts import timeline_figure as timeline
from classroom.colours import COLOURS
from classroom.modes import Mode
from classroom.mood import class_windows, student_windows
from classroom.records import Marker, MarkerKind, SignalKind
from classroom.signals import lane, no_signals
from classroom.store.class_windows import WINDOW_COLUMNS
from classroom.told_windows import told_timeline
from fer_model.affect import PLACEMENTS
from fer_model.labels import EMOTIONS
from tests.fakes import MONDAY_MS, NO_FACE, face, readings_frame, visits_frame

T = MONDAY_MS


def mood(rows, visits=()):
    return class_windows(student_windows(readings_frame(rows), 10), visits_frame(visits), 10)


EMPTY = mood([])
# Happy and sad, then nobody in view, then neutral.
LESSON = mood(
    [(T, 1, face("happy")), (T, 2, face("sad")), (T + 10_000, 1, NO_FACE), (T + 20_000, 1, face("neutral"))],
    [(1, T, T + 20_000), (2, T, T)],
)

ATTENTION = attention_of_class(attention_windows(mark(readings_frame([(T, 1, NO_FACE)])), 10), visits_frame([]), 10)


def timeline_figure(*args, **named):
    """The figure, every name and value of it checked by Plotly."""
    return go.Figure(timeline(*args, **named))


def times(values):
    return pd.to_datetime(np.asarray(values))


def areas(figure):
    return [trace for trace in figure.data if getattr(trace, "stackgroup", None)]


def line(figure, name):
    (found,) = [trace for trace in figure.data if trace.name == name]
    return found


def test_every_emotion_has_one_colour_and_no_two_share_one():
    assert set(COLOURS) == set(EMOTIONS)
    assert len(set(COLOURS.values())) == len(EMOTIONS)


def test_pleasant_is_above_and_unpleasant_below_as_their_valence_says():
    assert {*ABOVE, *BELOW, "neutral"} == set(EMOTIONS)
    assert all(PLACEMENTS[emotion][0] > 0 for emotion in ABOVE)
    assert all(PLACEMENTS[emotion][0] < 0 for emotion in BELOW)


class TestRiver:
    def test_an_empty_class_has_an_empty_river_with_every_area(self):
        assert len(river(EMPTY)) == 0
        assert set(river(EMPTY).columns) == {"neutral_above", "neutral_below", *ABOVE, *BELOW}

    def test_heights_by_hand(self):
        first, unknown, last = (row for _, row in river(LESSON).iterrows())
        assert (first["happy"], first["sad"], first["neutral_above"]) == (0.5, -0.5, 0)
        assert not unknown.any(), "nobody in view is no neutral band"
        assert (last["neutral_above"], last["neutral_below"]) == (0.5, -0.5)

    def test_the_areas_of_a_window_sum_to_one(self):
        rng = np.random.default_rng(0)
        rows = [(T + int(at), 1, face(EMOTIONS[rng.integers(7)])) for at in rng.integers(0, 100_000, 80)]
        assert river(mood(rows)).abs().sum(axis=1).to_numpy() == pytest.approx(1)

    def test_above_is_never_negative_and_below_never_positive(self):
        heights = river(LESSON)
        assert (heights[["neutral_above", *ABOVE]] >= 0).all(axis=None)
        assert (heights[["neutral_below", *BELOW]] <= 0).all(axis=None)


class TestTimelineFigure:
    def test_an_empty_class_has_the_same_axes_and_no_error(self):
        empty, full = (timeline_figure(windows, 10, UTC) for windows in (EMPTY, LESSON))
        titles = [[axis.title.text for axis in figure.select_yaxes()] for figure in (empty, full)]
        assert titles == [["share of faces", "valence", "in view"]] * 2
        assert list(empty.select_xaxes())[-1].title.text == "time (UTC)"
        assert len(empty.data) == len(full.data)
        assert all(len(trace.x) == 0 for trace in empty.data)
        empty.to_json()

    def test_an_empty_class_that_runs_shows_its_time(self):
        axis = next(timeline_figure(EMPTY, 10, UTC, from_ms=T).select_xaxes())
        assert [at.isoformat() for at in axis.range] == ["2026-01-05T10:00:00", "2026-01-05T10:05:00"]

    def test_one_area_an_emotion_in_its_colour_and_one_entry_in_the_legend(self):
        drawn = areas(timeline_figure(LESSON, 10, UTC))
        assert {trace.name: trace.fillcolor for trace in drawn} == COLOURS
        assert sorted(trace.name for trace in drawn if trace.showlegend) == sorted(EMOTIONS)

    def test_the_figure_draws_the_numbers_of_the_river(self):
        figure = timeline_figure(LESSON, 10, UTC)
        for column, trace in zip(river(LESSON), areas(figure), strict=True):
            assert list(trace.y)[: len(LESSON)] == river(LESSON)[column].tolist()

    def test_the_valence_line_has_a_hole_where_nobody_is_in_view(self):
        valence = line(timeline_figure(LESSON, 10, UTC), "valence")
        assert not valence.connectgaps
        points = [(at.second, value) for at, value in zip(times(valence.x), valence.y, strict=True)]
        happy, sad = (face(emotion).valence for emotion in ("happy", "sad"))
        known = [(at, value) for at, value in points if not np.isnan(value)]
        assert known == [(0, (happy + sad) / 2), (10, (happy + sad) / 2)] + [
            (at, pytest.approx(face("neutral").valence)) for at in (20, 30)
        ]
        assert [at for at, value in points if np.isnan(value)] == [10, 20], "the window of nobody parts the line"

    def test_the_strip_is_the_coverage(self):
        strip = line(timeline_figure(LESSON, 10, UTC), "coverage")
        assert list(strip.y) == [1, 0, 1]
        assert strip.width == 10_000

    def test_times_are_the_teachers_wherever_the_browser_is(self):
        figure = timeline_figure(LESSON, 10, ZoneInfo("Asia/Kolkata"))
        assert times(areas(figure)[0].x)[0].isoformat() == "2026-01-05T15:30:00"
        assert list(figure.select_xaxes())[-1].title.text == "time (Asia/Kolkata)"


class TestLessonMarks:
    MARKERS = (
        Marker(1, 1, MarkerKind.QUESTION, "<b>Why?</b>", T + 5_000),
        Marker(2, 1, MarkerKind.BREAK, "", T + 12_000, T + 18_000),
    )

    def signalled(self, rows=()):
        table = [(i, who, kind.value, at, None) for i, (who, kind, at) in enumerate(rows)]
        signals = pd.DataFrame(table, columns=no_signals().columns).astype(no_signals().dtypes.to_dict())
        visits = visits_frame([(1, T, T + 30_000), (2, T, T + 30_000)])
        return lane(signals, visits, LESSON.index.to_numpy(), 10_000)

    def test_the_lane_has_a_row_a_signal_with_its_word_and_blank_cells_where_nobody_said_it(self):
        counts = self.signalled([(1, SignalKind.LOST, T), (2, SignalKind.LOST, T + 10_000)])
        cells = line(timeline_figure(LESSON, 10, UTC, lane=counts), "signals")
        assert sorted(cells.y) == sorted(kind.value for kind in SignalKind)
        rows = dict(zip(cells.y, cells.z, strict=True))
        assert rows["lost"].tolist() == [1, 2, 2]
        assert np.isnan(rows["hand up"]).all()
        assert [at.second for at in times(cells.x)] == [0, 10, 20, 30], "a cell is as long as its window"

    def test_an_empty_lane_and_no_markers_keep_their_places(self):
        shape = []
        for windows, counts, noted in ((EMPTY, self.signalled()[:0], ()), (LESSON, self.signalled(), self.MARKERS)):
            figure = timeline_figure(windows, 10, UTC, lane=counts, markers=noted)
            figure.to_json()
            shape.append((figure.layout.height, figure.layout.margin.t, len(figure.data)))
        assert shape[0] == shape[1]
        plain = timeline_figure(LESSON, 10, UTC)
        assert plain.layout.height < shape[0][0]
        assert len(plain.data) == shape[0][2] - 2

    def test_every_marker_is_a_line_and_a_break_a_band(self):
        figure = timeline_figure(LESSON, 10, UTC, markers=self.MARKERS)
        lines = [shape.x0.second for shape in figure.layout.shapes if shape.x0 == shape.x1 and shape.yref == "paper"]
        (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
        assert lines == [5, 12]
        assert (band.x0.second, band.x1.second) == (12, 18)

    def test_a_break_that_lasts_reaches_to_the_end_of_the_time_axis(self):
        lasting = Marker(3, 1, MarkerKind.BREAK, "", T + 12_000)
        figure = timeline_figure(LESSON, 10, UTC, markers=[lasting], at_least_s=300)
        (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
        assert band.x1 == next(figure.select_xaxes()).range[1]

    def test_what_was_typed_is_text_and_stands_under_the_pointer_with_its_time(self):
        figure = timeline_figure(LESSON, 10, UTC, markers=self.MARKERS)
        assert [note.text for note in figure.layout.annotations] == ["&lt;b&gt;Why?&lt;/b&gt;", "break"]
        assert line(figure, "markers").customdata[0] == "10:00:05 question: &lt;b&gt;Why?&lt;/b&gt;"
        assert line(figure, "markers").customdata[1] == "10:00:12 to 10:00:18 break"


def test_a_class_in_which_nobody_was_and_something_was_noted_has_an_axis_of_minutes():
    figure = timeline_figure(EMPTY, 10, UTC, markers=[Marker(1, 1, MarkerKind.QUESTION, "Why?", T + 5_000)])
    begin, end = (pd.Timestamp(each) for each in figure.layout.xaxis.range)
    assert begin == pd.Timestamp(T + 5_000, unit="ms")
    assert end - begin == pd.Timedelta(minutes=5)
    assert "Why?" in str(figure.layout.annotations)


def test_the_axis_of_an_empty_class_is_one_of_times():
    figure = timeline_figure(EMPTY, 10, UTC, from_ms=T)
    assert {figure.layout[axis].type for axis in figure.layout if axis.startswith("xaxis")} == {"date"}
    assert figure.layout.xaxis.range[0].hour == 10


# Each mode with windows of a lesson and the titles of its rows from the top; the lane has none.
TOLD = pd.DataFrame([(T, 6, *[0] * 6, 100), (T + 30_000, 6, *[0] * 6, 100)], columns=WINDOW_COLUMNS)
MODES = [
    (Mode.NAMES, LESSON, ["share of faces", "", "valence", "in view"]),
    (Mode.PSEUDONYMS, LESSON, ["share of faces", "", "valence", "in view"]),
    (Mode.CLASS_ONLY, told_timeline(TOLD, visits_frame([]), T + 60_000), ["share of faces", "", "counted"]),
    (Mode.SIGNALS_ONLY, ATTENTION, [""]),
    (Mode.IN_VIEW, ATTENTION, ["share of readings", "", "in view"]),
]


@pytest.mark.parametrize(("mode", "windows", "titles"), MODES, ids=[mode for mode, *_ in MODES])
@pytest.mark.parametrize("part", [slice(None), slice(0), slice(1)], ids=["lesson", "nothing", "one window"])
def test_plotly_knows_every_name_of_every_mode_and_a_browser_can_read_it(mode, windows, titles, part):
    windows = windows[part]
    said = lane(no_signals(), visits_frame([]), windows.index.to_numpy(), 10_000)
    named = {"lane": said, "markers": TestLessonMarks.MARKERS, "title": "A lesson", "mode": mode, "from_ms": T}
    figure = timeline_figure(windows, 10, UTC, **named)  # raises ValueError at a name or value that it does not know
    assert [axis.title.text for axis in figure.select_yaxes()] == titles

    def no_number(word):
        raise AssertionError(f"{word} is no JSON, and no browser reads it")

    sent = json.loads(to_json_plotly(timeline(windows, 10, UTC, **named)), parse_constant=no_number)
    assert len(sent["data"]) == len(figure.data)
    assert sent["layout"]["xaxis"]["range"][0] == "2026-01-05T10:00:00"
