"""Both ends of a real child: what it is asked comes back, and a child that ends or hangs is an error and never a wait."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from classroom.child import Child
from classroom.errors import ChildEnded, ChildHangs, EngineError

LONG_S = 60  # never waited for: what is tested comes at once
MORE_THAN_A_PIPE_HOLDS = bytes(4_000_000)


@pytest.fixture
def child():
    child = Child("tests.echo_child")
    yield child
    child.end()


@pytest.fixture
def ready(child):
    child.wait_until_ready(LONG_S)
    return child


def asked(child: Child, request):
    with child.within(LONG_S):
        child.send(request)
        return child.receive()


def test_it_says_how_far_its_start_is(child):
    told = []
    child.wait_until_ready(LONG_S, told.append)
    assert told == ["Fetching a file."]


def test_what_it_is_asked_comes_back_in_its_order_and_whole(ready):
    for request in ("one", None, MORE_THAN_A_PIPE_HOLDS, ("two", 2)):
        assert asked(ready, request) == request


def test_what_a_library_prints_is_no_answer(capfd):
    child = Child("tests.echo_child")
    child.wait_until_ready(LONG_S)
    assert asked(child, "print") == "print"
    assert asked(child, "one") == "one"
    child.end()
    assert capfd.readouterr().err.splitlines() == ["a library says hello", "so does one in C"]


def test_ctrl_c_in_the_terminal_does_not_end_it(ready):
    os.kill(ready.pid, signal.SIGINT)
    assert asked(ready, "one") == "one"


def test_one_that_cannot_start_says_why():
    child = Child("tests.echo_child", Path("empty"))
    with pytest.raises(EngineError, match="no model in empty") as caught:
        child.wait_until_ready(LONG_S)
    assert not isinstance(caught.value, ChildEnded)
    child.end()


def test_one_that_is_no_module_has_ended_before_it_was_ready(capfd):
    child = Child("tests.there_is_no_such_module")
    with pytest.raises(ChildEnded):
        child.wait_until_ready()
    child.end()


def test_one_that_ends_is_an_error_at_once_and_at_every_request_after_it(ready):
    for request in ("end", "one", MORE_THAN_A_PIPE_HOLDS):
        with pytest.raises(ChildEnded) as caught:
            asked(ready, request)
        assert not isinstance(caught.value, ChildHangs)
    ready.wait(LONG_S)
    assert ready.pid is None


@pytest.mark.parametrize(
    ("request_", "why"),
    [("hang", "the answer does not come"), (MORE_THAN_A_PIPE_HOLDS, "the request does not even fit into the pipe")],
)
def test_one_that_hangs_is_killed_and_said(ready, request_, why):
    if request_ != "hang":
        os.kill(ready.pid, signal.SIGSTOP)
    with pytest.raises(ChildHangs, match=r"was silent for 0 s"), ready.within(0.2):
        ready.send(request_)
        ready.receive()
    ready.wait(LONG_S)
    assert ready.pid is None


def test_one_that_answers_in_time_is_left_alone(ready):
    with ready.within(0.2):
        pass
    with pytest.raises(subprocess.TimeoutExpired):
        ready.wait(0.4)
    assert asked(ready, "one") == "one"


def test_one_that_hangs_at_its_start_is_killed(child):
    os.kill(child.pid, signal.SIGSTOP)
    with pytest.raises(ChildHangs):
        child.wait_until_ready(0.2)


def test_ending_leaves_no_process_and_no_open_pipe_and_may_be_done_twice(ready):
    pid = ready.pid
    os.kill(pid, signal.SIGSTOP)
    child_pipes = (ready._process.stdin, ready._process.stdout)
    child_pipes[0].write(b"a request that nobody will read")
    ready.end()
    ready.end()
    assert ready.pid is None
    assert all(pipe.closed for pipe in child_pipes)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(ChildEnded):
        asked(ready, "one")
