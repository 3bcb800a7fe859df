"""A live class, measured: the real server, and students in real headless Chromium whose cameras play a clip.

    python -m benchmarks.live --students 6 --seconds 60 --json benchmarks/results/live.json

The students are pages with profiles of their own in one Chromium, sharing one camera: a Chromium each would leave a
small machine nothing for the server that is measured. They join one after the other, a teacher's board is open all the
time, and the measured period begins ``WARM_UP_S`` after the last one's first reading. Chromium's own CPU is reported
apart. The clip is ``--clip``, by default a face of ``../shared/media``; without it the astronaut of scikit-image sways
gently. Everything stays on loopback, and what this starts it ends.
"""

import argparse
import json
import math
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import av
import numpy as np
import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import FPS, chromium_path, launch, moving, write_clip
from benchmarks.inference import cpu_name, webcam_frame
from benchmarks.server import ROOT, ServerProcess
from classroom.ui.addresses import JOIN, LIVE
from train.provenance import commit

WARM_UP_S = 5.0
JOIN_TIMEOUT_S = 90.0
MAX_STUDENTS, MAX_SECONDS = 60, 3600
CLIP = ROOT.parent / "shared" / "media" / "one-face-emotional.mp4"

# What is asked of six students: (key, "at least" or "at most", limit).
LIMITS = (
    ("analyses_per_s_min_student", "at least", 1.0),
    ("frame_to_store_p95_ms", "at most", 1500.0),
    ("button_to_first_reading_max_s", "at most", 8.0),
    ("server_and_engine_cpu_cores", "at most", 0.6),
)
_PACKAGES = ("streamlit", "streamlit-webrtc", "aiortc", "mediapipe", "ai-edge-litert", "numpy", "playwright")


@dataclass(frozen=True)
class Joined:
    """One student's way in: times in milliseconds since 1970."""

    student_id: int
    link_ms: int
    button_ms: int
    first_reading_ms: int  # when it was in the store


def measure(students: int, seconds: float, clip: Path | None) -> dict[str, float | int]:
    """Run one class and return its figures."""
    with tempfile.TemporaryDirectory(prefix="classpulse-live-", ignore_cleanup_errors=True) as folder:
        camera = write_clip(Path(folder) / "camera.y4m", _pictures(clip))
        server = ServerProcess(Path(folder) / "server", {"CLASSPULSE_MAX_STUDENTS": str(MAX_STUDENTS)})
        with sync_playwright() as playwright:
            server.start()
            browser = launch(playwright, camera)
            try:
                teacher, code = _open_class(browser, server)
                joined = [_join(browser, server, code, f"Student {number + 1}") for number in range(students)]
                teacher.wait_for_timeout(WARM_UP_S * 1000)
                usage = _use(server, teacher, seconds)
            finally:
                browser.close()
                server.stop()
        return usage | _pace(server, usage, joined) | _joining(joined)


def _pictures(clip: Path | None) -> Iterator[np.ndarray]:
    """(H, W, 3) uint8 BGR pictures for the fake camera."""
    if clip is None or not clip.exists():
        yield from moving(webcam_frame(320, 240))
        return
    next_s = 0.0
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            if (frame.time or 0.0) >= next_s:
                next_s += 1 / FPS
                yield frame.to_ndarray(format="bgr24")


def _open_class(browser: Browser, server: ServerProcess) -> tuple[Page, str]:
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(JOIN_TIMEOUT_S * 1000)
    page.goto(server.url + LIVE)
    page.fill("input[name=setup_key]", server.setup_key())
    page.fill("input[name=user_name]", "Teacher")
    page.fill("input[name=secret]", "benchmark only")
    page.click("button.main")
    page.get_by_label("Title").fill("Benchmark")
    page.get_by_role("button", name="Open the class").click()
    return page, page.locator(".big-code").inner_text().replace("-", "").strip()


def _join(browser: Browser, server: ServerProcess, code: str, name: str) -> Joined:
    page = browser.new_context(viewport={"width": 420, "height": 900}).new_page()
    page.set_default_timeout(JOIN_TIMEOUT_S * 1000)
    link_ms = _now_ms()
    page.goto(f"{server.url}{JOIN}?code={code}")
    page.fill("input[name=student_name]", name)
    button_ms = _now_ms()
    page.get_by_role("button", name="Share my camera").click()
    query = "select student_id, min(stored_ms) from readings join students on students.id = student_id where name = ?"
    until = time.monotonic() + JOIN_TIMEOUT_S
    while (row := server.rows(query, name)[0])[0] is None:
        if time.monotonic() > until:
            raise SystemExit(f"{name} had no reading within {JOIN_TIMEOUT_S:.0f} s of pressing the button")
        page.wait_for_timeout(100)
    return Joined(row[0], link_ms, button_ms, row[1])


def _use(server: ServerProcess, page: Page, seconds: float) -> dict[str, float | int]:
    """CPU and memory while the class goes on; ``from_ms`` and ``until_ms`` are the measured period."""
    engine_pid = server.engine_pid()
    if engine_pid is None:
        raise SystemExit("the engine is not running")
    processes = {"server": psutil.Process(server.pid), "engine": psutil.Process(engine_pid)}
    chromium = [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name()]
    before = {name: _cpu_s(process) for name, process in processes.items()}
    before_chromium = sum(map(_cpu_s, chromium))
    began, from_ms, peak = time.monotonic(), _now_ms(), dict.fromkeys(processes, 0)
    while (left_s := began + seconds - time.monotonic()) > 0:
        page.wait_for_timeout(min(left_s, 1.0) * 1000)
        for name, process in processes.items():
            peak[name] = max(peak[name], process.memory_info().rss)
    took_s, until_ms = time.monotonic() - began, _now_ms()
    cores = {name: (_cpu_s(process) - before[name]) / took_s for name, process in processes.items()}
    return {
        "from_ms": from_ms,
        "until_ms": until_ms,
        "measured_s": round(took_s, 2),
        "server_cpu_cores": round(cores["server"], 3),
        "engine_cpu_cores": round(cores["engine"], 3),
        "server_and_engine_cpu_cores": round(sum(cores.values()), 3),
        "server_peak_rss_mb": round(peak["server"] / 1e6, 1),
        "engine_peak_rss_mb": round(peak["engine"] / 1e6, 1),
        "chromium_cpu_cores": round((sum(map(_cpu_s, chromium)) - before_chromium) / took_s, 3),
    }


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def _pace(server: ServerProcess, usage: dict, joined: list[Joined]) -> dict[str, float | int]:
    """Analyses of the measured period, from the rows that the class left."""
    query = "select student_id, at_ms, stored_ms, reason is null from readings where at_ms between ? and ?"
    rows = np.array(server.rows(query, usage["from_ms"], usage["until_ms"]), np.int64).reshape(-1, 4)
    each = np.array([np.sum(rows[:, 0] == student.student_id) for student in joined]) / usage["measured_s"]
    waits_ms = rows[:, 2] - rows[:, 1]
    p50, p95 = np.percentile(waits_ms, [50, 95]) if len(rows) else (math.inf, math.inf)
    return {
        "analyses": len(rows),
        "usable_share": round(float(rows[:, 3].mean()), 4) if len(rows) else 0.0,
        "analyses_per_s_min_student": round(float(each.min()), 3),
        "analyses_per_s_mean_student": round(float(each.mean()), 3),
        "frame_to_store_p50_ms": round(float(p50), 1),
        "frame_to_store_p95_ms": round(float(p95), 1),
    }


def _joining(joined: list[Joined]) -> dict[str, float]:
    link_s = [(each.first_reading_ms - each.link_ms) / 1000 for each in joined]
    button_s = [(each.first_reading_ms - each.button_ms) / 1000 for each in joined]
    return {
        "link_to_first_reading_p50_s": round(float(np.median(link_s)), 2),
        "link_to_first_reading_max_s": round(max(link_s), 2),
        "button_to_first_reading_p50_s": round(float(np.median(button_s)), 2),
        "button_to_first_reading_max_s": round(max(button_s), 2),
    }


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def machine() -> dict[str, object]:
    """Where and with what the figures were made."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "load_average_1_min_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit(),
        "date_utc": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    } | {f"version_{name}": version(name) for name in _PACKAGES}


def show(figures: dict[str, object]) -> None:
    """Print the figures, the asked limits beside those that have one."""
    limits = {key: (word, limit) for key, word, limit in LIMITS}
    for key, value in figures.items():
        line = f"{key:34}{value:>16}" if isinstance(value, int | float) else f"{key:34}  {value}"
        if key in limits:
            word, limit = limits[key]
            met = value >= limit if word == "at least" else value <= limit
            line += f"   {word} {limit:g}: {'met' if met else 'MISSED'}"
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=6, help=f"1 to {MAX_STUDENTS}")
    parser.add_argument("--seconds", type=float, default=60.0, help=f"length of the measured period, to {MAX_SECONDS}")
    parser.add_argument("--clip", type=Path, default=CLIP, help="what all cameras show")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    if not 1 <= given.students <= MAX_STUDENTS or not 5 <= given.seconds <= MAX_SECONDS:
        parser.error(f"ask for 1 to {MAX_STUDENTS} students and 5 to {MAX_SECONDS} seconds")
    if chromium_path() is None:
        parser.error("needs Chromium: `apt-get install chromium`, or any Chrome or Chromium on the PATH")
    about = machine()
    clip = given.clip.name if given.clip.exists() else "the astronaut of scikit-image"
    figures = {"students": given.students, "clip": clip} | measure(given.students, given.seconds, given.clip)
    figures = {key: value for key, value in figures.items() if key not in ("from_ms", "until_ms")} | about
    show(figures)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
