"""An upload stays in memory on its way in."""

import pytest
from starlette.applications import Starlette
from starlette.formparsers import MultiPartParser
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import config

from classroom.pictures import MAX_MB
from classroom.ui import cookies
from classroom.ui.uploads import UploadsForTeachers, keep_in_memory
from tests.pages.conftest import ROOT


async def _where(request):
    """Whether the parsed file is in memory, as Streamlit's own route for uploads gets it."""
    async with request.form() as form:
        return JSONResponse({"in_memory": form["file"]._in_memory, "size": form["file"].size})


@pytest.mark.parametrize("megabytes", [1, MAX_MB])
def test_the_largest_picture_is_never_written_to_a_temporary_file(monkeypatch, megabytes):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", MultiPartParser.spool_max_size)
    keep_in_memory()
    content = b"x" * megabytes * 1024 * 1024
    answer = TestClient(Starlette(routes=[Route("/", _where, methods=["POST"])])).post("/", files={"file": content})
    assert answer.json() == {"in_memory": True, "size": len(content)}


def test_starlette_would_write_it_to_disk_by_itself(monkeypatch):
    """Else ``keep_in_memory`` were for nothing and could go."""
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1024 * 1024)
    client = TestClient(Starlette(routes=[Route("/", _where, methods=["POST"])]))
    assert not client.post("/", files={"file": b"x" * 2_000_000}).json()["in_memory"]


def test_the_server_takes_as_much_as_a_picture_may_have():
    settings = (ROOT / ".streamlit" / "config.toml").read_text("utf-8")
    assert f"maxUploadSize = {MAX_MB}\n" in settings
    assert "server.maxUploadSize" in config.get_config_options()


def test_the_app_calls_it():
    app = (ROOT / "streamlit_app.py").read_text("utf-8")
    assert "uploads.keep_in_memory()" in app and "UploadsForTeachers.as_middleware()" in app


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("nobody", "/_stcore/upload_file/session/file", 403),
        ("student", "/_stcore/upload_file/session/file", 403),
        ("made up", "/_stcore/upload_file/session/file", 403),
        ("teacher", "/_stcore/upload_file/session/file", 204),
        ("nobody", "/_stcore/health", 204),
    ],
)
def test_only_teachers_fill_the_servers_memory_with_files(server, seeded, ada, who, address, status):
    async def taken(request):
        await request.body()
        return Response(status_code=204)

    app = Starlette(
        routes=[Route("/{path:path}", taken, methods=["PUT"])], middleware=[UploadsForTeachers.as_middleware()]
    )
    client = TestClient(app)
    if who == "teacher":
        client.cookies.set(cookies.TEACHER, ada.token)
    elif who == "student":
        client.cookies.set(cookies.STUDENT, server.join(seeded.info.code, "Dan", False)[1])
        client.cookies.set(cookies.TEACHER, client.cookies[cookies.STUDENT])
    elif who == "made up":
        client.cookies.set(cookies.TEACHER, "x" * 5_000)
    assert client.put(address, content=b"x" * 1000).status_code == status


def test_an_upload_is_refused_while_nobody_can_say_who_is_a_teacher(no_store):
    client = TestClient(Starlette(middleware=[UploadsForTeachers.as_middleware()]))
    client.cookies.set(cookies.TEACHER, "some token")
    assert client.put("/_stcore/upload_file/session/file").status_code == 403
