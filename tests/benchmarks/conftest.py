"""Interpreters that do what a test says instead of running Python."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def a_python(tmp_path) -> Callable[[str], Path]:
    """Writes a shell script that stands for an interpreter; ``$1``... are what it was called with."""
    if os.name == "nt":
        pytest.skip("the stand-in for an interpreter is a shell script")

    def write(body: str) -> Path:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def bare_python(a_python) -> Path:
    """This Python without anything installed, whatever this environment has."""
    return a_python(f'exec "{sys.executable}" -I -S "$@"')
