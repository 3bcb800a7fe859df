"""What happens to a student: the network, the page, the tab, the camera. The server is well all the time."""

import os
import signal
from collections.abc import Callable, Iterator

import psutil

from benchmarks.cut_network import OwnNetwork
from benchmarks.outage_class import Outage, OutageClass, Seen, must, now_ms

NETWORK_GONE_S = (8, 12, 35)
ASLEEP_S = 20


def network(lesson: OutageClass, own: OwnNetwork) -> Iterator[Seen]:
    for seconds in NETWORK_GONE_S:

        def pulled(seconds: int = seconds) -> Outage:
            began_ms = now_ms()
            own.pull()
            lesson.pause(seconds - 3)
            must(not own.reaches(lesson.server.port), "the server was reached")
            board = lesson.board_says()
            lesson.pause((began_ms + seconds * 1000 - now_ms()) / 1000)
            own.plug()
            return Outage("no connection opens", began_ms, now_ms(), board)

        yield lesson.suffers(f"network gone {seconds} s", pulled)


def page(lesson: OutageClass, own: OwnNetwork) -> Iterator[Seen]:
    def reloaded() -> Outage:
        before = lesson.student.evaluate("performance.timeOrigin")
        lesson.student.reload(wait_until="commit")
        at_ms = lesson.student.evaluate("performance.timeOrigin")
        must(at_ms > before, "the document is the old one")
        return Outage("a new document", round(at_ms), round(at_ms))

    yield lesson.suffers("reload", reloaded)

    pids = own.pids()
    renderers = [pid for pid in pids if "--type=renderer" in psutil.Process(pid).cmdline()]
    yield from asleep(lesson, "tab", renderers)
    yield from asleep(lesson, "browser", pids)


def asleep(lesson: OutageClass, what: str, pids: list[int], seconds: float = ASLEEP_S) -> Iterator[Seen]:
    """These processes stand still, as on a laptop that is shut."""

    def stopped() -> Outage:
        began_ms = now_ms()
        _tell(pids, signal.SIGSTOP)
        try:
            lesson.pause(seconds)
            stand = [psutil.Process(pid).status() == psutil.STATUS_STOPPED for pid in pids]
            must(pids and all(stand), "it went on")
            board = lesson.board_says()
        finally:
            _tell(pids, signal.SIGCONT)
        return Outage(f"{len(pids)} processes stood", began_ms, now_ms(), board)

    yield lesson.suffers(f"{what} asleep {seconds} s", stopped)


def camera(lesson: OutageClass, own: OwnNetwork) -> Iterator[Seen]:
    """What a browser does when a camera is pulled out. Its capture process may be killed for it, but often takes the
    whole of this Chromium along."""

    def unplugged() -> Outage:
        began_ms = now_ms()
        ended = lesson.student.locator(".mirror video").evaluate(
            "video => { const track = video.srcObject.getVideoTracks()[0]; track.stop();"
            " track.dispatchEvent(new Event('ended')); return track.readyState === 'ended'; }"
        )
        must(ended, "the camera goes on")
        lesson.student.get_by_text("unplugged or switched off").first.wait_for()
        lesson.pause(5)
        board = lesson.board_says()
        ended_ms = now_ms()
        lesson.student.get_by_role("button", name="Try again").click()
        return Outage("its track has ended", began_ms, ended_ms, board)

    yield lesson.suffers("camera unplugged", unplugged)


def _tell(pids: list[int], what: signal.Signals) -> None:
    for pid in pids:
        os.kill(pid, what)


RUNGS: dict[str, Callable[[OutageClass, OwnNetwork], Iterator[Seen]]] = {
    "network": network,
    "page": page,
    "camera": camera,
}
