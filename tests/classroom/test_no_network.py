"""Real children try to open sockets. Where the system has no way to keep them from it, that is said and not hidden."""

import ast
import logging
import platform
import socket
import sys
from pathlib import Path

import pytest

from classroom import child as child_module
from classroom import no_network
from classroom.child import Child

ROOT = Path(__file__).resolve().parents[2]
CHILDREN = sorted((ROOT / "classroom").glob("*_process.py"))
HAS_A_WAY = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")
LONG_S = 60

with_a_way = pytest.mark.skipif(
    not HAS_A_WAY, reason="only Linux on x86-64 and ARM64 lets a process give up its network"
)


@pytest.fixture
def child():
    child = Child("tests.echo_child")
    yield child
    child.end()


def asked(child: Child, request):
    with child.within(LONG_S):
        child.send(request)
        return child.receive()


@with_a_way
@pytest.mark.parametrize("where", ["here", "in a thread that was there before", "in a program that it starts"])
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_a_child_that_is_ready_opens_no_socket(child, where, family):
    child.wait_until_ready(LONG_S)
    assert asked(child, ("open", where, int(family))) == "PermissionError"
    assert asked(child, "one") == "one", "and goes on speaking with its parent"


@with_a_way
@pytest.mark.parametrize("module", ["classroom.picture_process", "classroom.recording_process"])
def test_those_that_decode_have_a_filter_and_can_get_no_more_rights(module):
    child = Child(module)
    try:
        child.wait_until_ready(120)
        status = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{child.pid}/status").read_text().splitlines() if ":\t" in line
        )
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
        threads = [path.read_text() for path in Path(f"/proc/{child.pid}/task").glob("*/status")]
        assert all("Seccomp:\t2" in thread for thread in threads), "every thread"
    finally:
        child.end()


def test_no_child_says_that_it_is_ready_in_another_way():
    assert len(CHILDREN) >= 4
    for path in CHILDREN:
        text = path.read_text("utf-8")
        assert '"ready"' not in text
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}
        assert "parent.ready" in calls or "main" in calls and "classroom.engine_process" in text, path.name


@pytest.mark.parametrize(
    ("what", "value", "words"),
    [
        ("sys.platform", "darwin", "On this system (darwin"),
        ("platform.machine", lambda: "riscv64", "riscv64) nothing keeps"),
        ("_shut", lambda *_: (_ for _ in ()).throw(OSError(1, "EPERM")), "The system does not keep"),
        ("_shut", lambda *_: None, "took the order"),
    ],
)
def test_where_there_is_no_way_it_says_so(monkeypatch, what, value, words):
    """None of these touches this process: the order is not given, or given to nobody."""
    monkeypatch.setattr(no_network, "_shut", lambda *_: pytest.fail("this process would lose its network"))
    monkeypatch.setattr(f"classroom.no_network.{what}", value)
    if what == "_shut" and not HAS_A_WAY:
        monkeypatch.setattr("classroom.no_network.sys.platform", "linux")
        monkeypatch.setattr("classroom.no_network.platform.machine", lambda: "x86_64")
    assert words in no_network.without_network()


def test_the_parent_says_it_once_in_the_log(monkeypatch, caplog):
    monkeypatch.setattr(child_module, "_warned", set())
    with caplog.at_level(logging.WARNING):
        for sentence in ("", "There is no way.", "There is no way."):
            child_module._warn_once(sentence)
    assert caplog.messages == ["There is no way."]
