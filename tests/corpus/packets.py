"""What may arrive at a UDP port that waits for a camera, made by code.

Whatever breaks something once gets an entry in ``hostile`` and stays there.
"""

import random
import struct
import zlib
from collections.abc import Iterator

_COOKIE = 0x2112A442
_BINDING, _ANSWER, _ERROR = 0x0001, 0x0101, 0x0111
_USERNAME, _INTEGRITY, _ERROR_CODE, _ADDRESS, _PRIORITY, _FINGERPRINT = 0x0006, 0x0008, 0x0009, 0x0020, 0x0024, 0x8028


def hostile() -> dict[str, bytes]:
    """Packets that are each made for one way to break a receiver, by what they try."""
    hello = b"\x01\x00\x00\x20" + bytes(8) + b"\xfe\xfd" + bytes(18)
    return {
        "nothing": b"",
        "a zero": b"\0",
        "half a word": b"GE",
        "a request of the web": b"GET / HTTP/1.1\r\nHost: x.invalid\r\n\r\n",
        "the largest packet there is": bytes(65_507),
        "STUN: a priority of two bytes": _stun(_BINDING, (_PRIORITY, b"\0\0")),
        "STUN: a priority of no bytes": _stun(_BINDING, (_PRIORITY, b"")),
        "STUN: an address of one byte": _stun(_ANSWER, (_ADDRESS, b"\1")),
        "STUN: an error without a code": _stun(_ERROR, (_ERROR_CODE, b"\0")),
        "STUN: a name that is no text": _stun(_BINDING, (_USERNAME, b"\xff\xfe\xff")),
        "STUN: a value that is longer than the packet": _stun(_BINDING, (_USERNAME, b"ab"), says=60_000),
        "STUN: an unknown method": _stun(0x3EEF),
        "STUN: a request of nobody": _stun(_BINDING),
        "STUN: a request with a wrong proof": _stun(_BINDING, (_USERNAME, b"a:b"), (_INTEGRITY, bytes(20))),
        "STUN: a proof of one byte": _stun(_BINDING, (_USERNAME, b"a:b"), (_INTEGRITY, b"x")),
        "STUN: a checksum of one byte": _stun(_BINDING, (_FINGERPRINT, b"x")),
        "STUN: a wrong checksum": _stun(_BINDING, (_FINGERPRINT, struct.pack(">I", zlib.crc32(b"x")))),
        "STUN: an answer that nobody waits for": _stun(_ANSWER),
        "DTLS: a hello": _dtls(22, hello),
        "DTLS: half a hello": _dtls(22, hello[:9]),
        "DTLS: an alert that all is over": _dtls(21, b"\x02\x00"),
        "DTLS: a record that says more than it has": _dtls(23, b"x", says=60_000),
        "DTLS: a record of nothing": _dtls(23, b""),
        "RTP: a header alone": _rtp(b""),
        "RTP: half a header": _rtp(b"")[:7],
        "RTP: one byte": b"\x80",
        "RTP: an extension that is not there": b"\x90" + _rtp(b"")[1:],
        "RTP: fifteen sources that are not there": b"\x8f" + _rtp(b"")[1:],
        "RTP: a picture of nobody": _rtp(b"\x90\x80" + bytes(1_200)),
        "RTP: more than a network carries": _rtp(bytes(20_000)),
        "RTCP: two bytes": b"\x80\xc8",
        "RTCP: a report that says more than it has": b"\x9f\xc8\xff\xff" + bytes(24),
        "RTCP: a good-bye": b"\x81\xcb\x00\x01" + bytes(4),
    }


def junk(count: int, seed: int) -> Iterator[bytes]:
    """So many packets, always the same ones for a seed: those above, damaged ones of them, and noise."""
    seeded = random.Random(seed)
    made = [packet for packet in hostile().values() if len(packet) < 2_000]
    for _ in range(count):
        kind = seeded.random()
        if kind < 0.3:
            yield seeded.randbytes(seeded.choice((1, 2, 12, 20, 100, 1_400)))
        elif kind < 0.6:
            yield seeded.choice(made)
        else:
            packet = bytearray(seeded.choice(made) or b"\0")
            packet[seeded.randrange(len(packet))] = seeded.randrange(256)
            yield bytes(packet)


def _stun(kind: int, *values: tuple[int, bytes], says: int | None = None) -> bytes:
    body = b""
    for number, value in values:
        body += struct.pack(">HH", number, len(value) if says is None else says) + value + bytes(-len(value) % 4)
    return struct.pack(">HHI", kind, len(body), _COOKIE) + b"twelve bytes" + body


def _dtls(kind: int, body: bytes, says: int | None = None) -> bytes:
    return struct.pack(">BHHIHH", kind, 0xFEFD, 0, 0, 7, len(body) if says is None else says) + body


def _rtp(body: bytes) -> bytes:
    return struct.pack(">BBHII", 0x80, 97, 1, 2, 3) + body
