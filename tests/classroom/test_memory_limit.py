"""Real processes meet the ceiling that they set themselves."""

import subprocess
import sys

import pytest

from classroom.child import Child

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process limit its own memory")

ASKS = """
import resource, sys
from classroom.memory_limit import limit_memory
{before}
limit_memory(50_000_000)
for megabytes in (20, 100, 20):
    try:
        bytearray(megabytes * 1_000_000)
        print("got", megabytes)
    except MemoryError:
        print("refused", megabytes)
"""


def said(before: str = "") -> list[str]:
    asked = [sys.executable, "-c", ASKS.format(before=before)]
    return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


def test_what_is_beyond_the_ceiling_is_refused_and_the_process_goes_on():
    assert said() == ["got 20", "refused 100", "got 20"]


def test_what_the_process_has_already_does_not_count():
    assert said("kept = bytearray(300_000_000)") == ["got 20", "refused 100", "got 20"]


def test_a_lower_ceiling_of_whoever_runs_the_server_stays():
    lower = "resource.setrlimit(resource.RLIMIT_DATA, (10_000_000, 10_000_000))"
    assert said(lower) == ["refused 20", "refused 100", "refused 20"]


@pytest.mark.parametrize("module", ["classroom.picture_process", "classroom.recording_process"])
def test_every_process_that_decodes_uploads_has_one(module):
    import resource

    child = Child(module)
    try:
        child.wait_until_ready(120)
        assert 0 < resource.prlimit(child.pid, resource.RLIMIT_DATA)[0] < 4e9
    finally:
        child.end()
