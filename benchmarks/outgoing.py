"""Who asks whom outside, while faces are read, files are analysed and pages are shown: nobody, as long as it is ours.

    python -m benchmarks.outgoing --reference-python ../reference/bin/python --json benchmarks/results/outgoing.json

Each case runs for three minutes (``--seconds``) in a network without a way out that is watched
(``benchmarks.watched_network``), all at the same time. Two of them are not ours and show that the watch sees what it
should: Streamlit with its usage statistics on, and, with ``--reference-python``, MediaPipe's own library. Needs Linux
and Chromium.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.inference import cannot_write, machine
from benchmarks.watched_network import cannot_watch, start_watched, what_was_asked

MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"
CLIP = "one-face-emotional.mp4"
SECONDS = 180
PATIENCE_S = 240  # to start beside the others, and to end


def faces(seconds: float) -> None:
    """A face reader and one for pictures of many, once a second."""
    from benchmarks.inference import webcam_frame
    from fer_model.crowd_reader import CrowdReader
    from fer_model.reader import FaceReader

    reader, pictures, frame = FaceReader.open(), CrowdReader.open(), webcam_frame(320, 240)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert reader.read(frame).faces_seen == 1
        assert len(pictures.read(frame)) == 1
        time.sleep(1)


def analyse(seconds: float) -> None:
    """``python -m classroom.analyse`` with a recording that is longer than the time."""
    from benchmarks.made_recordings import long_recording

    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "long.mp4"
        long_recording(recording, MEDIA / CLIP, 60 * seconds)
        command = [sys.executable, "-m", "classroom.analyse", str(recording), "--out", folder]
        # Idle: beside it a class is watched, which is to be as quick as ever.
        running = subprocess.Popen(["nice", "-n", "19", *command])
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.terminate()
            running.wait()
        else:
            raise SystemExit(f"it ended by itself, with {running.returncode}, and was not watched for {seconds} s")


def pages(seconds: float) -> None:
    """A server, its pages in Chromium, and the board of the demo class until the time is over."""
    from benchmarks.browser import ASKS_FOR_NO_NAMES
    from benchmarks.server import ServerProcess

    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder) / "server").start()
        try:
            urls = [server.url + path for path in ("", "/Join", "/Model", "/Live_class?demo=1")]
            asked = _look_at(urls, seconds, flags=[ASKS_FOR_NO_NAMES]) - {urlsplit(server.url).netloc, ""}
            if asked:
                raise SystemExit(f"the pages ask for {', '.join(sorted(asked))}")
        finally:
            server.stop()


def statistics(seconds: float) -> None:
    """Not ours: an empty page of Streamlit's, with the usage statistics that it has unless they are switched off."""
    from benchmarks.server import free_port

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.py").write_text("import streamlit as st\nst.write('hello')\n")
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", "page.py", "--server.port", str(port)]
        running = subprocess.Popen([*command, "--server.headless", "true"], cwd=folder)
        try:
            _look_at([f"http://localhost:{port}"], seconds)
        finally:
            running.terminate()
            running.wait()


def mediapipe(seconds: float) -> None:
    """Not ours: MediaPipe's own face detector."""
    import numpy as np

    from benchmarks.mediapipe_detector import MediaPipeDetector
    from fer_model.model_files import SHORT_RANGE, model_file

    detector, until = MediaPipeDetector(model_file(SHORT_RANGE)), time.monotonic() + seconds
    while time.monotonic() < until:
        detector.detect(np.zeros((240, 320, 3), np.uint8))
        time.sleep(1)
    detector.close()


CASES: dict[str, Callable[[float], None]] = {
    each.__name__: each for each in (faces, analyse, pages, statistics, mediapipe)
}
OURS = ("faces", "analyse", "pages")


def command(case: str, seconds: float, python: str = sys.executable) -> list[str]:
    """What runs a case, for ``start_watched``."""
    return [python, "-m", "benchmarks.outgoing", "--case", case, "--seconds", str(seconds)]


def _look_at(urls: list[str], seconds: float, flags: Sequence[str] = ()) -> set[str]:
    """Opens each page in Chromium, and stays at the last one. Gives the hosts that all of them asked for."""
    from playwright.sync_api import Error, sync_playwright

    from benchmarks.browser import launch

    hosts: set[str] = set()
    with sync_playwright() as playwright:
        browser = launch(playwright, flags=flags)
        page = browser.new_page()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.on("websocket", lambda opened: hosts.add(urlsplit(opened.url).netloc))
        for url in urls:
            for _ in range(60):  # the server may still be starting
                try:
                    page.goto(url)
                    break
                except Error:
                    time.sleep(1)
            page.locator("[data-testid=stApp]").wait_for(timeout=60_000)
            page.wait_for_timeout(3_000)
        page.wait_for_timeout(seconds * 1000)
        browser.close()
    return hosts


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each case ({SECONDS})")
    parser.add_argument("--reference-python", help="a Python that has requirements-reference.txt, for MediaPipe")
    parser.add_argument("--case", choices=CASES, help="run this one here, not watched")
    parser.add_argument("--json", type=Path, help="where to write the result")
    given = parser.parse_args(argv)
    if given.case:
        CASES[given.case](given.seconds)
        return 0
    if reason := cannot_watch():
        parser.error(reason)
    if given.json and (reason := cannot_write(given.json)):
        parser.error(f"{given.json} cannot be written: {reason}")
    result: dict[str, object] = {"seconds": given.seconds}
    with tempfile.TemporaryDirectory() as folder:
        pythons = {name: sys.executable for name in (*OURS, "statistics")}
        if given.reference_python:
            pythons["mediapipe"] = str(Path(given.reference_python).absolute())
        files = {case: Path(folder) / f"{case}.json" for case in pythons}
        running = {case: start_watched(command(case, given.seconds, pythons[case]), files[case]) for case in pythons}
        for case, process in running.items():
            seen = what_was_asked(process, files[case], given.seconds + PATIENCE_S)
            if seen.returncode:
                raise SystemExit(f"{case} ended with {seen.returncode}:\n{seen.output[-3000:]}")
            result[case] = list(seen.asked)
            print(f"{case:12}{'; '.join(seen.asked) or 'nobody'}")
    if given.json:
        given.json.write_text(json.dumps(result | machine("streamlit", "ai-edge-litert"), indent=2) + "\n", "utf-8")
    return int(any(result[case] for case in OURS))


if __name__ == "__main__":
    sys.exit(main())
