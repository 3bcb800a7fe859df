"""What arrives at the UDP ports of a connection before anything is known of its sender.

Each connection waits at ports that anybody in the network can send to. aiortc takes three kinds of packets for errors
of its own: an empty one and one larger than a network carries end the video of whoever the port belongs to, and STUN
values of a wrong length leave a traceback each. Here they are dropped; everything else has to be proved further in.
"""

import contextlib
import struct

from aioice import ice
from aioice.ice import StunProtocol

# Ethernet carries no more, and libsrtp is given room for no more.
MOST_BYTES = 1_500


class GuardedPort(StunProtocol):
    """One UDP port of a connection."""

    def datagram_received(self, data: bytes, addr: tuple) -> None:
        if 0 < len(data) <= MOST_BYTES:
            with contextlib.suppress(struct.error):  # STUN that is none
                super().datagram_received(data, addr)


def install() -> None:
    """Have aioice open guarded ports."""
    ice.StunProtocol = GuardedPort
