"""How long a class is kept, and the ways to delete it or one of its students before that."""

import streamlit as st

from classroom.clock import as_utc
from classroom.records import ClassInfo
from classroom.report import ClassReport
from classroom.retention import kept_days
from classroom.server import ClassServer
from classroom.ui import forms
from classroom.ui.page import Visit


def kept_sentence(server: ClassServer, info: ClassInfo) -> str:
    """What students read before they join."""
    days = kept_days(info.keep_days, server.settings.retention_days)
    when = f"{_words(days)} the class" if days else "when your teacher deletes the class"
    return f"Everything is deleted {when}. You can also see it, and delete it yourself, at any time."


def days_after(server: ClassServer, info: ClassInfo) -> str:
    """How long it is kept, such as "90 days after"."""
    return _words(kept_days(info.keep_days, server.settings.retention_days))


def show_keeping(visit: Visit, info: ClassInfo, report: ClassReport) -> None:
    """When the class goes by itself, and the ways not to wait for it."""
    st.subheader("How long this is kept")
    deleted_ms = visit.server.deletion_ms(info)
    if deleted_ms is None:
        st.write("This class stays until you delete it.")
    else:
        when = f"on **{as_utc(deleted_ms).astimezone(visit.zone):%-d %B %Y}**"
        if info.is_open:
            when = f"{days_after(visit.server, info)} its end, {when} if that was now"
        st.write(f"Everything about this class is deleted by itself {when}.")
    with st.container(horizontal=True):
        if report.attendance:
            with st.popover("Delete a student", icon=":material/person_remove:"):
                _delete_student(visit, info, report)
        with st.popover("Delete this class", icon=":material/delete:"):
            _delete_class(visit, info)


def _delete_student(visit: Visit, info: ClassInfo, report: ClassReport) -> None:
    ids = {row.student.name: row.student.id for row in report.attendance}  # no two of a class have the same name
    who = ids.get(st.selectbox("Who", list(ids), index=None, placeholder="Choose a student"))
    st.write("Their name, times, readings, taps and alerts go, also from the files. It cannot be undone.")
    erase = visit.server.erase_student
    st.button("Delete for good", type="primary", disabled=who is None, on_click=erase, args=[visit.teacher, info, who])


def _delete_class(visit: Visit, info: ClassInfo) -> None:
    def erase() -> None:
        visit.server.erase_class(info)
        st.query_params.clear()

    st.write(f"Everything kept of “{forms.as_text(info.title)}” goes: students, times, readings. It cannot be undone.")
    st.button("Delete it for good", type="primary", on_click=erase)


def _words(days: int) -> str:
    if not days:
        return "never"
    return "a day after" if days == 1 else f"{days} days after"
