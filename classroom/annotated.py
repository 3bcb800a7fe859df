"""A picture with a frame around every face and a label at it: number, expression shown, confidence."""

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from classroom.colours import COLOURS, UNKNOWN
from classroom.percent import percent
from fer_model.crowd import Crowd
from fer_model.labels import EMOTIONS

_LIGHT, _DARK = "#FFFFFF", "#111820"
Box = tuple[float, float, float, float]


def annotated(frame_bgr: np.ndarray, crowd: Crowd) -> bytes:
    """JPEG of the (H, W, 3) uint8 picture; faces are numbered from 1 in their order, boxes are in its pixels.

    Where a label finds no free place, the number alone stands at the face: the table beside says the rest.
    """
    picture = Image.fromarray(cv2.cvtColor(frame_bgr, cv2.COLOR_BGR2RGB))
    draw = ImageDraw.Draw(picture)
    longest = max(picture.size)
    line = max(round(longest / 480), 2)
    font = ImageFont.load_default(size=max(longest / 64, 11))
    boxes: list[Box] = [tuple(box) for box in crowd.faces.boxes_xyxy.tolist()]
    for box, reason, colour in zip(boxes, crowd.reasons, map(_colour, crowd.probs, crowd.reasons), strict=True):
        draw.rectangle(box, outline=_DARK, width=line + 2)
        draw.rectangle(box, outline=colour, width=line if reason is None else max(line // 2, 1))
    taken: list[Box] = []
    for number, box in enumerate(boxes):
        reason, probs = crowd.reasons[number], crowd.probs[number]
        others = taken + [other for other in boxes if other is not box]
        words = f"{number + 1} {label_words(probs, reason)}"
        place = _free_place(draw, words, font, box, picture.size, others)
        if place is None:
            words = str(number + 1)
            place = _places(draw, words, font, box, picture.size)[0]
        colour = _colour(probs, reason)
        draw.rectangle(place, fill=colour)
        draw.text((place[0] + _PAD, place[1] + _PAD / 2), words, fill=_readable_on(colour), font=font)
        taken.append(place)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def label_words(probs: np.ndarray, reason: str | None) -> str:
    """Expression shown and confidence of a face, or why it has none."""
    return str(reason) if reason else f"{EMOTIONS[int(probs.argmax())]} {percent(probs.max())}"


_PAD = 4  # pixels around a label's words


def _colour(probs: np.ndarray, reason: str | None) -> str:
    return UNKNOWN if reason else COLOURS[EMOTIONS[int(probs.argmax())]]


def _places(draw: ImageDraw.ImageDraw, words: str, font, box: Box, size: tuple[int, int]) -> list[Box]:
    """Where a label may stand, the best place first: above its face, below it, inside it; never out of the picture."""
    left, top, right, bottom = draw.textbbox((0, 0), words, font=font)
    width, height = right + 2 * _PAD, bottom + 1.5 * _PAD
    places = []
    for x in (box[0], box[2] - width):
        for y in (box[1] - height, box[3], box[1], box[3] - height):
            x_in = min(max(x, 0), max(size[0] - width, 0))
            y_in = min(max(y, 0), max(size[1] - height, 0))
            places.append((x_in, y_in, x_in + width, y_in + height))
    return places


def _free_place(
    draw: ImageDraw.ImageDraw, words: str, font, box: Box, size: tuple[int, int], taken: list[Box]
) -> Box | None:
    """The first place that covers neither another label nor another face."""
    for place in _places(draw, words, font, box, size):
        if not any(_overlap(place, other) for other in taken):
            return place
    return None


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _readable_on(colour: str) -> str:
    """Dark or light text, whichever stands out more (relative luminance of WCAG 2)."""
    red, green, blue = (((int(colour[i : i + 2], 16) / 255 + 0.055) / 1.055) ** 2.4 for i in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return _DARK if luminance > 0.18 else _LIGHT
