import numpy as np
import pytest

from classroom import model_charts as charts
from classroom.charts import COLOURS
from classroom.model_results import RESULTS_FILE, SPEC_FILE, Head, Slice, load_facts, load_results
from fer_model.labels import EMOTIONS
from tests.model_files import RESULTS, SPEC, written

NOTHING = Head((), np.zeros((0, 0), np.int64), ())


@pytest.fixture
def results(tmp_path):
    facts = load_facts(written(tmp_path / "emotion.json", SPEC))
    return load_results(written(tmp_path / "results.json", RESULTS), facts)


@pytest.fixture(params=["made up", "shipped"])
def either(request, results):
    return results if request.param == "made up" else load_results(RESULTS_FILE, load_facts(SPEC_FILE))


def figures(results):
    yield charts.recall_figure(results.reading)
    yield charts.risk_figure(results)
    for head in results.heads.values():
        yield charts.confusion_figure(head)
        yield charts.reliability_figure(head)
    for each in results.slices:
        yield charts.slice_figure(each)


@pytest.mark.parametrize(
    "figure",
    [
        pytest.param(charts.confusion_figure(NOTHING, "Mix-ups"), id="confusion"),
        pytest.param(charts.recall_figure(NOTHING, "Found"), id="recall"),
        pytest.param(charts.reliability_figure(NOTHING), id="reliability"),
        pytest.param(charts.risk_figure(None, "Risk"), id="risk"),
        pytest.param(charts.slice_figure(Slice("blur", "px", ())), id="slice"),
        pytest.param(charts.probability_figure(()), id="probabilities"),
    ],
)
def test_without_results_a_figure_is_empty_and_its_axes_are_titled(figure):
    drawn = [trace for trace in figure.data if trace.hoverinfo != "skip"]
    assert all(trace.x is None or len(trace.x) == 0 for trace in drawn)
    assert any(axis.title.text for axis in figure.select_xaxes())
    figure.to_json()


def test_every_figure_has_titled_axes_and_a_modest_height(either):
    for figure in figures(either):
        assert any("%" in (axis.title.text or "") for axis in (*figure.select_xaxes(), *figure.select_yaxes())) or any(
            "named as" in (axis.title.text or "") for axis in figure.select_xaxes()
        )
        assert figure.layout.height <= 400
        assert figure.layout.dragmode is False, "a finger on a phone scrolls the page"
        figure.to_json()


class TestConfusion:
    def test_rows_sum_to_one_and_one_without_pictures_is_not_known(self, either):
        for head in either.heads.values():
            sums = charts.row_shares(head).sum(axis=1)
            there = head.counts.sum(axis=1) > 0
            assert sums[there] == pytest.approx(1)
            assert np.isnan(sums[~there]).all()

    def test_cells_carry_counts_and_rows_their_n(self, results):
        heat, text = charts.confusion_figure(results.reading).data
        row, column = EMOTIONS.index("sad"), EMOTIONS.index("neutral")
        assert heat.z[row][column] == 0.35
        assert list(heat.customdata[row][column]) == [35, 100]
        assert heat.y[row] == "sad (100)"
        assert ("neutral", "sad (100)", "35") in set(zip(text.x, text.y, text.text, strict=True))
        assert "disgust (0)" not in text.y, "no number in a row without pictures"

    def test_the_axis_says_who_named_the_rows(self, results):
        figure = charts.confusion_figure(results.heads["fer2013"], rows="labelled as")
        assert figure.layout.yaxis.title.text == "labelled as (n)"


class TestRecall:
    def test_numbers_by_hand(self, results):
        table = charts.recall_table(results.reading).set_index("label")
        assert list(table.index) == [emotion for emotion in EMOTIONS if emotion != "disgust"]
        assert (table.loc["fear", "hits"], table.loc["fear", "n"]) == (5, 20)

    def test_the_interval_holds_the_share(self, either):
        table = charts.recall_table(either.reading)
        assert ((table["low"] <= table["recall"]) & (table["recall"] <= table["high"])).all()
        assert table["n"].sum() == either.reading.counts.sum()

    def test_every_bar_has_its_emotions_colour_and_its_word(self, results):
        (bars,) = charts.recall_figure(results.reading).data
        for label, colour in zip(bars.y, bars.marker.color, strict=True):
            assert colour == COLOURS[label.split(" ")[0]]


class TestReliability:
    def test_points_stand_beside_the_diagonal_with_their_n(self, results):
        diagonal, points, strip = charts.reliability_figure(results.reading).data
        assert list(diagonal.x) == list(diagonal.y) == [0, 1]
        assert list(points.x) == [0.45, 0.97]
        assert list(points.y) == pytest.approx([0.4, 0.98])
        assert list(points.customdata) == list(strip.y) == [100, 700]


class TestRisk:
    def test_the_chosen_point_is_what_the_classroom_reads(self, results):
        coverage, risk = charts.chosen_point(results)
        assert coverage == 800 / results.reading.counts.sum()
        assert risk == pytest.approx(0.1)
        curve, chosen = charts.risk_figure(results).data
        assert (chosen.x[0], chosen.y[0]) == (coverage, risk)
        assert "60% confidence" in chosen.text[0]
        assert list(curve.x) == [0.5, 1.0]

    def test_reading_everything_costs_the_errors_of_the_confusion(self):
        results = load_results(RESULTS_FILE, load_facts(SPEC_FILE))
        counts = results.reading.counts
        last = charts.risk_table(results).iloc[-1]
        assert last["coverage"] == 1
        assert last["risk"] == pytest.approx(1 - np.trace(counts) / counts.sum(), abs=1e-3)


class TestSlices:
    @pytest.mark.parametrize(
        ("steps", "order", "why"),
        [
            ((40, 30, 10), ["40", "30", "10"], "unchanged is the top: away from it"),
            ((0.0, 2.0, 1.0), ["0.0", "1.0", "2.0"], "unchanged is the bottom"),
            ((0, -45, 45), ["-45", "0", "45"], "unchanged lies inside"),
            (("nothing", "mask", "glasses"), ["nothing", "mask", "glasses"], "words keep their order"),
        ],
    )
    def test_steps_lead_away_from_the_unchanged_one(self, results, steps, order, why):
        read = results.slices[0].steps[0]
        each = Slice("change", "unit", tuple(type(read)(step, 0.8, read.read) for step in steps))
        table = charts.slice_table(each)
        assert list(table["step"]) == order, why
        assert list(table.loc[table["unchanged"], "step"]) == [str(steps[0])]

    def test_right_and_read_are_told_apart_by_more_than_colour(self, results):
        read, right = charts.slice_figure(results.slices[0]).data
        assert read.marker.symbol != right.marker.symbol
        assert read.line.dash != right.line.dash

    def test_no_line_joins_words(self, results):
        figure = charts.slice_figure(results.slices[-1])
        assert {trace.mode for trace in figure.data} == {"markers"}
        assert figure.data[0].x[1] == "hand on<br>the chin"


def test_probabilities_are_bars_in_the_colours_of_their_words():
    (bars,) = charts.probability_figure((0.1, 0.0, 0.0, 0.6, 0.1, 0.1, 0.1)).data
    assert list(bars.y) == list(EMOTIONS)
    assert list(bars.marker.color) == [COLOURS[emotion] for emotion in EMOTIONS]
    assert bars.text[3] == "60%"


def test_a_bar_is_never_called_certain():
    (bars,) = charts.probability_figure((0.0, 0.0, 0.002, 0.998, 0.0, 0.0, 0.0)).data
    assert list(bars.text[2:4]) == ["0%", ">99%"]
