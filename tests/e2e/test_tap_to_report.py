"""A student without camera says something; the teacher sees it, answers it and notes what happens; the report shows all."""

import csv
import io
from collections.abc import Callable

from playwright.sync_api import Page, expect

from benchmarks.server import ServerProcess
from tests.e2e.people import PATIENCE_MS, Student, Teacher, wait_until

_LABELS = "[...document.querySelectorAll('.js-plotly-plot .annotation-text')].map(each => each.textContent)"
# Plotly unpacks the numbers of a figure into its own copy of the data.
_LANE_CELLS = """document.querySelector('.js-plotly-plot')?._fullData?.find(each => each.name === 'signals')
  ?.z?.reduce((count, row) => count + [...row].filter(value => value > 0).length, 0)"""
_HAS_STYLE = "getComputedStyle(document.querySelector('.state .title')).fontWeight === '700'"


def test_signals_and_markers_from_a_tap_to_the_report(
    server: ServerProcess, new_teacher: Callable[..., Teacher], new_student: Callable[..., Student]
):
    teacher = new_teacher(server, "Signe Teacher")
    code = teacher.open_class("Signals")
    ann = new_student(server, None)
    ann.join(code, "Ann", camera=False)

    _a_tap_is_on_the_board(teacher.page, ann)
    _a_lowered_hand_is_down_on_both_pages(teacher.page, ann)
    _markers_by_button_and_by_key(teacher.page)
    teacher.end_class()
    _the_report_has_all_of_it(teacher)
    assert not ann.camera_calls, "signals need no camera"


def _a_tap_is_on_the_board(board: Page, ann: Student) -> None:
    ann.page.get_by_role("button", name="I'm lost").click()
    expect(ann.page.get_by_role("button", name="I'm lost ✓")).to_be_visible(timeout=PATIENCE_MS)
    ann.page.get_by_role("button", name="Hand up").focus()
    ann.page.keyboard.press("Enter")
    ann.reads("Your teacher sees: I'm lost, Hand up")
    expect(board.get_by_text("1 hand up (Ann)")).to_be_visible(timeout=PATIENCE_MS)
    expect(board.locator(".signals-now")).to_contain_text("1 lost")
    expect(board.locator(".tile .said")).to_have_text("lost · hand up", timeout=PATIENCE_MS)
    wait_until(lambda: board.evaluate(_LANE_CELLS), "a cell in the lane of the chart", page=board)


def _a_lowered_hand_is_down_on_both_pages(board: Page, ann: Student) -> None:
    board.get_by_role("button", name="Lower Ann").click()
    expect(board.locator(".signals-now")).not_to_contain_text("hand", timeout=PATIENCE_MS)
    expect(ann.page.get_by_role("button", name="Hand up", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(ann.page.get_by_role("button", name="I'm lost ✓")).to_be_visible()


def _markers_by_button_and_by_key(board: Page) -> None:
    board.get_by_role("button", name="Note").click()
    expect(board.get_by_text("Type the note first")).to_be_visible(timeout=PATIENCE_MS)
    assert board.evaluate(_HAS_STYLE), "the page has lost its style sheet"
    board.get_by_placeholder("What? (optional)").fill("Lenses")
    board.get_by_role("button", name="New topic").click()
    wait_until(lambda: "Lenses" in board.evaluate(_LABELS), "a label in the chart", page=board)
    expect(board.get_by_placeholder("What? (optional)")).to_have_value("", timeout=PATIENCE_MS)
    board.evaluate("document.activeElement.blur()")
    board.keyboard.press("b")
    expect(board.get_by_role("button", name="Go on")).to_be_visible(timeout=PATIENCE_MS)
    expect(board.get_by_text("Break: not in the statistics")).to_be_visible()
    board.get_by_role("button", name="Go on").click()
    expect(board.get_by_text("Break: not in the statistics")).to_be_hidden(timeout=PATIENCE_MS)
    expect(board.get_by_role("button", name="Undo break")).to_be_visible(timeout=PATIENCE_MS)


def _the_report_has_all_of_it(teacher: Teacher) -> None:
    teacher.open_reports("Signals")
    page = teacher.page
    wait_until(lambda: set(page.evaluate(_LABELS)) == {"Lenses", "break"}, "the labels in the report", page=page)
    expect(page.get_by_text("lost 1 time by 1 student, hand up 1 time by 1 student")).to_be_visible(timeout=PATIENCE_MS)
    signals = _rows(teacher.download("Signals CSV"))
    assert [(row["student"], row["signal"]) for row in signals] == [("Ann", "lost"), ("Ann", "hand up")]
    markers = _rows(teacher.download("Markers CSV"))
    assert [(row["marker"], row["text"]) for row in markers] == [("new topic", "Lenses"), ("break", "")]
    assert markers[1]["until_utc"] >= markers[1]["at_utc"]


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
