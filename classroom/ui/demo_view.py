"""The demo's board: the same for everybody who watches, so it is made once and given to all.

It looks like a teacher's board, without what a teacher does there. Strangers watch it beside a class that runs: a board
of its own for each of them cost the class its pace.
"""

import threading
from dataclasses import dataclass, field
from html import escape

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from classroom.alert_words import MOST_SHOWN, shown_alerts, whose
from classroom.board import SORTINGS, Board, LiveBoard, sort_tiles
from classroom.charts import timeline_figure
from classroom.clock import as_utc
from classroom.comings import comings
from classroom.errors import StoreError
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.addresses import LIVE, PAGE_FILES
from classroom.ui.alert_view import alert_html
from classroom.ui.gate import gated_fragment
from classroom.ui.live_chart import ChartText, chart_text, show_chart
from classroom.ui.mode_board import chart_caption, numbers_of_mode_html
from classroom.ui.mode_words import mode_html
from classroom.ui.page import Visit
from classroom.ui.signal_words import signals_html
from classroom.ui.words import counts_html, state_html, tiles_html

REFRESH_S = 4
MOST_EVENTS = 12
# Time zones of which an answer is kept; a class of strangers has few.
MOST_KEPT = 8

_MADE_UP = "These students are made up, to show the board. Nothing of this is real."
_FULL = "Many people watch the demo at this moment. Try again in a few minutes."
_PAUSED = "The demo pauses, because a class needs the machine. Try again in a few minutes."


@dataclass
class _Answer:
    """All that the board shows at one moment, in one time zone. ``tiles``: by how they are sorted, once asked for."""

    board: Board
    top: str
    chart: ChartText
    under: str
    events: str
    tiles: dict[str, str] = field(default_factory=dict)


_answers: dict[str, _Answer] = {}
_making = threading.Lock()


def show_demo(visit: Visit) -> None:
    """The demo, or why it is not there now."""
    server = visit.server
    if not server.audience.admit(_page()):
        st.info(_PAUSED if server.audience.is_paused else _FULL, icon=":material/science:")
        st.page_link(PAGE_FILES[LIVE], label="Try again", query_params={"demo": "1"})
        return
    live = server.demo.watch(server.settings.demo_mode)
    st.info(_MADE_UP, icon=":material/science:")
    st.session_state.setdefault("sort_tiles", SORTINGS[0])
    _refreshing(visit)
    forms.download_links(live.info, visit.zone.key)


@gated_fragment(run_every=REFRESH_S)
def _refreshing(visit: Visit) -> None:
    mode = visit.server.settings.demo_mode
    if mode is None or not visit.server.audience.admit(_page()):
        st.rerun()  # says why: the machine is needed, or somebody has said where this server is used
    try:
        live = visit.server.demo.watch(mode)  # says that somebody watches; a demo that had ended begins again
        answer = _answer(visit, live)
    except StoreError as error:
        st.error(str(error), icon=":material/database_off:")
        return
    st.html(answer.top)
    show_chart(answer.chart, key="timeline")
    st.html(answer.under)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html("<b>Students</b>", width="content")
        by = st.segmented_control("Sort by", SORTINGS, key="sort_tiles", label_visibility="collapsed", required=True)
    by = by or SORTINGS[0]
    st.html(answer.tiles.setdefault(by, tiles_html(sort_tiles(answer.board.tiles, by))))
    with st.expander("Who came and went", key="comings"):
        st.html(answer.events)


def _page() -> str:
    return get_script_run_ctx().session_id


def _answer(visit: Visit, live: LiveBoard) -> _Answer:
    """What everybody in this time zone is given; while one page has it made the others wait for that."""
    with _making:
        board = live.look(max_age_ms=REFRESH_S * 1000)
        kept = _answers.get(visit.zone.key)
        if kept is None or kept.board is not board:
            kept = _made(visit.server, live, board, visit.zone)
            _answers.pop(visit.zone.key, None)
            while len(_answers) >= MOST_KEPT:
                del _answers[next(iter(_answers))]
            _answers[visit.zone.key] = kept
        return kept


def _made(server: ClassServer, live: LiveBoard, board: Board, zone) -> _Answer:
    info = live.info
    figure = timeline_figure(
        *(board.drawn, board.drawn_s, zone),
        from_ms=info.opened_ms,
        lane=board.lane,
        markers=board.markers,
        mode=info.mode,
    )
    names = {tile.student_id: tile.name for tile in board.tiles}
    under = [
        f'<div class="mode">{escape(chart_caption(info.mode, board.drawn_s))}</div>',
        numbers_of_mode_html(info, board),
        counts_html(board.counts_now, f"of {board.usable_now} faces, last 6 s") if info.mode.shows.mood else "",
        _alerts_html(server, live, board, names),
    ]
    events = [
        f"<div>{as_utc(event.at_ms).astimezone(zone):%H:%M:%S} · <b>{escape(event.name)}</b> {escape(event.what)}</div>"
        for event in comings(board.visits, names, board.at_ms)[:MOST_EVENTS]
    ]
    return _Answer(
        board,
        state_html(info, board, "") + mode_html(info) + signals_html(board),
        chart_text(figure, alt="The class, signals and markers over time"),
        "".join(under),
        "".join(events),
    )


def _alerts_html(server: ClassServer, live: LiveBoard, board: Board, names: dict[int, str]) -> str:
    series = {alert.id: (alert, values) for alert, values in server.alerts.of(live.info)}
    shown = shown_alerts([alert for alert, _ in series.values()], board.at_ms)[:MOST_SHOWN]
    cards = "".join(alert_html(each, whose(each, names), series[each.id][1], board.at_ms) for each in shown)
    nothing = '<div class="mode">Nothing stands out.</div>'
    return f'<div class="alerts"><b>May need a hand</b>{cards or nothing}</div>'
