"""A class beside strangers who watch the demo: what the class notices.

    python -m benchmarks.demo_crowd --students 25 --boards 100 --json benchmarks/results/demo_crowd.json

The class is that of ``benchmarks.live`` with aiortc peers, on a server of its own. Once all have joined, so many pages
of the demo are opened within ten seconds and stay open. Everything stays on this machine, and what this starts it ends.
"""

import argparse
import asyncio
import contextlib
import json
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import peer_class
from benchmarks.camera_clip import CLIP
from benchmarks.live import MAX_STUDENTS, machine, show
from benchmarks.server import ServerProcess
from benchmarks.streamlit_page import StreamlitPage
from classroom.ui.addresses import LIVE

MAX_BOARDS = 300
OPENED_WITHIN_S = 10.0

LIMITS = (
    ("analyses_per_s_min_student", "at least", 1.9),
    ("join_failures", "at most", 0),
    ("event_loop_late_p99_ms", "at most", 250.0),
)


class Crowd:
    """Strangers in a thread of their own. ``stop()`` closes their pages and may be called twice."""

    def __init__(self, server: ServerProcess, boards: int) -> None:
        self.shown = 0  # boards that ran again by themselves
        self.opened = 0
        self._server, self._boards = server, boards
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="crowd", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=60)

    async def _run(self) -> None:
        while not self._stop.is_set() and not self._server.one("select count(*) from readings"):
            await asyncio.sleep(0.5)
        watching: set[int] = set()
        pages: list[StreamlitPage] = []
        try:
            for number in range(self._boards):
                if self._stop.is_set():
                    break
                with contextlib.suppress(OSError, TimeoutError):
                    page = await StreamlitPage.open(self._server.url, LIVE, {}, "demo=1")
                    page.on_refresh = lambda _, number=number: watching.add(number)
                    pages.append(page)
                await asyncio.sleep(OPENED_WITHIN_S / self._boards)
            self.opened = len(pages)
            while not self._stop.is_set():
                await asyncio.sleep(0.5)
            self.shown = len(watching)
        finally:
            for page in pages:
                await page.close()


def measure(students: int, boards: int, seconds: float, clip: Path) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="classpulse-crowd-", ignore_cleanup_errors=True) as folder:
        server = ServerProcess(Path(folder) / "server", {"CLASSPULSE_MAX_STUDENTS": str(MAX_STUDENTS)})
        server.start()
        try:
            crowd = Crowd(server, boards)
            try:
                figures = peer_class.measure(server, students, 10.0, seconds, clip)
            finally:
                crowd.stop()
            return {"demo_pages_opened": crowd.opened, "demo_boards_shown": crowd.shown} | figures
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=25, help=f"1 to {MAX_STUDENTS}")
    parser.add_argument("--boards", type=int, default=100, help=f"0 to {MAX_BOARDS}")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the measured period, to 600")
    parser.add_argument("--clip", type=Path, default=CLIP, help="what all cameras show")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    given = parser.parse_args()
    if not 1 <= given.students <= MAX_STUDENTS or not 0 <= given.boards <= MAX_BOARDS or not 5 <= given.seconds <= 600:
        parser.error(f"ask for 1 to {MAX_STUDENTS} students, 0 to {MAX_BOARDS} boards, 5 to 600 seconds")
    figures: dict[str, object] = {"students": given.students, "demo_boards": given.boards} | machine()
    began_s = time.monotonic()
    figures |= measure(given.students, given.boards, given.seconds, given.clip)
    figures["took_s"] = round(time.monotonic() - began_s, 1)
    show(figures, LIMITS)
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
