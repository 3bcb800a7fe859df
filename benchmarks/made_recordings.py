"""Recordings whose truth is known: a gallery that is re-ordered, and a long one made of a short one."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from benchmarks.gallery import Gallery, Truth


def gallery_recording(
    path: Path, gallery: Gallery, seconds: float, fps: int, shuffles: int, seed: int = 0
) -> list[Truth]:
    """Writes a recording of the gallery, whose tiles are re-ordered ``shuffles`` times at equal distances.

    Returns:
        What each frame shows.
    """
    rng = np.random.default_rng(seed)
    frames = round(seconds * fps)
    at_shuffle = {round(frames * (i + 1) / (shuffles + 1)) for i in range(shuffles)}
    order, truths = np.arange(len(gallery.people)), []
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = gallery.width_px, gallery.height_px, "yuv420p"
        for number in range(frames):
            if number in at_shuffle:
                order = rng.permutation(order)
            picture, truth = gallery.frame(order, number)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
            truths.append(truth)
        container.mux(stream.encode(None))
    return truths


def long_recording(path: Path, clip: Path, seconds: float) -> float:
    """Writes the clip again and again, its packets as they are, until it is so long; returns the length in seconds."""
    with av.open(str(path), "w") as out:
        shift, target = 0, None
        while target is None or shift * target.time_base < seconds:
            with av.open(str(clip)) as source:
                stream = source.streams.video[0]
                if target is None:
                    target = out.add_stream_from_template(stream)
                end = shift
                for packet in source.demux(stream):
                    if packet.dts is None:
                        continue
                    duration = packet.duration or 0
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, target
                    packet.time_base = stream.time_base
                    end = max(end, packet.pts + duration)
                    out.mux(packet)
                shift = end
        return float(shift * stream.time_base)
