import csv
import io
import re
import zipfile
from datetime import UTC

import pytest

from classroom.class_files import EVERYTHING, REPORT, class_file, file_names
from classroom.codes import token_hash
from classroom.data_dictionary import MEANINGS
from classroom.modes import Mode
from classroom.records import Reading, Sharing
from fer_model.labels import EMOTIONS
from tests.fakes import MONDAY_MS, add_teacher, face, seed_class

FILE_NAMES = file_names(Mode.NAMES)
CSV_FILES = [name for name in FILE_NAMES if name.endswith(".csv")]


@pytest.fixture
def seeded(store):
    return seed_class(store, add_teacher(store))


def made(store, seeded, name, **options) -> bytes:
    return class_file(store, store.classes.get(seeded.info.id), name, 10, UTC, **options)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def zipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def texts_of(data: bytes, name: str) -> str:
    """Everything that we wrote into a file: its own text without Plotly's script."""
    if name == EVERYTHING:
        data = b"".join(zipped(data).values())
    return without_plotly(data.decode("utf-8-sig"))


def without_plotly(page: str) -> str:
    return re.sub(r"<script>/\*\*.*?</script>", "", page, count=1, flags=re.DOTALL)


def test_the_zip_holds_every_csv_file_as_it_is_and_a_dictionary(store, seeded):
    files = zipped(made(store, seeded, EVERYTHING))
    assert set(files) == {*CSV_FILES, "data-dictionary.csv"}
    for name in CSV_FILES:
        assert files[name] == made(store, seeded, name)


def test_the_dictionary_names_exactly_the_columns_that_are_written(store, seeded):
    files = zipped(made(store, seeded, EVERYTHING))
    said = [(row["file"], row["column"]) for row in rows_of(files.pop("data-dictionary.csv"))]
    written = [
        (name, column)
        for name, data in files.items()
        for column in next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    ]
    assert said == written
    assert all(meaning for columns in MEANINGS.values() for meaning in columns.values())


def test_the_same_class_gives_the_same_bytes(store, seeded):
    for name in CSV_FILES + [EVERYTHING]:
        assert made(store, seeded, name) == made(store, seeded, name)


@pytest.mark.parametrize("name", FILE_NAMES)
def test_without_names_no_file_holds_one_and_the_numbers_are_the_same(store, seeded, name):
    with_names, without = (texts_of(made(store, seeded, name, with_names=choice), name) for choice in (True, False))
    if name not in ("alerts.csv", "signals.csv", "markers.csv"):  # those of this class are empty
        assert "Ann" in with_names and "Student 1" in without
    assert not re.search(r"\b(Ann|Ben|Cem)\b", without)
    if name in CSV_FILES:
        numbers = [{**row, "student": ""} for row in rows_of(without.encode())]
        assert numbers == [{**row, "student": ""} for row in rows_of(with_names.encode())]


class TestHtmlReport:
    def test_it_needs_nothing_from_anywhere(self, store, seeded):
        page = made(store, seeded, REPORT).decode()
        own = without_plotly(page)
        assert len(page) - len(own) > 1_000_000, "Plotly is inside"
        assert not re.search(r"""(src|href)\s*=\s*["'](?!data:|#)""", own)
        assert own.count("Plotly.newPlot(") == 2

    def test_it_says_its_numbers_with_their_n(self, store, seeded):
        page = made(store, seeded, REPORT).decode()
        assert f"n = {seeded.analyses:,}" in page and f"n = {seeded.usable:,} usable readings" in page
        assert all(f"</i>{emotion} <b>" in page for emotion in EMOTIONS)

    def test_a_name_is_text_and_never_markup(self, store, seeded):
        hostile = "</script><img src=x onerror=alert(1)>"
        student = store.classes.join(seeded.info.id, hostile, token_hash("t"), Sharing.CAMERA, MONDAY_MS, 60)
        reading = Reading(seeded.info.id, student.id, MONDAY_MS, face("happy"))
        store.readings.write([reading], {student.id: (seeded.info.id, MONDAY_MS)}, MONDAY_MS)
        own = without_plotly(made(store, seeded, REPORT).decode())
        assert "<img" not in own and "&lt;/script&gt;&lt;img src=x" in own
        assert own.count("</script>") == own.count("<script")

    def test_a_class_without_a_face_is_a_short_page(self, store):
        info = store.classes.open(add_teacher(store), "Quiet <hour>", (), MONDAY_MS)
        page = class_file(store, info, REPORT, 10, UTC).decode()
        assert "No face was analysed" in page and "Quiet &lt;hour&gt;" in page and len(page) < 20_000


def test_alerts_stand_in_the_report_and_in_a_file_with_their_verdicts(store, seeded):
    ann = seeded.students[0]
    one = store.alerts.add(seeded.info.id, ann.id, "away", MONDAY_MS, MONDAY_MS + 90_000, "facing away in 90% of 80")
    store.alerts.end(one.id, MONDAY_MS + 120_000, one.evidence)
    store.alerts.judge(seeded.info.id, one.id, True)
    store.alerts.add(seeded.info.id, None, "too fast", MONDAY_MS, MONDAY_MS, "30% of 20 present students")
    second, first = rows_of(made(store, seeded, "alerts.csv"))
    assert (first["student"], first["ended_utc"], first["verdict"]) == ("Ann", "2026-01-05T10:02:00Z", "useful")
    assert (second["student"], second["ended_utc"], second["verdict"]) == ("", "", "")
    page = without_plotly(made(store, seeded, REPORT, with_names=False).decode())
    assert "Facing away for long" in page and '<td class="">Student 1</td>' in page and "The class" in page
