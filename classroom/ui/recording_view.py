"""A recording on a page: upload it, watch how far reading is, see who is in it."""

import streamlit as st

from classroom.analysis_jobs import AnalysisJobs
from classroom.name_labels import can_read_names
from classroom.recording_job import Progress, RecordingJob, Stage
from classroom.ui import forms
from classroom.ui.gate import gated, gated_fragment
from classroom.ui.page import Visit
from classroom.ui.people_view import show_people
from classroom.ui.recording_upload import recording_upload

LOOKS_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def show_recording(visit: Visit) -> None:
    """What the teacher's recording is at."""
    jobs = visit.server.jobs
    job = jobs.of(visit.teacher.id)
    if job and job.stage is Stage.READING:
        _reading(visit, jobs)
    elif job and job.stage is Stage.DONE:
        show_people(visit, job)
    else:
        _choose(visit, jobs, job)


def _choose(visit: Visit, jobs: AnalysisJobs, job: RecordingJob | None) -> None:
    st.caption(
        "Everybody who is seen becomes a row, as in a live class. The file is deleted as soon as it is read; what was"
        " found stays in memory until half an hour after you last looked, or until you save it as a class."
    )
    if job and job.stage is Stage.FAILED:
        st.error(forms.as_text(f"{job.name}: {job.error}"), icon=":material/broken_image:")
    every_s = st.select_slider(
        "Look at every face once in",
        LOOKS_S,
        value=0.5,
        format_func=lambda seconds: f"{seconds:g} s",
        help="Fewer looks are faster. A live class is looked at every 0.5 s.",
        key="every",
        width=420,
    )
    with_names = can_read_names() and st.checkbox(
        "Read the names in the tiles of a call",
        value=True,
        help="They name the people instead of numbers. Check them: they are read from the picture.",
        key="with_names",
    )
    recording_upload(every_s, with_names, jobs.max_mb)
    if job and job.stage is Stage.UPLOADING:
        # Of this page or of another one: nobody but the browser knows which.
        st.caption(forms.as_text(f"“{job.name}” is on its way. Keep the page open on which you chose it."))
        st.button("Cancel the upload", on_click=gated(visit, jobs.drop), args=(job,))


@gated_fragment(run_every=1.0)
def _reading(visit: Visit, jobs: AnalysisJobs) -> None:
    job = jobs.of(visit.teacher.id)
    if job is None or job.stage is not Stage.READING:
        st.rerun()
    progress = job.progress()
    st.subheader(forms.as_text(job.name))
    st.progress(progress.share or 0.0, text=progress_words(progress))
    st.caption("You can leave this page and come back; reading goes on.")
    with st.container(horizontal=True):
        st.button("Stop here and keep what is read", on_click=gated(visit, job.stop), disabled=job.was_stopped)
        st.button("Cancel and delete", on_click=gated(visit, jobs.drop), args=(job,))


def progress_words(progress: Progress) -> str:
    """How far reading is, how fast, and how long it still takes."""
    if not progress.samples:
        return "Starting …"
    share = f"{progress.share:.0%}" if progress.share is not None else f"{progress.samples} frames"
    words = f"{share} read · {progress.samples_per_s:.0f} frames a second"
    if progress.left_s is None:
        return words
    minutes = progress.left_s / 60
    return f"{words} · " + (f"{minutes:.0f} min left" if minutes >= 1.5 else f"{progress.left_s:.0f} s left")
