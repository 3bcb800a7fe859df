"""How long a class is kept: chosen when it is opened or in Reports, where it and its students can also be deleted."""

import streamlit as st

from classroom.clock import as_utc
from classroom.errors import BadInput, StoreError
from classroom.records import ClassInfo
from classroom.report import ClassReport
from classroom.retention import choices, kept_days
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.gate import gated
from classroom.ui.page import Visit

_REFUSED = "keep_refused"


def choose_days(server: ClassServer, chosen: int | None = None, **options) -> int | None:
    """The choice of how long a class is kept; ``None``: as long as this server keeps one."""
    limit = server.settings.retention_days
    offered = choices(limit)
    return st.selectbox(
        "Delete it by itself",
        offered,
        index=offered.index(chosen) if chosen in offered else 0,
        format_func=lambda days: _words(kept_days(days, limit)),
        help="Counted from the end of the class, or from when a student was last in it."
        + (f" This server keeps nothing longer than {limit} days." if limit else ""),
        **options,
    )


def days_after(server: ClassServer, info: ClassInfo) -> str:
    """How long it is kept, such as "90 days after"."""
    return _words(kept_days(info.keep_days, server.settings.retention_days))


def show_keeping(visit: Visit, info: ClassInfo, report: ClassReport) -> None:
    """When the class goes by itself, and the ways to change that or not to wait for it."""
    st.subheader("How long this is kept")
    # The choice of classes has it as it was before a change.
    info = visit.server.own_class(visit.teacher, info.id) or info
    deleted_ms = visit.server.keeping.deletion_ms(info)
    if deleted_ms is None:
        st.write("This class stays until you delete it.")
    else:
        when = f"on **{as_utc(deleted_ms).astimezone(visit.zone):%-d %B %Y}**"
        if info.is_open:
            when = f"{days_after(visit.server, info)} its end, {when} if that was now"
        st.write(f"Everything about this class is deleted by itself {when}.")
    with st.container(horizontal=True):
        with st.popover("Change the time", icon=":material/schedule:"):
            _change(visit, info)
        if report.attendance:
            with st.popover("Delete a student", icon=":material/person_remove:"):
                _delete_student(visit, info, report)
        with st.popover("Delete this class", icon=":material/delete:"):
            _delete_class(visit, info)


def _change(visit: Visit, info: ClassInfo) -> None:
    key = f"keep-{info.id}"

    def change() -> None:
        try:
            visit.server.keeping.keep_for(visit.teacher, info, st.session_state[key])
        except (BadInput, StoreError) as error:
            st.session_state[_REFUSED] = str(error)

    choose_days(visit.server, info.keep_days, key=key, on_change=gated(visit, change))
    if refused := st.session_state.pop(_REFUSED, ""):
        st.warning(refused)


def _delete_student(visit: Visit, info: ClassInfo, report: ClassReport) -> None:
    ids = {row.student.name: row.student.id for row in report.attendance}  # no two of a class have the same name
    who = ids.get(st.selectbox("Who", list(ids), index=None, placeholder="Choose a student"))
    st.write("Their name, times, readings, taps and alerts go, also from the files. It cannot be undone.")
    erase, whom = visit.server.keeping.erase_student, [visit.teacher, info, who]
    st.button("Delete for good", type="primary", disabled=who is None, on_click=gated(visit, erase), args=whom)


def _delete_class(visit: Visit, info: ClassInfo) -> None:
    def erase() -> None:
        visit.server.keeping.erase_class(info)
        st.query_params.clear()

    st.write(f"Everything kept of “{forms.as_text(info.title)}” goes: students, times, readings. It cannot be undone.")
    st.button("Delete it for good", type="primary", on_click=gated(visit, erase))


def _words(days: int) -> str:
    if not days:
        return "never"
    return "a day after" if days == 1 else f"{days} days after"
