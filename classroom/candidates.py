"""Which addresses a browser may name as its own (ICE candidates), and how many of them.

The server sends packets to every address that is named, and compares each with each. So there are few, and only such as
a browser of a visitor can have. A name in place of an address (mDNS, ``….local``: so browsers hide local addresses
until a page may use the camera) is left out: to resolve it the server would have to ask the whole network. Nothing is
lost: a browser in that network reaches the server, which learns the address from its first packet (RFC 8445, 7.3.1.3).
"""

import ipaddress
from dataclasses import dataclass

# A laptop with Wi-Fi, cable, a VPN and both kinds of addresses names about a dozen, with two relays twice as many.
MOST_CANDIDATES = 50
# Addresses that were not named but from which packets came: behind some routers each way has one of its own.
MOST_LEARNED = 20
KINDS = ("host", "srflx", "relay")
# Below these ports are services, which no browser and no router waits at (RFC 4787, REQ-3).
FIRST_PORT = 1024
_MOST_CHARACTERS = 400

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Named:
    """One candidate as it was named; ``priority`` and ``component`` as in RFC 8839."""

    component: int
    transport: str
    priority: int
    host: str
    port: int
    kind: str


def named(text: str) -> Named | None:
    """What an SDP attribute ``candidate:…`` names; ``None`` when it names nothing."""
    parts = text.split() if len(text) <= _MOST_CHARACTERS else []
    if len(parts) < 8 or parts[6] != "typ":
        return None
    try:
        return Named(int(parts[1]), parts[2], int(parts[3]), parts[4], int(parts[5]), parts[7])
    except ValueError:
        return None


def is_usable(candidate: Named, visitor: str) -> bool:
    """Whether a browser can have this candidate, and a packet to it can do no harm elsewhere.

    Args:
        visitor: the address that the page was asked for from, empty on the machine itself. Only from there loopback is
            an address of a browser's, and a link-local one only of somebody who came from such a one.
    """
    if candidate.component != 1 or candidate.transport.lower() != "udp" or candidate.kind not in KINDS:
        return False
    if not (FIRST_PORT <= candidate.port < 2**16 and 0 <= candidate.priority < 2**32):
        return False
    address = _address(candidate.host)
    if address is None:
        return False
    if address.is_loopback:
        return _is_loopback(visitor)
    if address.is_link_local:
        came_from = _address(visitor)
        return came_from is not None and came_from.is_link_local
    return not (address.is_multicast or address.is_unspecified or address.is_reserved or _is_this_network(address))


def _is_loopback(visitor: str) -> bool:
    came_from = _address(visitor)
    return not visitor or (came_from is not None and came_from.is_loopback)


def _is_this_network(address: _Address) -> bool:
    """0.0.0.0/8, which some systems take for themselves."""
    return address.version == 4 and address.packed[0] == 0


def _address(text: str) -> _Address | None:
    """An address as the system takes it: an IPv4 address that is written as an IPv6 one is an IPv4 address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
