import os
import sys
from pathlib import Path

import pytest

from benchmarks.peers_process import PeersError, build_peers, has_tensorflow


def test_a_python_with_tensorflow_is_known_without_loading_it(tmp_path, monkeypatch):
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").write_text("raise SystemExit('it was loaded')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    assert has_tensorflow(Path(sys.executable))


def test_a_python_without_packages_has_no_tensorflow(bare_python):
    assert not has_tensorflow(bare_python)


def test_peers_that_could_not_be_built_are_one_sentence(a_python):
    python = a_python("echo 'much said before' >&2\necho 'KeyError: stages' >&2\necho >&2\nexit 3")
    with pytest.raises(PeersError) as said:
        build_peers(python, 1)
    assert str(said.value) == f"{python} could not build the peers (it ended with 3): KeyError: stages"


def test_peers_are_the_files_and_figures_that_the_process_leaves(a_python):
    """Its arguments are: -m benchmarks.peers FOLDER --count N."""
    python = a_python(
        'printf one > "$3/network_fp32.tflite"; printf three > "$3/mini_xception_fp32.tflite"\n'
        'echo "{\\"calls\\": $5}" > "$3/figures.json"',
    )
    peers = build_peers(python, 7)
    assert (peers.network_fp32, peers.mini_xception_fp32, peers.figures) == (b"one", b"three", {"calls": 7})
