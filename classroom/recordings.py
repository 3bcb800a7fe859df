"""Frames of a recording, one every so often. Decodes what it must, converts what is asked for, keeps one at a time."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from classroom.errors import BadInput

ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
MAX_MEGAPIXELS = 25  # of a frame
LONGEST_S = 12 * 3600
_MOST_PIXELS = {"max_pixels": str(MAX_MEGAPIXELS * 1_000_000)}
# A playlist under the name of a video would have the decoder open other files, or addresses.
_ONLY = {"format_whitelist": "mov,mp4,matroska,webm,avi", "protocol_whitelist": "file"} | _MOST_PIXELS
# Each of a decoder's threads keeps pictures of its own, and each core has its own child.
_MOST_THREADS = 4
_TRY = "Try to play it; if that works, save it anew as MP4 (H.264)."


@dataclass(frozen=True)
class RecordingInfo:
    """What is known of a recording before it is read.

    Attributes:
        duration_s: as its header says; ``None`` where it does not, as in files that a browser recorded.
        recorded_ms: when, in milliseconds UTC: as the file says, else when it was last changed.
    """

    width_px: int
    height_px: int
    duration_s: float | None
    recorded_ms: int


@dataclass(frozen=True)
class Sample:
    """One frame: (H, W, 3) uint8 BGR at ``at_s`` seconds from the recording's start."""

    at_s: float
    frame_bgr: np.ndarray


def recording_info(path: Path) -> RecordingInfo:
    """Looks into the header, and decodes one frame to be sure. Raises ``BadInput``."""
    with _opened(path) as container:
        stream = _picture_stream(container, path)
        try:
            next(container.decode(stream))
        except (av.FFmpegError, StopIteration) as error:
            raise BadInput(f"{path.name} holds no picture that can be decoded. {_TRY}") from error
        duration_s = container.duration / av.time_base if container.duration else None
        if duration_s is not None and duration_s > LONGEST_S:
            raise BadInput(f"{path.name} is longer than {LONGEST_S // 3600} hours. Cut it into parts.")
        return RecordingInfo(stream.width, stream.height, duration_s, _recorded_ms(container, path))


def samples(path: Path, every_s: float, from_s: float = 0.0, until_s: float | None = None) -> Iterator[Sample]:
    """The first frame at or after each multiple of ``every_s`` in [from_s, until_s).

    A file that is damaged or cut off in the middle gives what comes before the damage.

    Raises:
        BadInput: no recording that can be read.
    """
    with _opened(path) as container:
        stream = _picture_stream(container, path)
        stream.thread_type, stream.thread_count = "AUTO", min(os.cpu_count() or 1, _MOST_THREADS)
        first_s = float(stream.start_time * stream.time_base) if stream.start_time else 0.0
        if from_s > 0:
            # To the key frame before; from there on all must be decoded.
            container.seek(int((first_s + from_s) / stream.time_base), stream=stream, backward=True)
        step = round(from_s / every_s)  # the next wanted time, counted in steps so that no error adds up
        for frame in _decoded(container, stream):
            at_s = frame.time - first_s
            if at_s >= (LONGEST_S if until_s is None else until_s) - 1e-6:
                return
            if at_s >= step * every_s - 1e-6:
                yield Sample(at_s, frame.to_ndarray(format="bgr24"))
                # Where frames are further apart than asked for, nothing is given twice.
                step = int((at_s + 1e-6) / every_s) + 1


def _recorded_ms(container, path: Path) -> int:
    try:
        at = datetime.fromisoformat(container.metadata["creation_time"])
    except (KeyError, ValueError):
        return int(path.stat().st_mtime * 1000)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _decoded(container, stream) -> Iterator[av.VideoFrame]:
    """Frames with a time, in their order, until the end or the first damage that stops the decoder."""
    last_s = -float("inf")
    try:
        for frame in container.decode(stream):
            if frame.time is not None and frame.time > last_s:
                last_s = frame.time
                yield frame
    except av.FFmpegError:
        return


def _opened(path: Path):
    if not path.is_file():
        raise BadInput(f"There is no file {path.name}.")
    if path.stat().st_size == 0:
        raise BadInput(f"{path.name} is empty.")
    try:
        # Cameras write titles in whatever encoding they like.
        return av.open(str(path), options=_ONLY, metadata_errors="replace")
    except av.FFmpegError as error:
        raise BadInput(f"{path.name} is not a recording, or it is damaged or cut off. {_TRY}") from error


def _picture_stream(container, path: Path):
    cover = av.stream.Disposition.attached_pic  # of a song: a stream of pictures as well
    pictures = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not pictures:
        raise BadInput(f"{path.name} has no picture, only sound or data. Choose the video of the class.")
    stream = pictures[0]
    if stream.codec_context is None:
        raise BadInput(f"{path.name} holds no picture that can be decoded. {_TRY}")
    if not stream.width * stream.height:
        raise BadInput(f"{path.name} does not say how large its pictures are: it is damaged. {_TRY}")
    if stream.width * stream.height > MAX_MEGAPIXELS * 1_000_000:
        raise BadInput(
            f"{path.name} has pictures of {stream.width}x{stream.height}, and at most {MAX_MEGAPIXELS} megapixels can "
            "be read. Make it smaller first."
        )
    stream.codec_context.options = _MOST_PIXELS  # they may grow in the middle of the file
    return stream
