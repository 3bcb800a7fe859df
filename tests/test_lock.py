"""The locked versions are those that requirements.txt allows, every file has a hash, and the audit tells the truth."""

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
_LOCKED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^\s;\\]+)(.*?)(?=^[a-z]|\Z)", re.MULTILINE | re.DOTALL)


def locked() -> dict[str, list[tuple[str, int]]]:
    """Name to (version, number of hashes); a package may have a version for each range of Pythons."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name, version, rest in _LOCKED.findall((ROOT / "requirements.lock").read_text("utf-8")):
        found.setdefault(canonicalize_name(name), []).append((version, rest.count("--hash=sha256:")))
    return found


def required() -> list[Requirement]:
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [Requirement(line.partition("#")[0]) for line in lines if line.partition("#")[0].strip()]


def test_every_requirement_is_locked_in_versions_that_it_allows():
    versions = locked()
    assert len(versions) > len(required()) > 15
    for requirement in required():
        name = canonicalize_name(requirement.name)
        assert name in versions, f"`make lock` has not been run since {name} came"
        assert all(requirement.specifier.contains(version) for version, _ in versions[name]), name


def test_every_locked_file_has_a_hash():
    assert [name for name, versions in locked().items() if any(not hashes for _, hashes in versions)] == []


def test_what_serves_is_locked_without_tensorflow_and_mediapipe_and_with_one_opencv():
    assert not {"tensorflow", "keras", "torch", "mediapipe"} & locked().keys()
    assert len([name for name in locked() if name.startswith("opencv")]) == 1, "two overwrite each other"


@pytest.fixture
def audit():
    loader = SourceFileLoader("audit", str(ROOT / ".ci" / "audit"))
    module = module_from_spec(spec_from_loader("audit", loader))
    loader.exec_module(module)
    return module


HOLE = {"id": "CVE-2020-1", "fix_versions": ["2.1"]}


@pytest.mark.parametrize(
    ("packages", "first_line", "holes", "why"),
    [
        ([], "Audit: 0 of 0", 0, "nothing"),
        ([{"name": "a", "version": "1", "vulns": []}], "Audit: 1 of 1 locked packages were asked about, 0", 0, "sound"),
        (
            [{"name": "a", "version": "1", "vulns": [HOLE]}],
            "Audit: 1 of 1 locked packages were asked about, 1",
            1,
            "a hole",
        ),
        (
            [{"name": "a", "skip_reason": "not found"}],
            "Audit: 0 of 1 locked packages were asked about",
            0,
            "nobody answered",
        ),
    ],
)
def test_the_audit_counts_what_it_could_not_ask(audit, packages, first_line, holes, why):
    said, found = audit.summary(packages)
    assert said.startswith(first_line)
    assert len(found) == holes
    assert all("CVE-2020-1, mended in 2.1" in each for each in found)
    assert ("could not be asked about" in said) == any("skip_reason" in each for each in packages)


def test_a_hole_fails_the_run_and_a_service_that_is_away_does_not(audit, capsys, tmp_path):
    for answer, code in (('{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X", "fix_versions": []}]}]}', 1), ("", 0)):  # fmt: skip
        program = tmp_path / "pip-audit"
        program.write_text(f"#!/bin/sh\necho '{answer}'\n")
        program.chmod(0o755)
        assert audit.main(str(program)) == code
    assert "0 packages were asked about" in capsys.readouterr().out
