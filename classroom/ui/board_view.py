"""The live board: a fragment that refreshes itself every two seconds, whatever else is on the page."""

from datetime import tzinfo

import segno
import streamlit as st

from classroom.board import SORTINGS, Board, LiveBoard, sort_tiles
from classroom.charts import timeline_figure
from classroom.clock import as_utc
from classroom.codes import show_code
from classroom.comings import comings
from classroom.errors import StoreError
from classroom.records import ClassInfo
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.addresses import JOIN
from classroom.ui.alert_view import show_alerts
from classroom.ui.gate import gated_fragment
from classroom.ui.live_chart import chart_text, show_chart
from classroom.ui.marker_view import hands_to_lower, marker_row
from classroom.ui.mode_board import chart_caption, numbers_of_mode_html
from classroom.ui.mode_words import mode_html
from classroom.ui.page import Visit
from classroom.ui.room_words import room_troubles
from classroom.ui.signal_words import signals_html
from classroom.ui.words import counts_html, state_html, tiles_html

REFRESH_S = 2


def show_board(visit: Visit, live: LiveBoard) -> None:
    """The whole board of a running class."""
    st.session_state.setdefault("sort_tiles", SORTINGS[0])
    _refreshing(visit, live)


@gated_fragment(run_every=REFRESH_S)
def _refreshing(visit: Visit, live: LiveBoard) -> None:
    server = visit.server
    try:
        if not server.is_open(live.info):
            st.rerun()  # ended in another browser of this teacher
        board = live.look()
    except StoreError as error:
        st.error(str(error), icon=":material/database_off:")
        return
    info = live.info
    st.html(state_html(info, board, show_code(info.code)))
    st.html(mode_html(info))
    _troubles(server, info, visit.zone)
    st.html(signals_html(board))
    hands_to_lower(visit, info, board)
    marker_row(visit, info, board)
    figure = timeline_figure(
        *(board.drawn, board.drawn_s, visit.zone),
        from_ms=info.opened_ms,
        lane=board.lane,
        markers=board.markers,
        mode=info.mode,
    )
    show_chart(chart_text(figure, alt="The class, signals and markers over time"), key="timeline")
    st.caption(chart_caption(info.mode, board.drawn_s))
    st.html(numbers_of_mode_html(info, board))
    if info.mode.shows.mood:
        st.html(counts_html(board.counts_now, f"of {board.usable_now} faces, last 6 s"))
    if info.mode.shows.alerts:
        show_alerts(visit, info, board)
    if info.mode.shows.by_student:
        _students(board)
    _comings_and_goings(visit, board)


def _students(board: Board) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html("<b>Students</b>", width="content")
        by = st.segmented_control("Sort by", SORTINGS, key="sort_tiles", label_visibility="collapsed", required=True)
    if not board.tiles:
        st.info("Nobody has joined yet. Show the code or the link; students appear here by themselves.")
        return
    st.html(tiles_html(sort_tiles(board.tiles, by or SORTINGS[0])))


def _troubles(server: ClassServer, info: ClassInfo, zone: tzinfo) -> None:
    """Only what is not as it should be: the engine restarting or just restarted, the store away, the pace lowered."""
    for part in server.health.parts():
        if not part.ok:
            st.warning(f"{part.name}: {part.sentence} What was recorded is safe.", icon=":material/sync_problem:")
    for sentence in room_troubles(server.rooms.view(info.id), server.settings.max_students, server.clock()):
        st.warning(sentence, icon=":material/groups:")
    if server.engine.restarted_lately:
        sentence = "Analysis stopped for a moment and is running again. What was recorded is safe."
        st.info(sentence, icon=":material/sync:")
    if away := server.away(info):
        began, ended = (as_utc(at_ms).astimezone(zone) for at_ms in away)
        st.info(
            f"The server was away from {began:%H:%M:%S} to {ended:%H:%M:%S}. Nothing is known of that time, and"
            " readings of the last second before it may be lost.",
            icon=":material/sync:",
        )
    if server.recorder.lost:
        st.warning(
            f"{server.recorder.lost:,} readings were lost while the database was away; their time is a gap.",
            icon=":material/database_off:",
        )
    if sentence := server.ticker.shedding.sentence:
        st.info(sentence, icon=":material/speed:")


def _comings_and_goings(visit: Visit, board) -> None:
    names = {tile.student_id: tile.name for tile in board.tiles}
    events = comings(board.visits, names, board.at_ms)[:12]
    with st.expander("Who came and went", key="comings"):
        for event in events:
            at = as_utc(event.at_ms).astimezone(visit.zone)
            st.markdown(f"{at:%H:%M:%S} · **{forms.as_text(event.name)}** {event.what}")


def show_invitation(visit: Visit, info: ClassInfo) -> None:
    """Code, link and QR code, large enough for a projector."""
    base = visit.server.settings.public_url or _own_address()
    link = f"{base}{JOIN}?code={info.code}"
    text, picture = st.columns([3, 1], vertical_alignment="center")
    text.html(f'<div>Join with the code</div><div class="big-code">{show_code(info.code)}</div>')
    text.code(link, language=None)
    if not base.startswith("https"):
        text.caption(
            "This address works on this machine only: browsers give no camera to pages without HTTPS elsewhere."
        )
    picture.html(
        f'<div class="qr"><img alt="QR code of the join link" src="{segno.make(link).svg_data_uri(border=4)}"></div>'
    )


def _own_address() -> str:
    """The address by which the teacher's browser reached this page."""
    url = st.context.url or ""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/')[0]}" if rest else ""
