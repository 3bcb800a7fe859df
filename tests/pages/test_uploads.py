"""An upload stays in memory on its way in."""

import pytest
from starlette.applications import Starlette
from starlette.formparsers import MultiPartParser
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import config

from classroom.pictures import MAX_MB
from classroom.ui.uploads import keep_in_memory
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
    assert "uploads.keep_in_memory()" in (ROOT / "streamlit_app.py").read_text("utf-8")
