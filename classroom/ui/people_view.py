"""The people of a recording: who they are, what they show, and saving them as a class."""

from collections.abc import Callable

import streamlit as st

from classroom.clock import as_utc
from classroom.errors import BadInput
from classroom.people import NAMES_WERE_READ, Person, any_name_read
from classroom.recording_job import RecordingJob, clock
from classroom.records import ClassInfo
from classroom.report import ClassReport
from classroom.saved_recording import recording_report, save_as_class
from classroom.ui import forms
from classroom.ui.addresses import PAGE_FILES, RECORDING, REPORTS
from classroom.ui.analysis_words import person_html
from classroom.ui.gate import gated
from classroom.ui.page import Visit
from classroom.ui.report_view import show_report

_CHOSEN, _NAME, _SAID = "chosen-", "name-", "recording_said"

_NOBODY = (
    "Nobody was seen often enough in this recording. Faces need to be seen from the front, at least 20 pixels wide, in"
    " at least three looks."
)
_NOBODY_LEFT = "You have left out everybody. To start over, forget this and choose the recording again."


def show_people(visit: Visit, job: RecordingJob) -> None:
    """Everything found in a recording that has been read."""
    _top(visit, job)
    if not job.people:
        st.info(_NOBODY_LEFT if job.left_out else _NOBODY, icon=":material/visibility_off:")
        return
    report = _report(visit, job)
    show_report(visit, report)
    _people(visit, job, report)
    _save(visit, job)


def _top(visit: Visit, job: RecordingJob) -> None:
    st.subheader(forms.as_text(job.name))
    looks = f"{len(job.times_s)} looks, one every {job.every_s:g} s, until {clock(float(job.times_s[-1]))}"
    parts = [f"{looks} (stopped there)" if job.was_stopped else looks]
    parts += [f"{job.passers_by} seen too seldom to count"] if job.passers_by else []
    parts += [f"{job.left_out} left out"] if job.left_out else []
    st.caption(" · ".join(parts))
    if any_name_read(job.people):
        st.caption(NAMES_WERE_READ)
    for problem in job.problems:
        st.warning(forms.as_text(problem), icon=":material/broken_image:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if job.people:
            forms.link_button(f"{RECORDING}/session.csv", visit.zone.key, "Session CSV")
        st.button("Forget this and choose another one", on_click=gated(visit, visit.server.jobs.drop), args=(job,))


def _people(visit: Visit, job: RecordingJob, report: ClassReport) -> None:
    st.subheader(f"People ({len(job.people)})")
    st.caption(
        "Type over a name to change it. Somebody who came back in other surroundings stands here twice: choose both and"
        " make them one. Leave out who is no student, and what is no face."
    )
    chosen = [person.number for person in job.people if st.session_state.get(f"{_CHOSEN}{person.number}")]
    with st.container(horizontal=True):
        st.button(
            "Make one person of them",
            disabled=len(chosen) < 2,
            on_click=gated(visit, _change),
            args=(job.merge, chosen),
        )
        st.button("Leave them out", disabled=not chosen, on_click=gated(visit, _change), args=(job.leave_out, chosen))
    if said := st.session_state.pop(_SAID, None):
        st.error(forms.as_text(said))
    for begin in range(0, len(job.people), 3):  # a row at a time: on a phone their order stays
        for column, person in zip(st.columns(3), job.people[begin : begin + 3], strict=False):
            with column, st.container(border=True):
                _person(visit, job, person, report)


def _person(visit: Visit, job: RecordingJob, person: Person, report: ClassReport) -> None:
    own = report.windows.xs(person.number, level="student_id")
    st.html(person_html(person, own))
    key = f"{_NAME}{person.number}"
    # Set, not a default: a name that was refused goes back to the one that counts.
    st.session_state[key] = person.name
    st.text_input(
        "Name",
        key=key,
        max_chars=60,
        label_visibility="collapsed",
        on_change=gated(visit, _rename),
        args=(job, person.number, key),
    )
    st.checkbox("Choose", key=f"{_CHOSEN}{person.number}")


def _save(visit: Visit, job: RecordingJob) -> None:
    st.subheader("Save as a class")
    if job.saved_as is not None:
        st.success("Saved. It stands in Reports, with both CSV files.", icon=":material/check:")
        st.page_link(
            PAGE_FILES[REPORTS],
            label="Open it in Reports",
            icon=":material/bar_chart:",
            query_params={"class": str(job.saved_as)},
        )
        return
    began = as_utc(job.began_ms).astimezone(visit.zone)
    st.caption(
        f"The people become its students. It began {began:%Y-%m-%d %H:%M}, as the file says. No picture is kept."
    )
    with st.form("save", border=False):
        title = st.text_input("Title", value=job.title, max_chars=120)
        if st.form_submit_button("Save as a class", type="primary"):
            try:
                with st.spinner("Saving …"):
                    info = _save_now(visit, job, title)
            except BadInput as error:
                st.error(forms.as_text(str(error)))
                return
            job.saved_as = info.id
            st.rerun()


def _save_now(visit: Visit, job: RecordingJob, title: str) -> ClassInfo:
    server = visit.server
    return save_as_class(server.store, visit.teacher.id, title, job.people, job.times_s, job.began_ms, server.clock())


def _report(visit: Visit, job: RecordingJob) -> ClassReport:
    """Made anew only when the people have changed: an hour of a class is some hundred thousand readings."""
    kept, key = st.session_state.get("recording_report"), (job.upload_id, id(job.people))
    if kept is None or kept[0] != key:
        report = recording_report(job.title, job.people, job.times_s, job.began_ms, visit.server.settings.window_s)
        st.session_state["recording_report"] = kept = (key, report, job.people)  # kept alive, so that its id is its own
    return kept[1]


def _rename(job: RecordingJob, number: int, key: str) -> None:
    _change(job.rename, number, st.session_state[key])


def _change(change: Callable[..., None], *arguments) -> None:
    try:
        change(*arguments)
    except BadInput as error:
        st.session_state[_SAID] = str(error)
    for key in [key for key in st.session_state if str(key).startswith(_CHOSEN)]:
        st.session_state[key] = False
