"""Nothing leaves the machine, whoever would send it: Python, native code, a child process, a browser.

Each of these runs for three minutes in a network of its own in which every packet to elsewhere and every question for a
name is seen (``benchmarks.watched_network``), all at the same time. MediaPipe's own library, which reports to its maker,
would fail each of them; that the watch sees it is measured (``benchmarks.outgoing``), and every run ends with two
packets of the watcher's own that it must have seen.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.outgoing import SECONDS, command
from benchmarks.watched_network import Watched, cannot_watch, start_watched, what_was_asked
from fer_model.model_files import NAMES, model_file
from tests.fakes import lacking

PATIENCE_S = 360
COMMANDS = {
    "class": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(Path(__file__).with_name("watched_class.py"))],
    "faces": command("faces", SECONDS),
    "analyse": command("analyse", SECONDS),
}  # fmt: skip


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Watched]]:
    """All begin with the first that is asked for; each is waited for when its test asks."""
    if reason := cannot_watch():
        lacking(reason)
    for name in NAMES:
        model_file(name)  # in there they could not be brought
    folder = tmp_path_factory.mktemp("watched")
    settings = os.environ | {"WATCHED_FOR_S": str(SECONDS), "CLASSPULSE_DATA": str(folder / "data")}
    running: dict[str, subprocess.Popen] = {
        name: start_watched(command, folder / name, env=settings) for name, command in COMMANDS.items()
    }
    yield lambda name: what_was_asked(running[name], folder / name, SECONDS + PATIENCE_S)
    for process in running.values():
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.timeout(SECONDS + PATIENCE_S + 60)
def test_a_class_with_all_its_pages_asks_nobody(watched):
    """Server, engine, a room's camera, analysed files, a demo, two browsers that share cameras."""
    seen = watched("class")
    assert "1 passed" in seen.output, seen.output[-4000:]
    assert (seen.returncode, seen.asked) == (0, ())


@pytest.mark.timeout(SECONDS + PATIENCE_S + 60)
@pytest.mark.parametrize("alone", ["faces", "analyse"])
def test_reading_faces_without_a_class_asks_nobody(watched, alone):
    seen = watched(alone)
    assert (seen.returncode, seen.asked) == (0, ()), seen.output[-2000:]
