"""A recording comes in: asked for first, then its bytes, which go to disk chunk by chunk. And its CSV goes out.

Streamlit's own uploads stay in memory, which a recording of an hour does not fit into. Asking first means that who
cannot upload reads why before a single byte is on its way. Answers are JSON for ``assets/recording_upload.js``.
"""

from anyio import fail_after
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from classroom.analysis_jobs import AnalysisJobs
from classroom.errors import ClassroomError
from classroom.lawful import why_no_analysis
from classroom.recording_job import RecordingJob, Stage
from classroom.records import Teacher
from classroom.result_files import recording_csv
from classroom.ui import cookies, running
from classroom.ui.addresses import RECORDING
from classroom.ui.guard import form_of, in_thread, post, zone_of

# A write a megabyte: a thread for every packet would cost more than the writing.
_CHUNK_BYTES = 1024 * 1024
# Without a single byte for so long the browser is gone, whatever the network says.
_SILENCE_S = 60.0

_SIGN_IN = "You are signed out. Sign in again, then choose the recording once more."


async def begin(request: Request) -> Response:
    """Name, size, distance of the looks and whether to read names; gives the address for the bytes."""
    form = await form_of(request)
    teacher = await _teacher(request)
    if teacher is None or form is None:
        return _refused(_SIGN_IN, 403)
    if why := why_no_analysis(running.current().settings):
        return _refused(why, 403)
    try:
        size_bytes, every_s = int(form.get("size", "")), float(form.get("every", ""))
    except ValueError:
        return _refused("Choose a recording and how often to look at it.", 400)
    try:
        name, with_names = form.get("name", ""), form.get("names") != "no"
        job = await in_thread(_jobs().begin, teacher.id, name, size_bytes, every_s, with_names)
    except ClassroomError as error:
        return _refused(str(error), 400)
    return JSONResponse({"address": f"{RECORDING}/{job.upload_id}"})


async def receive(request: Request) -> Response:
    """The bytes of the recording that was asked for."""
    teacher = await _teacher(request)
    jobs = _jobs()
    job = jobs.claim(teacher.id, request.path_params["upload_id"]) if teacher else None
    if job is None:
        return _refused(_SIGN_IN if teacher is None else "The upload was cancelled.", 403)
    try:
        await _write(jobs, job, request)
        if await _teacher(request) is None:  # signed out while it was on its way
            await in_thread(jobs.drop, job)
            return _refused(_SIGN_IN, 403)
        await in_thread(jobs.start, job, _changed_ms(request))
    except ClientDisconnect:
        await in_thread(jobs.drop, job)
        return _refused("The upload was cancelled.", 400)
    except TimeoutError:
        await in_thread(jobs.drop, job)
        return _refused("The upload has stopped. Choose the recording again.", 400)
    except ClassroomError as error:
        return _refused(str(error), 400)
    except BaseException:  # such as a server that stops in the middle: no file stays
        jobs.drop(job)
        raise
    return JSONResponse({"reading": True})


async def session_file(request: Request) -> Response:
    """The session CSV of the recording that was read, as its class would have it."""
    teacher = await _teacher(request)
    job = _jobs().of(teacher.id) if teacher else None
    if job is None or job.stage is not Stage.DONE:
        return PlainTextResponse("There is no such recording any more. Sign in and open it in Analyse.", 404)
    if why := why_no_analysis(running.current().settings):
        return PlainTextResponse(why, 403)
    window_s = running.current().settings.window_s
    zone = zone_of(request.query_params.get("zone", ""))
    title = job.title
    data = await in_thread(recording_csv, title, job.people, job.times_s, job.began_ms, window_s, zone)
    headers = {
        "Content-Disposition": 'attachment; filename="classpulse-recording-session.csv"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


RECORDING_ROUTES = [
    post(RECORDING, begin),
    Route(f"{RECORDING}/session.csv", session_file),
    post(RECORDING + "/{upload_id}", receive),
]


async def _write(jobs: AnalysisJobs, job: RecordingJob, request: Request) -> None:
    waiting = bytearray()
    chunks = request.stream()
    while True:
        with fail_after(_SILENCE_S):
            chunk = await anext(chunks, None)
        if chunk is None:
            break
        waiting += chunk
        if len(waiting) >= _CHUNK_BYTES:
            await in_thread(jobs.receive, job, bytes(waiting))
            waiting.clear()
    if waiting:
        await in_thread(jobs.receive, job, bytes(waiting))


async def _teacher(request: Request) -> Teacher | None:
    try:
        server = running.current()
        return await in_thread(server.accounts.teacher_of, cookies.cookie_of(request, cookies.TEACHER))
    except ClassroomError:
        return None


def _jobs() -> AnalysisJobs:
    return running.current().jobs


def _changed_ms(request: Request) -> int:
    text = request.query_params.get("changed", "")
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _refused(sentence: str, status: int) -> JSONResponse:
    return JSONResponse({"error": sentence}, status)
