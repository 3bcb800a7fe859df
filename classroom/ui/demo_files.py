"""The files of the demo are for everybody, and each takes work: one at a time, made once for a while, all in UTC."""

import time
from datetime import UTC

from classroom.class_files import class_file
from classroom.errors import NotAllowed
from classroom.records import ClassInfo
from classroom.server import ClassServer
from classroom.ui.few_threads import FewThreads

KEPT_S = 30.0
_FULL = "Many want the demo's files at this moment. Try again in a few minutes."
_one_at_a_time = FewThreads("demo-file", 1, most_waiting=10, full=_FULL)
_kept: dict[tuple[int, str, bool], tuple[float, bytes]] = {}


async def demo_file(server: ClassServer, info: ClassInfo, name: str, with_names: bool) -> bytes:
    """As ``class_file``.

    Raises:
        NotAllowed: too many wait for theirs, or a class needs the machine.
    """
    if server.audience.is_paused:
        raise NotAllowed(_FULL)
    return await _one_at_a_time.run(lambda: _made(server, info, name, with_names))


def _made(server: ClassServer, info: ClassInfo, name: str, with_names: bool) -> bytes:
    """In the one thread, so nothing is made twice at once."""
    now_s, key = time.monotonic(), (info.id, name, with_names)
    for old in [each for each, (made_s, _) in _kept.items() if now_s - made_s > KEPT_S]:
        del _kept[old]
    if key not in _kept:
        _kept[key] = now_s, class_file(server.store, info, name, server.settings.window_s, UTC, with_names)
    return _kept[key][1]
