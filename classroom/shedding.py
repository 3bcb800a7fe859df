"""What a machine that cannot keep up gives up, always in the same order, and what it says then.

First faces are read less often: every 0.5 s, then every second, then every two. Then no new cameras are taken; those
that are in stay, and joining without a camera stays open. It comes back step by step as there is room again.
"""

from dataclasses import dataclass

PACES_S = (0.5, 1.0, 2.0)
FASTEST_S, SLOWEST_S = PACES_S[0], PACES_S[-1]
# A step is judged by itself: by what was measured since it was taken. Back goes slower than forth, or it would swing.
STEP_S, BACK_S = 5.0, 10.0
# Of the engine's time. A step back doubles its work, so there must be room for that.
BUSY, ROOM_FOR_TWICE, ROOM = 0.7, 0.33, 0.55
# Mean lateness of the event loop, in seconds.
LATE_S, IN_TIME_S = 0.25, 0.1

NO_MORE_CAMERAS = (
    "The school's machine is at its limit and takes no more cameras now. Join without a camera, or try again in a few"
    " minutes."
)


@dataclass(frozen=True)
class Load:
    """What was measured in the last ``STEP_S``.

    Attributes:
        busy: share of the time in which the engine worked.
        late_s: mean lateness of the event loop.
    """

    busy: float
    late_s: float

    @property
    def is_too_much(self) -> bool:
        return self.busy > BUSY or self.late_s > LATE_S


class Shedding:
    """The step that this machine is on. Not thread-safe: the ticker owns it, others read."""

    def __init__(self, fastest_s: float = FASTEST_S) -> None:
        """
        Args:
            fastest_s: one of ``PACES_S``; it is never read more often than that.
        """
        self._paces_s = PACES_S[PACES_S.index(fastest_s) :]
        self._step = 0
        self._since_s = 0.0  # when the step was taken, monotonic
        self._room_since_s: float | None = None

    @property
    def interval_s(self) -> float:
        """Seconds between two readings of one student."""
        return self._paces_s[min(self._step, len(self._paces_s) - 1)]

    @property
    def is_slowed(self) -> bool:
        return self._step > 0

    @property
    def refuses_cameras(self) -> bool:
        return self._step == len(self._paces_s)

    @property
    def sentence(self) -> str:
        """What the teacher has to know; empty while nothing is given up."""
        if not self.is_slowed:
            return ""
        pace = f"each face is read every {self.interval_s:g} s"
        if self.refuses_cameras:
            return f"The machine is at its limit: {pace}, and new cameras are refused. Joining without one works."
        return f"The machine is busy: {pace} now."

    def judge(self, load: Load, now_s: float) -> bool:
        """Take a step, or none. Gives whether one was taken."""
        if load.is_too_much:
            self._room_since_s = None
            if now_s - self._since_s >= STEP_S and not self.refuses_cameras:
                return self._take(self._step + 1, now_s)
            return False
        if not self._has_room(load):
            self._room_since_s = None
        elif self._room_since_s is None:
            self._room_since_s = now_s
        elif self._step and now_s - max(self._room_since_s, self._since_s) >= BACK_S:
            return self._take(self._step - 1, now_s)
        return False

    def _has_room(self, load: Load) -> bool:
        """Whether the step before this one would be borne."""
        return load.late_s < IN_TIME_S and load.busy < (ROOM if self.refuses_cameras else ROOM_FOR_TWICE)

    def _take(self, step: int, now_s: float) -> bool:
        self._step, self._since_s, self._room_since_s = step, now_s, None
        return True
