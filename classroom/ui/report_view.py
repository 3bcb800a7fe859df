"""A past class on a page."""

from datetime import tzinfo

import streamlit as st

from classroom.before_after_words import NOTE, TITLE, before_after_html
from classroom.charts import timeline_figure
from classroom.clock import as_utc
from classroom.mode_summary import mode_numbers, told_shares
from classroom.people_charts import MOST_LINES, heat_map, lines, person_grid
from classroom.records import ClassInfo
from classroom.report import ATTENTION_NOTE, ClassReport, attention_table, smoothed, smoothings
from classroom.ui.page import Visit
from classroom.ui.signal_words import said_in_class
from classroom.ui.words import counts_html, shares_html

MIN_POINTS = 5  # a line through fewer shows nothing


def class_label(info: ClassInfo, zone: tzinfo) -> str:
    opened = as_utc(info.opened_ms).astimezone(zone)
    return f"{opened:%Y-%m-%d %H:%M} · {info.title}" + (" (running)" if info.is_open else "")


def show_report(visit: Visit, report: ClassReport) -> None:
    """Timeline and totals of a class."""
    if not report.info.mode.shows.mood:
        _show_without_mood(visit, report)
        return
    if not report.analyses:
        st.info("No face was analysed in this class. Attendance is below.")
        if len(report.signals) or report.markers:
            _show_timeline(visit, report)
        return
    valence = "not known" if report.valence is None else f"{report.valence:+.2f}"
    first, second, third, fourth = st.columns(4)
    first.metric("Students", len(report.attendance))
    second.metric("Analyses", f"{report.analyses:,}")
    third.metric("With a usable face", f"{report.usable / report.analyses:.0%}", help=f"n = {report.analyses}")
    fourth.metric("Mean valence (−1 to 1)", valence, help=f"n = {report.usable} usable readings")
    report = _smoothed(report)
    _show_timeline(visit, report)
    st.html(counts_html(report.counts, f"of {report.usable} usable readings"))
    if report.changes:
        st.subheader(TITLE)
        st.html(before_after_html(report.changes, visit.zone))
        st.caption(NOTE)
    _show_everybody(visit, report)
    _show_attention(report)


def _show_without_mood(visit: Visit, report: ClassReport) -> None:
    """What the mode has instead of each student's mood."""
    numbers = mode_numbers(report)
    for column, (label, value, under) in zip(st.columns(len(numbers)), numbers, strict=True):
        column.metric(label, value)
        column.caption(under)
    report = _smoothed(report)
    _show_timeline(visit, report)
    if not report.info.mode.shows.by_student:
        if shares := told_shares(report):
            st.html(shares_html(shares, "mean of the windows told"))
    elif report.info.mode.shows.pose:
        _show_attention(report)


def _smoothed(report: ClassReport) -> ClassReport:
    """The report with the windows that the teacher chooses; a short class leaves no choice."""
    steps = [step for step in smoothings(report) if step * MIN_POINTS * 1000 <= _length_ms(report)]
    if len(steps) < 2:
        return report
    wanted = st.segmented_control(
        "One point is", steps, default=steps[0], format_func=_length, key=f"smooth-{report.info.id}", required=True
    )
    return smoothed(report, wanted or steps[0])


def _length_ms(report: ClassReport) -> int:
    return len(report.timeline) * report.timeline_s * 1000


def _length(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min"


def _show_timeline(visit: Visit, report: ClassReport) -> None:
    figure = timeline_figure(
        *(report.timeline, report.timeline_s, visit.zone),
        at_least_s=30,
        lane=report.lane,
        markers=report.markers,
        mode=report.info.mode,
    )
    st.plotly_chart(figure, key="report", alt="Class mood, signals and markers over time")
    st.caption(f"One point is {_length(report.timeline_s)}. Drag to zoom, double-click to see everything again.")
    if len(report.signals):
        st.markdown(f"**Signals:** {said_in_class(report)}")


def _show_everybody(visit: Visit, report: ClassReport) -> None:
    """Person by person: the heat map, and the lines of those who are chosen."""
    grid = person_grid(report)
    st.subheader("Person by person")
    st.plotly_chart(heat_map(grid, visit.zone), key="heat-map", alt="What each person showed over time")
    st.caption(
        f"The expression shown most often in each {_length(report.timeline_s)}."
        " Pale grey: present, but not read. Blank: not there, or a break."
    )
    row_of = {student_id: row for row, student_id in enumerate(grid.student_ids)}
    chosen = st.multiselect(
        f"Compare people (up to {MOST_LINES})",
        row_of,
        format_func=lambda student_id: grid.names[row_of[student_id]],
        max_selections=MOST_LINES,
        placeholder="Choose whose valence to see as a line",
        key=f"compared-{report.info.id}",
    )
    if chosen:
        figure = lines(grid, [row_of[student_id] for student_id in chosen], visit.zone)
        st.plotly_chart(figure, key="person-lines", alt="Valence of the chosen people")


def _show_attention(report: ClassReport) -> None:
    """The parts side by side; there is no number that adds them up."""
    rows = attention_table(report)
    if len(rows):
        st.subheader("In view, facing the screen, eyes open")
        st.dataframe(rows, hide_index=True)
        st.caption(ATTENTION_NOTE)
