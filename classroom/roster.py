"""A class list, pasted or from a file, to the names in it."""

import csv
import io

from classroom.errors import BadInput
from classroom.naming import MAX_NAME, clean_text, name_key

MAX_NAMES = 500
_HEADERS = {"name", "names", "student", "students", "full name", "student name"}
_SAY_THEMSELVES = ("utf-8-sig", "utf-16")
_GUESSED = "cp1252"
# How files begin that are text and no list.
_NO_LIST = ("<!doctype", "<html", "<table", "<?xml", "{\\rtf", "%pdf")


def decode_roster(data: bytes) -> str:
    """The text of an uploaded list, in UTF-8, UTF-16 or Windows-1252 (what spreadsheets write).

    Raises:
        BadInput: it is no text.
    """
    for encoding in (*_SAY_THEMSELVES, _GUESSED):
        text = _decoded(data, encoding)
        if text is not None and "\x00" not in text and not text.lstrip().casefold().startswith(_NO_LIST):
            return text
    raise BadInput("This file is not a text list. Save the class list as CSV UTF-8 and choose it again.")


def names_to_check(data: bytes) -> tuple[str, ...]:
    """Some names of an uploaded list whose letters are a guess; empty where there is nothing to guess.

    A file with one byte a letter does not say which letters they are: what was Polish, Turkish or Russian comes out as
    other Western names, without an error. Only a person sees it: programs that guess go by long texts.
    """
    if any(_decoded(data, encoding) is not None for encoding in _SAY_THEMSELVES):
        return ()
    guessed = [name for name in parse_roster(decode_roster(data)) if not name.isascii()]
    return tuple(guessed[:3])


def parse_roster(text: str) -> tuple[str, ...]:
    """The names in a pasted list or a CSV: one a line; of several columns the one called "name", else the first.

    Empty lines and repeated names are left out; the order stays.

    Raises:
        BadInput: more than ``MAX_NAMES`` names, or a CSV that is none.
    """
    rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
    column = 0
    if rows:
        titles = [cell.strip().casefold() for cell in rows[0]]
        column = next((i for i, title in enumerate(titles) if title in _HEADERS), -1)
        rows = rows if column < 0 else rows[1:]
        column = max(column, 0)
    names: dict[str, str] = {}
    for row in rows:
        name = clean_text(row[column], MAX_NAME) if column < len(row) else ""
        if name:
            names.setdefault(name_key(name), name)
    if len(names) > MAX_NAMES:
        raise BadInput(f"The list has {len(names)} names; a class takes at most {MAX_NAMES}. Shorten it, please.")
    return tuple(names.values())


def _decoded(data: bytes, encoding: str) -> str | None:
    # UTF-16 decodes almost anything into Chinese signs, so it is tried only behind its byte order mark.
    if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return None
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _rows(text: str) -> list[list[str]]:
    lines = text.splitlines()
    # A pasted list has one name a line ("Doe, Jane" included); only a header or quoted cells make it a CSV.
    first = lines[0].casefold() if lines else ""
    separator = next((sign for sign in (";", "\t", ",") if sign in first), None)
    if separator is None or not (_is_header(first.split(separator)) or _has_quoted_cell(lines, separator)):
        return [[line.split("\t")[0].split(";")[0]] for line in lines]
    try:
        return list(csv.reader(io.StringIO(text, newline=None), delimiter=separator))
    except csv.Error as error:
        raise BadInput(
            "This list is no proper CSV: perhaps a quotation mark is never closed. Save it again, or paste the names,"
            " one a line."
        ) from error


def _is_header(cells: list[str]) -> bool:
    return any(cell.strip(' "') in _HEADERS for cell in cells)


def _has_quoted_cell(lines: list[str], separator: str) -> bool:
    """Whether a cell begins with a quotation mark; one inside a name is a nickname."""
    return any(cell.lstrip().startswith('"') for line in lines for cell in line.split(separator))
