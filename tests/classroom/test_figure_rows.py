from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest
from plotly.subplots import make_subplots

from classroom.clock import local
from classroom.figure_rows import Row, height_px, left_axis, local_times, stacked

GAP_PX = 25


def rows(*heights_px):
    return [Row(each, [{"type": "bar", "y": [each]}], left_axis(f"{each} px")) for each in heights_px]


@pytest.mark.parametrize("heights_px", [(217, 84, 84, 49), (217, 49), (84,)], ids=str)
def test_the_axes_are_those_that_plotly_makes_for_rows_that_share_their_times(heights_px):
    ours = go.Figure(stacked(rows(*heights_px), GAP_PX, UTC, None))
    gap = GAP_PX / height_px(rows(*heights_px), GAP_PX) if len(heights_px) > 1 else None
    theirs = make_subplots(len(heights_px), shared_xaxes=True, row_heights=list(heights_px), vertical_spacing=gap)
    for name in ("anchor", "matches", "showticklabels", "domain"):
        for axes in ("select_xaxes", "select_yaxes"):
            got, wanted = ([axis[name] for axis in getattr(each, axes)()] for each in (ours, theirs))
            if name == "domain":
                got, wanted = ([end for domain in each for end in domain] for each in (got, wanted))
                wanted = pytest.approx(wanted, abs=1e-9)
            assert got == wanted, (axes, name)


def test_each_row_is_drawn_on_its_own_axes_from_the_top_and_the_last_one_tells_the_times():
    line = {"type": "line", "x0": 0, "x1": 1, "y0": 0, "y1": 0}
    last = Row(10, [{"type": "scatter"}], {}, {"ticks": ""}, [line])
    ends = datetime(2026, 1, 5, 10), datetime(2026, 1, 5, 11)
    figure = go.Figure(stacked([*rows(20), last], GAP_PX, UTC, ends))
    assert [(trace.type, trace.xaxis, trace.yaxis) for trace in figure.data] == [
        ("bar", "x", "y"),
        ("scatter", "x2", "y2"),
    ]
    assert figure.layout.yaxis.domain[1] == 1
    assert figure.layout.yaxis2.domain[0] == 0
    assert [axis.range for axis in figure.select_xaxes()] == [ends, ends]
    assert (figure.layout.xaxis.title.text, figure.layout.xaxis2.title.text) == (None, "time (UTC)")
    assert (figure.layout.xaxis.ticks, figure.layout.xaxis2.ticks) == (None, "")
    assert [(shape.xref, shape.yref) for shape in figure.layout.shapes] == [("x2 domain", "y2")]


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")], ids=str)
def test_many_times_at_once_are_the_same_as_one_by_one(zone):
    night_of_the_change_ms = int(datetime(2026, 10, 24, 23, tzinfo=UTC).timestamp() * 1000)
    moments = [night_of_the_change_ms + 900_123 * step for step in range(16)]
    assert local_times(moments, zone).astype("datetime64[ms]").tolist() == [local(each, zone) for each in moments]
    assert len(local_times([], zone)) == 0
