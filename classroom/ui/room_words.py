"""What a page says of a room camera, in words and as a plan of the seats. Every text is escaped."""

from html import escape

from classroom.colours import COLOURS, UNKNOWN
from classroom.room import PLAN_WIDTH, RoomView
from fer_model.reading import Reason

OLD_MS = 10_000  # between two looks, which are a second apart on a machine that has time


def room_sentence(view: RoomView, now_ms: int) -> str:
    """How many faces the last look found, how old it is, and how many seats are in view."""
    look = view.look
    if view.frame_ms is None and look is None:
        return "Connecting the camera to the class …"
    if look is None:
        return "The picture arrives. The first look for faces takes some seconds …"
    age_s = max(now_ms - look.at_ms, 0) / 1000
    age = f"{age_s:.0f} s ago" if age_s < 90 else f"{age_s / 60:.0f} min ago"
    width, height = view.size_px
    about = f"Last look {age}, picture {width} × {height}."
    if any(reading.face.reason is Reason.CAMERA_OFF for reading in look.readings):
        return f"The picture is black: look at the camera's switch or cover. {about}"
    if not look.faces:
        return f"No face found. Turn the camera to the class or bring it closer. {about}"
    if not view.seats:
        return f"{_count(look.faces, 'face')} found. A face gets its seat when it was found three times. {about}"
    return f"{_count(look.faces, 'face')} found, {len(look.places)} of {_count(view.seats, 'seat')} in view. {about}"


def room_troubles(view: RoomView, max_students: int, now_ms: int) -> list[str]:
    """What a teacher must know of a room camera without opening its section."""
    troubles = []
    if view.problem:
        troubles.append(f"Room camera: {view.problem} What was recorded is safe.")
    elif view.look and view.frame_ms and view.frame_ms - view.look.at_ms > OLD_MS:
        age_s = (now_ms - view.look.at_ms) / 1000
        troubles.append(f"Room camera: the last look is {age_s:.0f} s old, since the machine is busy.")
    if view.is_full and view.look and view.look.without_seat:
        faces = _count(view.look.without_seat, "face")
        troubles.append(
            f"Room camera: {faces} in the picture without a seat, since a class takes {max_students} students."
            " CLASSPULSE_MAX_STUDENTS sets that when ClassPulse starts."
        )
    return troubles


def seat_plan_html(view: RoomView) -> str:
    """Numbers in the colour of the expression shown, to lie over the picture in the teacher's own browser."""
    width, height = view.size_px if view.look else (16, 9)
    scale = PLAN_WIDTH, PLAN_WIDTH * height / width
    shown = {reading.student_id: reading.face for reading in view.look.readings} if view.look else {}
    seats = []
    for student, (left, _, right, bottom) in view.look.places if view.look else ():
        emotion = shown[student.id].emotion
        x, y = (left + right) / 2 / scale[0], bottom / scale[1]  # under the chin, so that the face stays to be seen
        title = f"{student.name}: {emotion or 'not known'}"
        seats.append(
            f'<div class="seat" style="left:{x:.1%};top:{y:.1%};--mood:{COLOURS.get(emotion, UNKNOWN)}"'
            f' title="{escape(title)}">{escape(student.name.removeprefix("Person "))}</div>'
        )
    label = "Where each seat is in the picture"
    shape = f"aspect-ratio:{width}/{height}"
    plan = f'<div class="seats" style="{shape}" role="img" aria-label="{label}">{"".join(seats)}</div>'
    return f'<div class="room-plan">{plan}</div>'


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
