"""Files that are the same for everybody, from memory."""

import asyncio
import gzip
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit_webrtc import component

from classroom.ui import kept_files
from classroom.ui.kept_files import KeptFiles, files_of_streamlit
from tests import own_loop

SCRIPT = b"const answer = 42;" * 200
NAMES = {f"/static/{name}" for name in ("js/index.abc.js", "js/missing.js", "media/sans.woff2", "one.js", "two.js")}


@pytest.fixture
def asked():
    """The paths that the app behind was asked for."""
    return []


@pytest.fixture
def client(asked):
    async def file(request: Request) -> Response:
        asked.append(request.url.path)
        if request.url.path.endswith("missing.js"):
            return PlainTextResponse("not here", 404)
        kind = "font/woff2" if request.url.path.endswith("woff2") else "text/javascript; charset=utf-8"
        return Response(SCRIPT, media_type=kind, headers={"Cache-Control": "immutable", "ETag": '"a"'})

    return TestClient(KeptFiles(Starlette(routes=[Route("/{path:path}", file, methods=["GET", "POST"])]), NAMES))


def test_a_file_is_asked_for_once_and_is_the_same_every_time(client, asked):
    answers = [client.get("/static/js/index.abc.js") for _ in range(3)]
    assert asked == ["/static/js/index.abc.js"]
    for answer in answers:
        assert (answer.status_code, answer.content) == (200, SCRIPT)
        assert answer.headers["cache-control"] == "immutable"
        assert answer.headers["content-type"].startswith("text/javascript")


def test_it_is_packed_for_those_who_can_unpack_it(client):
    for accepted, packed in (("gzip, deflate", True), ("identity", False), ("gzip", True), ("identity", False)):
        with client.stream("GET", "/static/js/index.abc.js", headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join(answer.iter_raw())
            assert (answer.headers.get("content-encoding") == "gzip") is packed
            assert int(answer.headers["content-length"]) == len(raw)
            assert answer.headers["vary"] == "Accept-Encoding"
        assert (gzip.decompress(raw) if packed else raw) == SCRIPT


def test_a_font_is_packed_already(client):
    with client.stream("GET", "/static/media/sans.woff2", headers={"Accept-Encoding": "gzip"}) as answer:
        assert b"".join(answer.iter_raw()) == SCRIPT
        assert "content-encoding" not in answer.headers


def test_what_is_not_there_is_not_kept(client, asked):
    assert [client.get("/static/js/missing.js").status_code for _ in range(2)] == [404, 404]
    assert set(asked) == {"/static/js/missing.js"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "why"),
    [
        ("GET", "/Join", {}, "a page"),
        ("GET", "/class/1/session.csv", {}, "somebody's data"),
        ("GET", "/app/static/x.js", {}, "not Streamlit's"),
        ("GET", "/component/classpulse_mirror/x.js", {}, "another component"),
        ("GET", "/static/js/index.made-up.js", {}, "no file, although Streamlit answers with its first page"),
        ("GET", "/static/js//index.abc.js", {}, "another name of a file"),
        ("GET", f"/static/{'x' * 20_000}.js", {}, "a name that would cost more than a file"),
        ("POST", "/static/js/index.abc.js", {}, "no question for a file"),
        ("GET", "/static/js/index.abc.js", {"Range": "bytes=0-9"}, "a part of it"),
        ("GET", "/static/js/index.abc.js", {"If-None-Match": '"a"'}, "whether a copy is still good"),
    ],
)
def test_everything_else_is_the_apps(client, asked, method, path, headers, why):
    for _ in range(2):
        client.request(method, path, headers=headers)
    assert asked == [path, path], why


def test_who_leaves_before_the_answer_is_whole_leaves_no_half_of_it_to_the_others(tmp_path):
    """Seen: an empty script was kept, and every browser that came afterwards said that it lacked something."""
    (tmp_path / "index.js").write_bytes(SCRIPT)

    async def app(scope, receive, send):
        await FileResponse(tmp_path / "index.js")(scope, receive, send)

    async def visit(says: str | None) -> bytes:
        async def receive():
            if says is None:
                await asyncio.Event().wait()
            return {"type": says}

        async def send(message):
            body.append(message.get("body", b""))

        body: list[bytes] = []
        asgi = {"version": "3.0", "spec_version": "2.3"}  # as uvicorn says
        scope = {"type": "http", "method": "GET", "path": "/static/index.js", "headers": [], "asgi": asgi}
        await asyncio.wait_for(files(scope, receive, send), timeout=30)
        return b"".join(body)

    async def visits() -> list[bytes]:
        return [await visit("http.disconnect"), await visit(None), await visit(None)]

    files = KeptFiles(app, {"/static/index.js"})
    assert own_loop.run(visits())[1:] == [SCRIPT, SCRIPT]


def test_half_an_answer_is_not_kept(asked):
    async def app(scope, receive, send):
        asked.append(scope["path"])
        headers = [(b"content-length", str(len(SCRIPT)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": SCRIPT if len(asked) > 1 else SCRIPT[:10]})

    client = TestClient(KeptFiles(app, {"/static/index.js"}))
    assert [client.get("/static/index.js").content for _ in range(3)] == [SCRIPT] * 3
    assert len(asked) == 3, "half of it, the same visitor's once more, and what is kept"


def test_the_files_are_those_that_streamlit_serves():
    names = files_of_streamlit()
    assert 100 < len(names) < 2_000
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
    loaded = re.findall(r'(?:src|href)="\./(static/[^"]+)"', page)
    assert loaded and {f"/{name}" for name in loaded} <= names
    assert f"/component/{component._component_func.name}/index.html" in names


def test_memory_is_bounded_and_names_count(client, asked, monkeypatch):
    monkeypatch.setattr(kept_files, "MOST_BYTES", len(SCRIPT) + len("/static/one.js"))
    for name in ("one", "two", "two"):
        assert client.get(f"/static/{name}.js", headers={"Accept-Encoding": "identity"}).content == SCRIPT
    client.get("/static/one.js", headers={"Accept-Encoding": "identity"})
    assert asked.count("/static/one.js") == 1
    assert asked.count("/static/two.js") == 2
    monkeypatch.setattr(kept_files, "MOST_BYTES", 2 * len(SCRIPT) + len("/static/one.js"))
    client.get("/static/two.js", headers={"Accept-Encoding": "identity"})
    client.get("/static/two.js", headers={"Accept-Encoding": "identity"})
    assert asked.count("/static/two.js") == 4, "its content would fit, and its name not"
