"""What a start does and refuses, and that Streamlit asks nobody outside."""

import os
import subprocess
import sys

import pytest
from streamlit import net_util
from streamlit.web.server.server_util import is_url_from_allowed_origins

from classroom.ui.stay_inside import ask_nobody_for_the_address
from tests.pages.conftest import ROOT


def test_a_page_of_somebody_else_is_refused_without_asking_anybody(monkeypatch):
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *_, **__: pytest.fail("it asked the internet"))
    ask_nobody_for_the_address()
    assert not is_url_from_allowed_origins("https://evil.example")
    assert is_url_from_allowed_origins("http://localhost:8501")


def test_streamlit_would_ask_by_itself(monkeypatch):
    """Else ``ask_nobody_for_the_address`` were for nothing and could go."""
    asked = []
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    is_url_from_allowed_origins("https://evil.example")
    assert asked


def test_the_app_calls_it():
    assert "stay_inside.ask_nobody_for_the_address()" in (ROOT / "streamlit_app.py").read_text("utf-8")


def test_a_server_with_an_unsafe_setting_ends_with_a_sentence_and_no_traceback(tmp_path):
    """The file of settings that is shipped is safe: the two that are changed here are all that is said."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", "0"]
    env = os.environ | {"CLASSPULSE_DATA": str(tmp_path), "CLASSPULSE_PUBLIC_URL": "http://school.example"}
    ended = subprocess.run(
        [*command, "--server.address", "localhost", "--server.enableXsrfProtection", "false"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert "Traceback" not in said
    lines = said.strip().splitlines()
    assert lines[0] == "ClassPulse does not start, because it would be unsafe:"
    assert [line.split(" ")[0] for line in lines[1:]] == ["server.enableXsrfProtection", "CLASSPULSE_PUBLIC_URL"]
    assert not list(tmp_path.iterdir()), "nothing was opened"
