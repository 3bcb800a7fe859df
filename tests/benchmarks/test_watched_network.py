import socket
import struct
import sys

import pytest

from benchmarks.watched_network import CARD, OWN, cannot_watch, line_of, start_watched, what_was_asked
from tests.fakes import lacking

IPV4, IPV6, TCP, UDP, ICMPV6 = 0x0800, 0x86DD, 6, 17, 58


def ipv4(to: str, kind: int, payload: bytes) -> bytes:
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, kind, 0)
    return head + socket.inet_aton(OWN) + socket.inet_aton(to) + payload


def ipv6(to: str, kind: int, payload: bytes) -> bytes:
    ends = socket.inet_pton(socket.AF_INET6, "2001:db8::1") + socket.inet_pton(socket.AF_INET6, to)
    return struct.pack("!IHBB", 6 << 28, len(payload), kind, 64) + ends + payload


def to_port(port: int, rest: bytes = b"") -> bytes:
    return struct.pack("!HHHH", 40000, port, 8 + len(rest), 0) + rest


QUESTION = bytes(12) + b"\x04play\x0agoogleapis\x03com\x00\x00\x01\x00\x01"


@pytest.mark.parametrize(
    ("interface", "protocol", "packet", "line"),
    [
        (CARD, IPV4, ipv4("8.8.8.8", TCP, to_port(443)), "sends to 8.8.8.8 port 443"),
        (CARD, IPV4, ipv4("8.8.8.8", 1, b"\x08\x00"), "sends to 8.8.8.8 protocol 1"),
        (CARD, IPV6, ipv6("2001:4860::8888", UDP, to_port(443)), "sends to 2001:4860::8888 port 443"),
        (CARD, IPV4, ipv4("10.1.1.1", UDP, to_port(53, QUESTION)), "asks for the name play.googleapis.com"),
        ("lo", IPV4, ipv4("127.0.0.53", UDP, to_port(53, QUESTION)), "asks for the name play.googleapis.com"),
        ("lo", IPV4, ipv4("127.0.0.1", TCP, to_port(8501)), None),
        (CARD, IPV4, ipv4(OWN, UDP, to_port(5000)), None),
        (CARD, IPV6, ipv6("ff02::1:ff00:2", ICMPV6, b"\x87\x00"), None),  # the kernel looks for a neighbour
        (CARD, 0x0806, b"who has 192.0.2.2", None),  # ARP
        (CARD, IPV4, b"\x45", None),
        (CARD, IPV4, ipv4("10.1.1.1", UDP, to_port(53, bytes(5))), "asks for the name ?"),
    ],
)
def test_a_packet_is_told_by_whom_it_asks(interface, protocol, packet, line):
    assert line_of(interface, protocol, packet) == line


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("print('quiet')", ()),
        ("import socket; socket.create_connection(('8.8.8.8', 443), timeout=0.5)", ("sends to 8.8.8.8 port 443",)),
        ("import socket; socket.getaddrinfo('school.example', 80)", ("asks for the name school.example",)),
        # A program that is not Python, in a child of a child.
        ("import subprocess; subprocess.run(['sh', '-c', 'getent hosts school.example'])", ("asks for the name school.example",)),
    ],
)  # fmt: skip
def test_whoever_asks_is_seen(tmp_path, code, asked):
    if reason := cannot_watch():
        lacking(reason)
    seen = what_was_asked(start_watched([sys.executable, "-c", code], tmp_path / "seen"), tmp_path / "seen", 60)
    assert seen.asked == asked


def test_a_watcher_that_saw_nothing_of_its_own_does_not_pass_for_a_clean_run(tmp_path):
    if reason := cannot_watch():
        lacking(reason)
    running = start_watched(["true"], tmp_path / "seen")
    running.wait(60)
    (tmp_path / "seen").write_text('{"returncode": 0, "asked": []}')
    with pytest.raises(RuntimeError, match="blind"):
        what_was_asked(running, tmp_path / "seen", 60)
