"""What is stored about one student, as the JSON file that the student may have."""

import json
from collections.abc import Mapping, Sequence

from classroom.clock import as_utc

# By the end of a column's name, in the words of who reads the file.
MEANINGS = {
    "*_ms": "milliseconds since 1970-01-01 00:00 UTC",
    "*_id": "the number of the class, student or teacher that the row belongs to",
    "students.token_hash": "what lets your browser back in, kept so that nobody can use it",
    "students.name_key": "your name as it is compared with other names",
    "students.sharing": "what you share: camera, paused or nothing (also when a camera does not work)",
    "readings": "one row for each picture of you that was read; the picture itself was not kept",
    "readings.p_*": "how much the face in the picture looked like this expression, 0 to 1; often wrong",
    "readings.reason": "why a picture gave no expression",
    "readings.*_deg, *_open": "how the head was turned, in degrees, and how far eyes and mouth were open",
    "readings.faces_seen": "how many faces were in the picture; the largest was read",
    "visits": "when you came and when you were last seen",
    "counted_together": "with whom you count as one group, where nothing is kept about anybody alone",
    "signals": "the buttons that you pressed",
    "alerts": "when the board told your teacher that you may need a hand, what was seen, and whether it was useful",
    "roster_names": "your name on the list that your teacher gave",
}
NOT_STORED = (
    "No picture and no sound of you is stored. The newest picture of your camera is in the memory of the server until"
    " the next one takes its place, and goes when you pause or leave."
)


def own_data_json(rows: Mapping[str, Sequence[Mapping]], made_ms: int, deleted_ms: int | None) -> bytes:
    """The file.

    Args:
        rows: of each table about the student, complete.
        made_ms: now.
        deleted_ms: when all of it is deleted by itself, ``None``: not by itself.
    """
    deleted = "when your teacher deletes the class, or you erase it" if deleted_ms is None else _time(deleted_ms)
    content = {
        "what": "Everything that ClassPulse has stored about you in this class, table by table.",
        "made": _time(made_ms),
        "deleted": deleted,
        "not stored": NOT_STORED,
        "meanings": MEANINGS,
        "tables": {name: [dict(row) for row in found] for name, found in rows.items()},
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _time(at_ms: int) -> str:
    return as_utc(at_ms).isoformat(timespec="seconds")
