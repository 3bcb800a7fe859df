"""Classes with hardly anything in them, through every page and file; one class in two browsers of its teacher."""

import io
import re
import zipfile
from datetime import UTC

import pytest

from classroom.board import State
from classroom.class_files import EVERYTHING, REPORT, class_file
from classroom.codes import token_hash
from classroom.people_charts import heat_map, lines, person_grid
from classroom.records import MarkerKind, Reading, Sharing, SignalKind
from classroom.report import attendance_table, attention_table, class_report
from classroom.ui.addresses import LIVE, REPORTS
from fer_model.reading import FaceReading, Reason
from tests.fakes import MONDAY_MS, face
from tests.pages.conftest import Browser

NOBODY, JOINED, SEEN = "nobody", "joined, never seen", "seen, never read"
UNREAD, ONE, SIGNAL, MARKER = "one reading without a face", "one reading", "one signal", "one marker"


@pytest.fixture(params=[NOBODY, JOINED, SEEN, UNREAD, ONE, SIGNAL, MARKER])
def odd(request, server, ada):
    """A running class that holds this and no more."""
    info, store = server.open_class(ada.teacher, "Odd"), server.store
    if request.param == MARKER:
        store.markers.add(info.id, MarkerKind.BREAK, MONDAY_MS)
    if request.param in (NOBODY, MARKER):
        return info
    ann = store.classes.join(info.id, "Ann", token_hash("ann"), Sharing.CAMERA, MONDAY_MS, 4)
    if request.param == SIGNAL:
        store.signals.add(info.id, ann.id, SignalKind.LOST, MONDAY_MS)
    if request.param == SEEN:
        store.readings.write([], {ann.id: (info.id, MONDAY_MS)}, MONDAY_MS)
    if request.param in (UNREAD, ONE):
        read = face("happy") if request.param == ONE else FaceReading(reason=Reason.NO_FACE)
        store.readings.write([Reading(info.id, ann.id, MONDAY_MS, read)], {ann.id: (info.id, MONDAY_MS)}, MONDAY_MS)
    return info


def press(browser: Browser, label: str) -> None:
    next(button for button in browser.app.button if button.label == label).click().run()


def test_every_page_shows_it_without_a_traceback(as_ada, server, odd):
    as_ada.open(LIVE)
    assert (as_ada.failed, as_ada.errors) == ([], [])
    press(as_ada, "End it now")
    assert (as_ada.failed, as_ada.errors) == ([], [])
    as_ada.open(REPORTS)
    assert (as_ada.failed, as_ada.errors) == ([], [])
    if server.store.readings.of_class(odd.id).empty:
        assert "No face was analysed" in as_ada.text


@pytest.mark.parametrize("with_names", [True, False])
def test_every_file_of_it_is_made_and_says_nothing_that_is_not_known(server, odd, with_names):
    server.end_class(odd)
    ended = server.store.classes.get(odd.id)
    page, packed = (class_file(server.store, ended, name, 10, UTC, with_names) for name in (REPORT, EVERYTHING))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        files = {REPORT: page} | {name: archive.read(name) for name in archive.namelist()}
    for name, data in files.items():
        text = re.sub(r"<script.*?</script>", "", data.decode("utf-8-sig"), flags=re.DOTALL)
        assert text and not re.search(r"\b(nan|None|NaT|inf)\b", text), name


def test_every_chart_of_it_is_drawn(server, odd):
    report = class_report(server.store, odd, 10)
    grid = person_grid(report)
    for figure in (heat_map(grid, UTC), lines(grid, range(len(grid.names)), UTC)):
        figure.to_json()
    assert len(attendance_table(report, UTC)) == len(server.store.classes.students(odd.id))
    attention_table(report)


class TestTwoBrowsers:
    """One teacher at two machines, or two who share an account."""

    @pytest.fixture
    def second(self, as_ada) -> Browser:
        return Browser(cookies=as_ada.cookies)

    def test_a_class_that_both_end_ends_once(self, as_ada, second, server, seeded, clock):
        as_ada.open(LIVE)
        second.open(LIVE)
        press(as_ada, "End it now")
        ended_ms = server.store.classes.get(seeded.info.id).ended_ms
        clock.advance(90)
        press(second, "End it now")
        assert (as_ada.failed, second.failed, second.errors) == ([], [], [])
        assert "The class has ended" in second.text
        assert f"/class/{seeded.info.id}/session.csv" in second.text
        assert server.store.classes.get(seeded.info.id).ended_ms == ended_ms
        assert len(server.store.readings.of_class(seeded.info.id)) == seeded.analyses

    def test_a_board_says_that_its_class_was_ended_elsewhere(self, as_ada, second, server, seeded):
        as_ada.open(LIVE)
        second.open(LIVE)
        assert State.GONE.value in second.text
        press(as_ada, "End it now")
        second.app.run()
        assert second.failed == []
        assert "The class has ended" in second.text
