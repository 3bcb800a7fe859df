"""What each column of each file means, with its unit and range. A test keeps it to the columns that are written."""

from collections.abc import Mapping

from classroom.session_csv import csv_bytes
from fer_model.labels import EMOTIONS

_CLASS, _STUDENT = "title of the class", "name under which the student joined, or a number where names are left out"
_MODE = "what the class shows of its students: names, pseudonyms, class only, signals only, in view"
_BEGIN = {
    "window_start_utc": "begin of the window, ISO 8601, UTC",
    "window_start_local": "the same in the teacher's time zone, with its distance from UTC",
}
_SESSION = {
    "class": _CLASS,
    "student": _STUDENT,
    **_BEGIN,
    "analyses": "how often the student's picture was looked at in the window, a count",
    **{emotion: f"readings whose most probable expression shown was {emotion}, a count" for emotion in EMOTIONS},
    "mean_valence": "mean over the usable readings, -1 (unpleasant) to 1 (pleasant); empty where there were none",
    "mean_arousal": "mean over the usable readings, -1 (calm) to 1 (excited); empty where there were none",
    "usable_share": "usable readings / analyses, 0 to 1",
    "mode": _MODE,
}
_TOLD = {
    "class": _CLASS,
    **_BEGIN,
    "students_counted": "students whose expressions are in the shares; empty where the window is not told",
    "students_present": "students who were present at any time in the window, a count",
    "coverage": "students_counted / students_present, 0 to 1; empty where the window is not told",
    **{
        emotion: f"share of the students counted who showed {emotion} most, percent, rounded to 5; empty if not told"
        for emotion in EMOTIONS
    },
    "note": "says so where not enough students shared; such a window is not told",
    "mode": _MODE,
}
_ATTENTION = {
    "class": _CLASS,
    "student": _STUDENT,
    **_BEGIN,
    "analyses": "how often the student's picture was looked at in the window, a count",
    "in_view": "of these, how often a face was in it",
    "facing_known": "of these, how often it could be told whether the head faced the screen",
    "facing": "of these, how often it did",
    "eyes_known": "how often it could be told whether the eyes were open",
    "eyes_open": "of these, how often they were; eyes that look down count as not open",
    "mode": _MODE,
}
_ATTENDANCE = {
    "class": _CLASS,
    "student": _STUDENT,
    "joined_utc": "first time that the student was present, ISO 8601, UTC",
    "joined_local": "the same in the teacher's time zone",
    "left_utc": "last time that the student was present, ISO 8601, UTC",
    "left_local": "the same in the teacher's time zone",
    "minutes_present": "minutes in which the page was open or a picture came, over all visits",
    "minutes_analysed": "minutes of these with analyses; empty in mode class only",
    "visits": "how often the student came, a count",
    "mode": _MODE,
}
_SIGNALS = {
    "class": _CLASS,
    "student": _STUDENT,
    "signal": "what the student said with one tap: got it, lost, too fast, too slow, hand up",
    "at_utc": "when, ISO 8601, UTC",
    "at_local": "the same in the teacher's time zone",
    "until_utc": "when it stood no longer: taken back, lowered, after two minutes (not a hand), end of class",
    "until_local": "the same in the teacher's time zone",
    "mode": _MODE,
}
_MARKERS = {
    "class": _CLASS,
    "marker": "what the teacher noted: question, new topic, exercise, break, joke, note",
    "text": "what the teacher typed with it, also where names are left out",
    "at_utc": "when, ISO 8601, UTC",
    "at_local": "the same in the teacher's time zone",
    "until_utc": "end of a break, empty otherwise; readings in a break are in no other file but attendance.csv",
    "until_local": "the same in the teacher's time zone",
    "mode": _MODE,
}
_ALERTS = {
    "class": _CLASS,
    "student": f"{_STUDENT}; empty where the alert is about the class",
    "rule": "name of the rule in Settings",
    "began_utc": "begin of the time that the rule looked back on, ISO 8601, UTC",
    "began_local": "the same in the teacher's time zone",
    "raised_utc": "when the alert was shown, ISO 8601, UTC",
    "raised_local": "the same in the teacher's time zone",
    "ended_utc": "when it was seen no more, ISO 8601, UTC; empty while it lasts",
    "ended_local": "the same in the teacher's time zone",
    "evidence": "what was seen, with of how many readings or students",
    "verdict": "what the teacher said of it: useful, not useful, or nothing",
    "mode": _MODE,
}
MEANINGS: dict[str, dict[str, str]] = {
    "session.csv": _SESSION,
    "class.csv": _TOLD,
    "attention.csv": _ATTENTION,
    "attendance.csv": _ATTENDANCE,
    "signals.csv": _SIGNALS,
    "markers.csv": _MARKERS,
    "alerts.csv": _ALERTS,
}


def dictionary_csv(meanings: Mapping[str, Mapping[str, str]]) -> bytes:
    """A row a column: file, column, meaning."""
    rows = [(file, column, meaning) for file, columns in meanings.items() for column, meaning in columns.items()]
    return csv_bytes(("file", "column", "meaning"), rows)
