"""What the attacks of ``benchmarks.attacks`` need to know of the server that they run against: one of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.server import ServerProcess


@dataclass(frozen=True)
class Target:
    """A server of this machine with a running class.

    Attributes:
        code: of the class, as every student has it.
        packets: what an attacker's camera shows, of ``camera_clip.encode``.
    """

    server: ServerProcess
    code: str
    packets: Sequence[bytes]

    @property
    def url(self) -> str:
        return self.server.url
