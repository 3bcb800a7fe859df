"""Whether a student's camera is being analysed, from what the server has received and read. Pure."""

from enum import StrEnum

from classroom.presence import STALE_MS


class Watched(StrEnum):
    """What the badge on a student's page says."""

    ANALYSED = "analysed"
    ARRIVES = "arrives"  # pictures come, and none of the last seconds was read
    NOT = "not"


def watched(now_ms: int, arrived_ms: int | None, read_ms: int | None) -> Watched:
    """What happens to the pictures of one student.

    Args:
        arrived_ms: when the newest one came; ``None``: none has, or what had come was dropped (a pause, the end).
        read_ms: when the newest one came that was read, ``None``: none was.
    """
    if arrived_ms is None or now_ms - arrived_ms > STALE_MS:
        return Watched.NOT
    return Watched.ANALYSED if read_ms is not None and now_ms - read_ms <= STALE_MS else Watched.ARRIVES
