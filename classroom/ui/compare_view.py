"""Several past classes beside each other."""

from collections.abc import Sequence

import streamlit as st

from classroom.compare import ClassSummary, compare_rows, shares_figure, summary, valence_trend
from classroom.paired import MIN_STUDENTS
from classroom.records import ClassInfo
from classroom.report import class_report
from classroom.ui.page import Visit
from classroom.ui.report_view import class_label

MOST_CLASSES = 30


def compare_classes(visit: Visit, classes: Sequence[ClassInfo]) -> None:
    """A choice of classes, and the same numbers of each. Nothing where there is only one that can be compared."""
    classes = [info for info in classes if info.mode.shows.mood]  # of others there is no valence of each student
    if len(classes) < 2:
        return
    of_id = {info.id: info for info in classes}
    with st.expander("Compare classes", icon=":material/compare_arrows:", key="compare"):
        chosen = st.multiselect(
            "Classes",
            of_id,
            format_func=lambda class_id: class_label(of_id[class_id], visit.zone),
            max_selections=MOST_CLASSES,
            placeholder="Two or more: the lessons of a course, or the same lesson in two groups",
            key="compared-classes",
        )
        if len(chosen) < 2:
            return
        summaries = [_summary(visit, of_id[class_id]) for class_id in chosen]
        st.dataframe(compare_rows(summaries, visit.zone), hide_index=True)
        st.caption(
            f"Each student counts once. With fewer than {MIN_STUDENTS} students there is no interval, and where two"
            " intervals overlap much, the classes may well not differ. Other students, subjects and hours differ, too."
        )
        st.plotly_chart(valence_trend(summaries, visit.zone), key="trend", alt="Valence of the classes by date")
        st.plotly_chart(shares_figure(summaries, visit.zone), key="shares", alt="Expressions shown in each class")


def _summary(visit: Visit, info: ClassInfo) -> ClassSummary:
    """Kept for the visit: an hour of fifty students takes a second to be summed up, and a past class stays as it is."""
    kept: dict[int, ClassSummary] = st.session_state.setdefault("summaries", {})
    if info.id not in kept or info.is_open:
        kept[info.id] = summary(class_report(visit.server.store, info, visit.server.settings.window_s))
    return kept[info.id]
