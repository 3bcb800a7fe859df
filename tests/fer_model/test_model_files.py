import hashlib
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from fer_model import model_files
from fer_model.errors import ModelFileError
from fer_model.model_files import LANDMARKS, NAMES, SHORT_RANGE, cache_dir, fetch, model_file


@pytest.fixture
def small_files(monkeypatch, tmp_path):
    """Three small files in the place of MediaPipe's, and a wheel that carries them; the cache is empty."""
    monkeypatch.delenv("CLASSPULSE_MODELS", raising=False)
    monkeypatch.setattr(model_files, "cache_dir", lambda: tmp_path / "cache")
    contents = {name: name.encode() * 3 for name in NAMES}
    pinned = {
        name: (f"inside/{number}/", hashlib.sha256(data).hexdigest())
        for number, (name, data) in enumerate(contents.items())
    }
    monkeypatch.setattr(model_files, "_FILES", pinned)

    def download(work, folder, progress, broken=()):
        download.calls += 1
        with zipfile.ZipFile(work / "some.whl", "w") as wheel:
            for name, (inside, _) in pinned.items():
                wheel.writestr(inside + name, b"something else" if name in broken else contents[name])
        return work / "some.whl"

    download.calls = 0
    monkeypatch.setattr(model_files, "_download_wheel", download)
    return contents, download


def test_an_empty_cache_is_filled_once_and_then_used(small_files, tmp_path):
    contents, download = small_files
    for _ in range(2):
        for name in NAMES:
            assert model_file(name).read_bytes() == contents[name]
    assert download.calls == 1
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == sorted(NAMES)  # the wheel is gone


def test_a_folder_from_the_settings_comes_before_the_cache(small_files, tmp_path, monkeypatch):
    contents, download = small_files
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / SHORT_RANGE).write_bytes(contents[SHORT_RANGE])
    assert model_file(SHORT_RANGE, tmp_path / "mine").parent == tmp_path / "mine"
    monkeypatch.setenv("CLASSPULSE_MODELS", str(tmp_path / "mine"))
    assert model_file(SHORT_RANGE).parent == tmp_path / "mine"
    assert download.calls == 0
    assert model_file(LANDMARKS).parent == tmp_path / "cache"  # not there: passed over


def test_a_wrong_file_in_the_settings_folder_is_refused_by_name(small_files, tmp_path):
    (tmp_path / SHORT_RANGE).write_bytes(b"half a downl")
    with pytest.raises(ModelFileError, match=f"{SHORT_RANGE} is not the expected file"):
        model_file(SHORT_RANGE, tmp_path)


def test_a_damaged_file_in_the_cache_is_replaced(small_files, tmp_path):
    contents, _ = small_files
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / SHORT_RANGE).write_bytes(contents[SHORT_RANGE][:-1])
    assert model_file(SHORT_RANGE).read_bytes() == contents[SHORT_RANGE]


def test_a_wheel_with_other_files_leaves_nothing_behind(small_files, tmp_path, monkeypatch):
    _, download = small_files
    monkeypatch.setattr(model_files, "_download_wheel", lambda *given: download(*given, broken=(SHORT_RANGE,)))
    with pytest.raises(ModelFileError, match=SHORT_RANGE):
        model_file(SHORT_RANGE)
    assert not (tmp_path / "cache" / SHORT_RANGE).exists()


def test_a_folder_that_cannot_be_written_is_a_model_file_error(small_files, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(ModelFileError, match="CLASSPULSE_MODELS"):
        model_file(SHORT_RANGE)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelFileError, match=LANDMARKS):
        model_file("face.tflite")


def test_progress_starts_at_nothing_and_ends_with_everything(small_files, tmp_path):
    said = []
    fetch(tmp_path / "here", lambda message, share: said.append((message, share)))
    assert "once, about 35 MB" in said[0][0]
    assert [said[0][1], said[-1][1]] == [0.0, 1.0]


def test_without_network_and_cache_the_message_names_the_file_and_how_to_bring_it(tmp_path):
    """The real pip against an index that is not there; a subprocess, so that nothing of this one is in the way."""
    environment = os.environ | {
        "XDG_CACHE_HOME": str(tmp_path),
        "LOCALAPPDATA": str(tmp_path),
        "HOME": str(tmp_path),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
    }
    environment.pop("CLASSPULSE_MODELS", None)
    done = subprocess.run(
        [sys.executable, "-m", "fer_model.model_files"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert SHORT_RANGE in done.stderr and "CLASSPULSE_MODELS" in done.stderr
    assert "Traceback" not in done.stderr


def test_pip_that_never_ends_is_stopped(small_files, tmp_path, monkeypatch):
    monkeypatch.undo()
    started = []

    class Forever(subprocess.Popen):
        def __init__(self, command, **given):
            super().__init__([sys.executable, "-c", "import time; time.sleep(60)"], **given)
            started.append(self)

    monkeypatch.setattr(model_files.subprocess, "Popen", Forever)
    monkeypatch.setattr(model_files, "_DOWNLOAD_TIMEOUT_S", 0.1)
    began = time.monotonic()
    with pytest.raises(ModelFileError, match="no wheel after"):
        fetch(tmp_path / "here")
    assert time.monotonic() - began < 20
    assert started[0].poll() is not None


def test_two_processes_may_bring_the_files_at_once(tmp_path):
    """Each process puts its own copies; whoever reads meanwhile sees a whole file or none."""
    code = (
        "import sys, zipfile; from pathlib import Path; from fer_model import model_files as m\n"
        "def wheel(work, folder, progress):\n"
        "    with zipfile.ZipFile(work / 'w.whl', 'w') as w:\n"
        "        [w.write(Path(sys.argv[2]) / n, i + n) for n, (i, _) in m._FILES.items()]\n"
        "    return work / 'w.whl'\n"
        "m._download_wheel = wheel\n"
        "for _ in range(5): m.fetch(sys.argv[1])\n"
    )
    source = model_file(SHORT_RANGE).parent
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "c"), str(source)]) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert sorted(path.name for path in (tmp_path / "c").iterdir()) == sorted(NAMES)


def test_the_cache_is_a_folder_of_this_user():
    assert cache_dir().is_absolute()
    assert cache_dir().parts[-2:] == ("classpulse", "models")
    assert Path.home() in cache_dir().parents or "XDG_CACHE_HOME" in os.environ or sys.platform == "win32"
