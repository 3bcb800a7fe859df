"""How many files a server may have open, whatever it was started with."""

import subprocess
import sys

import pytest

from classroom import open_files
from tests.fakes import lacking


class Limits:
    """A system's limits; ``most_given`` where it gives less than it says."""

    RLIMIT_NOFILE, RLIM_INFINITY = 7, -1

    def __init__(self, soft: int, hard: int, most_given: int | None = None) -> None:
        self.limits, self._most_given = (soft, hard), most_given

    def getrlimit(self, _) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _, limits: tuple[int, int]) -> None:
        if self._most_given is not None and limits[0] > self._most_given:
            raise ValueError("not so many")
        self.limits = limits


@pytest.mark.parametrize(
    ("system", "gets", "warns", "why"),
    [
        (Limits(1_024, 524_288), open_files.WANTED, False, "as many systems start a program"),
        (Limits(256, 8_192), 8_192, False, "all that there are"),
        (Limits(256, Limits.RLIM_INFINITY), open_files.WANTED, False, "no limit is above"),
        (Limits(100_000, 524_288), 100_000, False, "more than is wanted is left alone"),
        (Limits(Limits.RLIM_INFINITY, Limits.RLIM_INFINITY), open_files.WANTED, False, "none at all"),
        (Limits(1_024, 2_048), 2_048, True, "too few for a few classes"),
        (Limits(512, Limits.RLIM_INFINITY, most_given=10_240), 512, True, "a system that gives less than it says"),
    ],
)
def test_a_server_takes_what_the_system_gives_and_says_when_that_is_too_little(
    monkeypatch, caplog, system, gets, warns, why
):
    monkeypatch.setattr(open_files, "resource", system)
    assert open_files.raise_limit() == gets, why
    assert ("LimitNOFILE" in caplog.text) is warns, why


def test_the_real_system_is_asked():
    if open_files.resource is None:
        lacking("needs a system with limits of open files")
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 2_048))\n"
        "from classroom import open_files\n"
        "print(open_files.raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.stdout.split() == ["2048", "2048"], ended.stderr
    assert "have 2,048 files open" in ended.stderr


def test_where_there_are_no_limits_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(open_files, "resource", None)
    assert open_files.raise_limit() == open_files.WANTED
