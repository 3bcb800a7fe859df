"""Files damaged by chance, from a seed: pictures, recordings and class lists alike."""

import random
import struct
from collections.abc import Callable, Iterator


def mutations(files: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """So many damaged copies of these files, always the same ones for a seed."""
    seeded = random.Random(seed)
    for _ in range(count):
        content = bytearray(seeded.choice(files))
        for _ in range(seeded.choice((1, 1, 2, 8))):
            seeded.choice(_DAMAGES)(content, seeded)
        yield bytes(content)


def _flip(content: bytearray, seeded: random.Random) -> None:
    if content:
        content[seeded.randrange(len(content))] ^= 1 << seeded.randrange(8)


def _header(content: bytearray, seeded: random.Random) -> None:
    """Where sizes, kinds of pixels and lengths stand."""
    if content:
        content[seeded.randrange(min(64, len(content)))] = seeded.choice(
            (0, 1, 0x7F, 0x80, 0xFF, seeded.randrange(256))
        )


def _cut(content: bytearray, seeded: random.Random) -> None:
    del content[seeded.randrange(len(content) + 1) :]


def _take_out(content: bytearray, seeded: random.Random) -> None:
    at = seeded.randrange(len(content) + 1)
    del content[at : at + seeded.randrange(1, 64)]


def _put_in(content: bytearray, seeded: random.Random) -> None:
    content[(at := seeded.randrange(len(content) + 1)) : at] = seeded.randbytes(seeded.randrange(1, 64))


def _repeat(content: bytearray, seeded: random.Random) -> None:
    at = seeded.randrange(len(content) + 1)
    content[at:at] = content[at : at + seeded.randrange(1, 256)]


def _number(content: bytearray, seeded: random.Random) -> None:
    """Four bytes become a number at the end of what fits."""
    at = seeded.randrange(max(len(content) - 4, 1))
    number = seeded.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
    content[at : at + 4] = struct.pack(seeded.choice("<>") + "I", number)


_DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(_flip, _flip, _header, _header, _cut, _take_out, _put_in, _repeat, _number),
)
