"""Who may need a hand: on the board while a class runs, and in its report with the verdicts."""

from html import escape

import streamlit as st

from classroom.alert_words import MOST_SHOWN, VERDICTS, alert_rows, how_long, shown_alerts, title, whose
from classroom.board import Board
from classroom.errors import StoreError
from classroom.records import Alert, ClassInfo
from classroom.report import ClassReport
from classroom.ui import forms
from classroom.ui.gate import gated
from classroom.ui.page import Visit
from classroom.ui.words import spark

_PROBLEM = "alert_problem"
_BY_WORD = {word: verdict for verdict, word in VERDICTS.items()}


def show_alerts(visit: Visit, info: ClassInfo, board: Board) -> None:
    """The few that last now. Call it in the board's fragment."""
    series = {alert.id: (alert, values) for alert, values in visit.server.alerts.of(info)}
    shown = shown_alerts([alert for alert, _ in series.values()], board.at_ms)
    names = {tile.student_id: tile.name for tile in board.tiles}
    with st.container(key="alerts"):
        st.html("<b>May need a hand</b>")
        if problem := st.session_state.pop(_PROBLEM, ""):
            st.error(f"The verdict was not kept. {forms.as_text(problem)}")
        if not shown:
            st.caption("Nothing stands out. Most rules look back a minute or more before they say something.")
        for alert in shown[:MOST_SHOWN]:
            _card(visit, info, alert, whose(alert, names), series[alert.id][1], board.at_ms)
        if len(shown) > MOST_SHOWN:
            st.caption(f"and {len(shown) - MOST_SHOWN} more, in the report")


def show_verdicts(visit: Visit, report: ClassReport) -> None:
    """All alerts of a class in its report; the verdict can be given and changed."""
    info, alerts = report.info, report.alerts
    names = {row.student.id: row.student.name for row in report.attendance}
    st.subheader("May have needed a hand")
    if not alerts:
        st.caption("No rule said anything in this class.")
        return
    rows = alert_rows(alerts, names, visit.zone, info.ended_ms or visit.server.clock())
    fixed = [column for column in rows[0] if column != "Verdict"]
    key = f"verdicts-{info.id}"
    st.data_editor(
        rows,
        key=key,
        hide_index=True,
        disabled=fixed,
        column_config={"Verdict": st.column_config.SelectboxColumn(options=list(_BY_WORD), required=False)},
        on_change=gated(visit, _changed),
        args=(visit, info, key, [alert.id for alert in alerts]),
    )
    st.caption("Was it useful? Your verdicts are counted rule by rule in Settings, where each rule can be changed.")


def _card(visit: Visit, info: ClassInfo, alert: Alert, who: str, series: list[float | None], at_ms: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"alert-{alert.id}"):
        st.html(alert_html(alert, who, series, at_ms))
        if alert.useful is None:
            for verdict, icon in ((True, ":material/thumb_up:"), (False, ":material/thumb_down:")):
                st.button(
                    VERDICTS[verdict].capitalize(),
                    key=f"verdict-{alert.id}-{verdict}",
                    icon=icon,
                    on_click=gated(visit, _judge),
                    args=(visit, info, alert.id, verdict),
                )
        else:
            st.button(
                "Useful: undo",
                key=f"verdict-{alert.id}-undo",
                on_click=gated(visit, _judge),
                args=(visit, info, alert.id, None),
            )


def alert_html(alert: Alert, who: str, series: list[float | None], at_ms: int) -> str:
    """Who, what was seen with its n, for how long, and the last ten minutes of it as a small line."""
    # The line runs from 0 at its bottom to 1 at its top.
    line = spark(tuple(None if value is None else 2 * min(value, 1.0) - 1 for value in series)) if series else ""
    over = " over" if alert.ended_ms is not None else ""
    return (
        f'<div class="alert{over}"><div><b>{escape(who)}</b> · {escape(title(alert))}</div>'
        f'<div class="evidence">{escape(alert.evidence)} · {how_long(alert, at_ms)}</div>{line}</div>'
    )


def _judge(visit: Visit, info: ClassInfo, alert_id: int, verdict: bool | None) -> None:
    try:
        visit.server.alerts.judge(info, alert_id, verdict)
    except StoreError as error:
        st.session_state[_PROBLEM] = str(error)


def _changed(visit: Visit, info: ClassInfo, key: str, alert_ids: list[int]) -> None:
    for row, values in st.session_state[key]["edited_rows"].items():
        if "Verdict" in values:
            _judge(visit, info, alert_ids[int(row)], _BY_WORD.get(values["Verdict"] or ""))
