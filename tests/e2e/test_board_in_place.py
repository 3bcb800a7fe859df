"""The board refreshes by itself: the numbers change, the page does not blink or jump."""

from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from tests.e2e.people import PATIENCE_MS, wait_until

_REMEMBER = """() => {
  window.seen = {chart: document.querySelector('.js-plotly-plot'), tiles: document.querySelector('.tiles').innerHTML,
    points: document.querySelector('.js-plotly-plot').data[0].x.length, heights: new Set(), gone: 0};
  new MutationObserver(() => { if (!document.contains(window.seen.chart)) window.seen.gone++; })
    .observe(document.body, {childList: true, subtree: true});
  setInterval(() => seen.heights.add(document.querySelector('[data-testid=stMain]').scrollHeight), 50);
}"""


def test_the_board_changes_in_place(server: ServerProcess, open_context):
    page = open_context().new_page()
    page.goto(f"{server.url}/Live_class?demo=1")
    expect(page.locator(".js-plotly-plot .legend")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(2500)  # fonts and pictures are there
    page.evaluate(_REMEMBER)
    changed = "() => document.querySelector('.tiles').innerHTML !== window.seen.tiles"
    wait_until(lambda: page.evaluate(changed), "the tiles change by themselves", page=page)
    grown = "() => document.querySelector('.js-plotly-plot').data[0].x.length > window.seen.points"
    wait_until(lambda: page.evaluate(grown), "the timeline grows by itself", page=page)
    assert page.evaluate("() => document.querySelector('.js-plotly-plot') === window.seen.chart")
    assert page.evaluate("() => window.seen.gone") == 0, "the chart was built anew: it blinks and forgets its zoom"
    assert page.evaluate("() => [...window.seen.heights].length") == 1, "the page jumps"


_SHOWN = "() => document.querySelector('.js-plotly-plot').layout.xaxis.range.map(String)"
_SENT = "() => JSON.parse(document.querySelector('.js-plotly-plot').newest).layout.xaxis.range.map(String)"


def test_the_chart_keeps_the_zoom_while_time_goes_on_and_a_double_click_ends_it(server: ServerProcess, open_context):
    page = open_context().new_page()
    page.goto(f"{server.url}/Live_class?demo=1")
    expect(page.locator(".js-plotly-plot .legend")).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(2500)
    page.locator(".js-plotly-plot").scroll_into_view_if_needed()
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    whole, middle = page.evaluate(_SHOWN), box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    page.mouse.up()
    wait_until(lambda: page.evaluate(_SHOWN) != whole, "the chart zooms", page=page)
    zoomed, sent = page.evaluate(_SHOWN), page.evaluate(_SENT)
    wait_until(lambda: page.evaluate(_SENT)[1] != sent[1], "the time axis grows", page=page)
    page.wait_for_timeout(500)  # until that is drawn
    assert page.evaluate(_SHOWN) == zoomed
    page.mouse.dblclick(box["x"] + box["width"] / 2, middle)
    wait_until(lambda: page.evaluate(_SHOWN) == page.evaluate(_SENT), "all of the class is shown again", page=page)
    assert page.evaluate(_SHOWN)[0] == whole[0], "from its beginning"
