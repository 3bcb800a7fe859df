"""A name and a face that nobody else has, and a search that finds them in whatever form they were kept.

The face carries a code: dark and bright bars side by side, over the upper edge of the picture and again over the
forehead, so that a crop of the face has it, too. In the rows of a raw picture (grey, YUV or BGR, eight bits) of any size
the bars are runs of dark and bright numbers in the same proportions, at the same distance in one row after the other;
that is what the search looks for. Encoded pictures are decoded first, wherever in a file they begin, also as base64, and
zip files are unpacked. Video is not looked into: that there is any is told.
"""

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

NAME = "Quokkabert Zylinderhut"
# Widths of the bars, bright and dark in turn. The first and the last may go on into what lies beside them. The wide ones
# are bright: files have long runs of zeros, and hardly any of bright numbers that are alike.
_BARS = (2, 1, 3, 1, 2, 1, 4, 1, 3)
_DARK, _BRIGHT = 16, 235
_TOLERANCE = 0.4  # of the thinnest bar: cameras and encoders blur
_ROWS = 3  # that show the bars, one after the other: two equal steps from row to row
_LONGEST_ROW = 80  # in units of the thinnest bar: the picture is at most so much wider than the forehead
_ALIKE = 80  # how far apart the numbers in the wide bars may be
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8")
_VIDEOS = (b"DKIF", b"\x1aE\xdf\xa3", b"ftyp")


def with_code(picture_bgr: np.ndarray, forehead_xyxy: tuple[int, int, int, int]) -> np.ndarray:
    """The picture with the code over its upper edge and over the forehead; what lies between stays as it is."""
    marked = picture_bgr.copy()
    height, width = marked.shape[:2]
    for left, top, right, bottom in ((0, 0, width, height // 10), forehead_xyxy):
        edges = np.rint(left + np.cumsum((0, *_BARS)) / sum(_BARS) * (right - left)).astype(int)
        for number, (begin, end) in enumerate(zip(edges, edges[1:], strict=False)):
            marked[top:bottom, begin:end] = _DARK if number % 2 else _BRIGHT
    return marked


def name_in(content: bytes) -> bool:
    """Whether the name stands in these bytes: as text of any case, in UTF-8 or UTF-16, in an address or as base64."""
    low = content.lower()
    spellings = {
        *(NAME.lower().encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be")),
        quote(NAME).lower().encode(),
        NAME.lower().replace(" ", "+").encode(),
    }
    return any(spelling in low for spelling in spellings) or any(_base64(shift) in content for shift in range(3))


def face_in(content: bytes) -> bool:
    """Whether the code stands in these bytes: raw, in an encoded picture, or in a zip file."""
    rows = (np.frombuffer(content, np.uint8), *_pictures(content))
    mirrored = (each.reshape(-1)[::-1] for each in rows)  # as people see themselves
    return any(map(_has_bars, (*rows, *mirrored))) or any(face_in(member) for member in unzipped(content))


def has_video(content: bytes) -> bool:
    """Whether the bytes begin as a video does."""
    return any(mark in content[:16] for mark in _VIDEOS)


def unzipped(content: bytes) -> list[bytes]:
    """The files in a zip file, nothing for anything else."""
    if not content.startswith(b"PK\x03\x04"):
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def files_in(*folders: Path) -> dict[str, bytes]:
    """Every file under these folders, by its path."""
    return {str(path): path.read_bytes() for each in folders for path in sorted(each.rglob("*")) if path.is_file()}


def _base64(shift: int) -> bytes:
    """What the base64 of a text with the name has in it when the name begins ``shift`` bytes into a group of three."""
    encoded = base64.b64encode(b"\0" * shift + NAME.encode())
    return encoded[(0, 2, 3)[shift] : -4]


def _has_bars(numbers: np.ndarray) -> bool:
    """Whether runs of dark and bright numbers have the proportions of the bars in some rows.

    Args:
        numbers: uint8, read row by row.
    """
    flat = np.ascontiguousarray(numbers).reshape(-1)
    bright = flat > (_DARK + _BRIGHT) // 2
    edges = np.flatnonzero(bright[1:] != bright[:-1]) + 1
    wanted = np.array(_BARS[1:-1], float)
    if len(edges) <= len(wanted):
        return False
    runs = np.lib.stride_tricks.sliding_window_view(np.diff(edges), len(wanted))
    unit = runs.sum(axis=1) / wanted.sum()
    close = np.abs(runs - unit[:, None] * wanted) <= np.maximum(_TOLERANCE * unit, 1.0)[:, None]
    at = np.flatnonzero(close.all(axis=1) & (unit >= 1.5) & ~bright[edges[: len(runs)]])
    at = np.array([each for each in at if _is_even(flat, edges[each : each + len(wanted) + 1])], int)
    if len(at) < _ROWS:
        return False
    steps, unit = np.diff(edges[at]), unit[at[:-1]]
    in_a_row = (np.abs(np.diff(steps)) <= 2 * unit[1:]) & (steps[1:] <= _LONGEST_ROW * unit[1:])
    return bool(in_a_row.any())


def _is_even(flat: np.ndarray, edges: np.ndarray) -> bool:
    """Whether the numbers of all wide bars between these edges are alike."""
    bars = [flat[begin + 1 : end - 1] for begin, end in zip(edges[1:-1:2], edges[2::2], strict=True)]
    return int(np.concatenate(bars).max()) - int(np.concatenate(bars).min()) <= _ALIKE if all(map(len, bars)) else False


def _pictures(content: bytes) -> Iterator[np.ndarray]:
    """One channel of every encoded picture that begins in these bytes or, as base64, in their text."""
    for mark in _PICTURES:
        for at in _places(content, mark):
            yield from _decoded(content[at:])
        for at in _places(content, base64.b64encode(mark)[:4]):
            text = content[at:]
            end = next((place for place, sign in enumerate(text) if sign not in _BASE64), len(text))
            yield from _decoded(base64.b64decode(text[: end // 4 * 4]))


_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def _places(content: bytes, mark: bytes) -> Iterator[int]:
    at = content.find(mark)
    while at >= 0:
        yield at
        at = content.find(mark, at + 1)


def _decoded(content: bytes) -> Iterator[np.ndarray]:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    if picture is not None:
        yield picture
