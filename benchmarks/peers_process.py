"""Has ``benchmarks.peers`` build what the shipped network is compared with, in a process that may load TensorFlow."""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LOOK = "import importlib.util, sys; sys.exit(importlib.util.find_spec('tensorflow') is None)"


class PeersError(Exception):
    """The peers could not be built although TensorFlow is there."""


@dataclass(frozen=True)
class Peers:
    """Two LiteRT files that take float32 ``crops`` (n, side, side, 1), and figures for the result as they are."""

    network_fp32: bytes
    mini_xception_fp32: bytes
    figures: dict[str, float | int | str]


def has_tensorflow(python: Path) -> bool:
    """Whether this interpreter would find TensorFlow; a look in another process, so that nothing is loaded here."""
    return subprocess.run([str(python), "-c", _LOOK], capture_output=True, cwd=ROOT).returncode == 0


def build_peers(python: Path, count: int) -> Peers:
    """Builds, converts, and times Keras with ``count`` calls a step; a minute or two.

    Args:
        python: an absolute path, because the work is done in the project's folder.
        count: calls of each step.

    Raises:
        PeersError: with the last line of what went wrong.
    """
    with tempfile.TemporaryDirectory(prefix="classpulse-peers-") as folder:
        command = [str(python), "-m", "benchmarks.peers", folder, "--count", str(count)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", cwd=ROOT)
        if done.returncode:
            last = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "no message")
            raise PeersError(f"{python} could not build the peers (it ended with {done.returncode}): {last.strip()}")
        return Peers(
            network_fp32=(Path(folder) / "network_fp32.tflite").read_bytes(),
            mini_xception_fp32=(Path(folder) / "mini_xception_fp32.tflite").read_bytes(),
            figures=json.loads((Path(folder) / "figures.json").read_text(encoding="utf-8")),
        )
