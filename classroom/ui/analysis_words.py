"""What the page of pictures and recordings says, as HTML and sentences. Every text is escaped."""

import math
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from html import escape

import pandas as pd

from classroom.colours import COLOURS, UNKNOWN
from classroom.people import Person
from classroom.percent import percent
from classroom.picture_faces import PictureFaces
from classroom.recording_job import clock
from classroom.ui.words import spark
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading

MOST_POINTS = 60  # of a small line


def faces_html(faces: PictureFaces) -> str:
    """A row a face, numbered as in the picture."""
    rows = "".join(
        f"<tr><td>{number}</td><td>{_expression(reading)}</td><td>{_confidence(reading)}</td>"
        f"<td>{round(float(side))} px</td></tr>"
        for number, (reading, side) in enumerate(
            zip(faces.crowd.readings, faces.crowd.faces.sides.max(axis=1, initial=0), strict=True), start=1
        )
    )
    head = "".join(f"<th>{title}</th>" for title in ("Face", "Expression shown", "Confidence", "Size"))
    return f'<table class="faces"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def found_sentence(faces: PictureFaces) -> str:
    """How many faces a picture has, and how many of them could be read."""
    n, read = len(faces.crowd), sum(reading.usable for reading in faces.crowd.readings)
    if n == 0:
        return "No face was found in this picture. Faces need to be seen from the front and at least 20 pixels wide."
    if read == n:
        return f"{_faces(n)}, {'read' if n == 1 else 'all read'}."
    return f"{_faces(n)}, {read} of {n} read."


def all_pictures_html(pictures: Sequence[PictureFaces]) -> str:
    """What all pictures together show, with how many faces that rests on."""
    readings = [reading for picture in pictures for reading in picture.crowd.readings]
    counts = Counter(reading.emotion for reading in readings if reading.usable)
    chips = "".join(
        f'<span class="chip">{_dot(COLOURS[emotion])}{emotion} <b>{counts[emotion]}</b></span>' for emotion in EMOTIONS
    )
    not_read = len(readings) - counts.total()
    of_what = f'<span class="chip" style="opacity:.7">of {_faces(counts.total())} read</span>'
    rest = f'<span class="chip">{_dot(UNKNOWN)}not read <b>{not_read}</b></span>' if not_read else ""
    return f'<div class="counts">{chips}{of_what}{rest}</div>'


def person_html(person: Person, windows: pd.DataFrame) -> str:
    """Who somebody of a recording is: the face, how often it was looked at, and what it shows most.

    Args:
        windows: of this person, as ``mood.student_windows`` gives them, by ``window_ms``.
    """
    looks, read = int(windows["analyses"].sum()), int(windows["usable"].sum())
    counts = windows[list(EMOTIONS)].sum()
    shown = f'<span class="quiet">{_dot(UNKNOWN)}not known</span>'
    if read:
        most = str(counts.idxmax())
        shown = f"{_dot(COLOURS[most])}{most} <b>{int(counts[most])}</b> of {read}"
    valence = (windows["valence_sum"] / windows["usable"].where(windows["usable"] > 0)).tolist()
    line = spark(tuple(None if math.isnan(value) else value for value in valence[-MOST_POINTS:]))
    picture = f"data:image/jpeg;base64,{b64encode(person.thumbnail).decode()}" if person.thumbnail else ""
    face = f'<img class="face" alt="" src="{picture}">' if picture else '<span class="face"></span>'
    return (
        f'<div class="person">{face}<div><div class="shown">{shown}</div>'
        f'<div class="under">seen {clock(person.at_s[0])} to {clock(person.at_s[-1])} · read {read} of {looks} looks'
        f" ({read / looks:.0%})</div>{line}</div></div>"
    )


def picture_alt(name: str, faces: PictureFaces) -> str:
    """The picture in words, for who cannot see it."""
    return f"{name} with a frame around each face: {found_sentence(faces)}"


def _expression(reading: FaceReading) -> str:
    if not reading.usable:
        return f'<span class="quiet">{_dot(UNKNOWN)}{escape(str(reading.reason))}</span>'
    return f"{_dot(COLOURS[reading.emotion])}{reading.emotion}"


def _confidence(reading: FaceReading) -> str:
    return percent(reading.confidence) if reading.usable else "–"


def _faces(n: int) -> str:
    return f"{n} face" if n == 1 else f"{n} faces"


def _dot(colour: str) -> str:
    return f'<span class="dot" style="background:{colour}"></span>'
