"""What a first install costs: seconds, megabytes on disk, packages.

    git show 29ecc8f:requirements.txt > before.txt
    python -m benchmarks.install now=requirements.txt before=before.txt --json benchmarks/results/install.json

Each list goes into a new virtual environment in a temporary folder, with nothing of pip's cache, so the seconds are
mostly the network's; megabytes are those of the files. Run it while nothing else does.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.inference import cannot_write, machine

LARGEST = 10


def megabytes(path: Path) -> float:
    """Of all files below it, each counted once also where it has several names."""
    files = {(stat.st_dev, stat.st_ino): stat.st_size for stat in (file.lstat() for file in path.rglob("*"))}
    return sum(files.values()) / 1e6


def install(requirements: Path) -> dict[str, object]:
    """Figures of one list; raises ``subprocess.CalledProcessError``."""
    with tempfile.TemporaryDirectory(prefix="classpulse-install-") as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        before_mb = megabytes(Path(folder))
        pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check"]
        began_s = time.perf_counter()
        subprocess.run([*pip, "install", "-q", "--no-cache-dir", "-r", str(requirements)], check=True)
        took_s = time.perf_counter() - began_s
        listed = subprocess.run([*pip, "list", "--format", "json"], check=True, capture_output=True, text=True).stdout
        packages = [each for each in json.loads(listed) if each["name"] not in ("pip", "setuptools")]
        (site,) = Path(folder).glob("lib/python*/site-packages")
        sizes = sorted(((megabytes(each), each.name) for each in site.iterdir() if each.is_dir()), reverse=True)
        return {
            "install_s": round(took_s, 1),
            "megabytes": round(megabytes(Path(folder)), 1),
            "megabytes_of_an_empty_environment": round(before_mb, 1),
            "packages": len(packages),
            "largest_mb": {name: round(size, 1) for size, name in sizes[:LARGEST]},
        }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lists", nargs="+", metavar="NAME=FILE", help="lists of requirements, and what to call them")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args(argv)
    lists = {name: Path(file) for name, _, file in (each.partition("=") for each in given.lists)}
    if missing := [str(file) for file in lists.values() if not file.is_file()]:
        parser.error(f"there is no file {', '.join(missing)}: give NAME=FILE")
    if given.json and (reason := cannot_write(given.json)):
        parser.error(f"{given.json} cannot be written: {reason}")
    figures = {name: install(file) for name, file in lists.items()} | machine()
    print(json.dumps(figures, indent=2))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
