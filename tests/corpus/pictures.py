"""Hostile pictures, made by code from a seed: no file of anybody is kept here.

Whatever breaks something once gets an entry in ``hostile`` and stays there.
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image

KINDS = ("JPEG", "PNG", "WEBP")


def encoded(picture_rgb: np.ndarray, kind: str) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture_rgb).save(out, kind)
    return out.getvalue()


def png(width: int, height: int, *, chunks: tuple[tuple[bytes, bytes], ...] = (), data: bytes = b"") -> bytes:
    """A PNG that says this size, whatever its data holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = [(b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in body)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content) & 0xFFFFFFFF
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def hostile(picture_rgb: np.ndarray) -> dict[str, bytes]:
    """Files that are each made for one way to break a decoder, by what they try."""
    jpeg, plain_png, webp = (encoded(picture_rgb, kind) for kind in KINDS)
    size = struct.pack(">HH", 65_000, 65_000)
    frame_at = jpeg.index(b"\xff\xc0") + 5
    webp_at = webp.index(b"\x9d\x01\x2a") + 3 if b"\x9d\x01\x2a" in webp else None
    files = {
        "a PNG of zeros that unpacks to a thousand times its size": png(
            5000, 4900, data=zlib.compress(bytes(73_515_000))
        ),
        "a PNG with the largest size there is and no data": png(0x7FFFFFFF, 0x7FFFFFFF),
        "a PNG of nothing": png(0, 0, data=zlib.compress(b"")),
        "a PNG that ends in the middle of its data": png(100, 100, data=zlib.compress(bytes(30_100))[:-8]),
        "a PNG with a second header of another size": png(
            16,
            16,
            chunks=((b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)),),
            data=zlib.compress(bytes(784)),
        ),
        "a PNG with a comment that unpacks to 100 MB": png(
            16,
            16,
            chunks=((b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000))),),
            data=zlib.compress(bytes(784)),
        ),
        "a PNG with a colour profile that unpacks to 100 MB": png(
            16, 16, chunks=((b"iCCP", b"x\0\0" + zlib.compress(bytes(100_000_000))),), data=zlib.compress(bytes(784))
        ),
        "a JPEG that says 65000 x 65000": jpeg[:frame_at] + size + jpeg[frame_at + 4 :],
        "a JPEG of no height": jpeg[:frame_at] + b"\0\0" + jpeg[frame_at + 2 :],
        "a JPEG with two frames": jpeg[: frame_at - 5] + jpeg[frame_at - 5 : frame_at + 12] * 2 + jpeg[frame_at + 12 :],
        "a JPEG with a page of a web site behind it": jpeg + b"<html><script>alert(1)</script></html>",
        "a web page that begins like a GIF": b"GIF89a<script>alert(1)</script>",
        "a ZIP behind a PNG": plain_png + b"PK\x03\x04" + bytes(200) + b"PK\x05\x06" + bytes(18),
        "a PNG that is called JPEG inside": jpeg[:20] + plain_png,
        "an SVG with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "a PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF",
        "a text file with a picture's first bytes": b"\xff\xd8\xff\xe0" + b"Dear diary, " * 1000,
    }
    if webp_at:
        files["a WebP that says 16383 x 16383"] = webp[:webp_at] + b"\xff\x3f\xff\x3f" + webp[webp_at + 4 :]
    return files
