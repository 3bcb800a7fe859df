"""Pictures, for teachers: every face of each."""

import base64
import csv
import io
import json

import pytest

from classroom.errors import BadInput, EngineError
from classroom.ui.addresses import ANALYSE
from classroom.ui.pictures_view import MOST_AT_ONCE
from fer_model.reading import FaceReading, Reason
from tests.fakes import HOSTILE_NAMES, face, picture_faces

SMALL = FaceReading(reason=Reason.TOO_SMALL)


def upload(browser, *contents: bytes, names=None):
    names = names or [f"picture {number}.jpg" for number in range(1, len(contents) + 1)]
    files = [(name, content, "image/jpeg") for name, content in zip(names, contents, strict=True)]
    browser.app.file_uploader(key="pictures").set_value(files).run()
    assert browser.failed == []
    return browser


def files_to_save(browser) -> dict[str, bytes]:
    """Name to content of what the page offers."""
    found = {}
    for element in browser.app.get("bidi_component"):
        data = json.loads(element.proto.json)
        if "content" in data:
            found[data["name"]] = base64.b64decode(data["content"])
    return found


class TestPictures:
    def test_every_face_has_a_row_with_a_word_and_its_confidence(self, as_ada, server):
        server.desk.answers = [picture_faces(face("happy"), face("sad", 0.6), SMALL)]
        upload(as_ada.open(ANALYSE), b"a picture")
        assert server.desk.pictures == [b"a picture"]
        assert as_ada.text.count("<tr><td>") == 3
        for words in ("happy", "88%", "sad", "60%", "too small", "3 faces, 2 of 3 read.", "of 2 faces read"):
            assert words in as_ada.text

    def test_the_picture_and_the_csv_are_in_the_page_and_at_no_address(self, as_ada, server):
        server.desk.answers = [picture_faces(face("happy")), picture_faces(face("sad"), SMALL)]
        upload(as_ada.open(ANALYSE), b"one", b"two", names=["one.jpg", "=two.png"])
        files = files_to_save(as_ada)
        assert set(files) == {"one-faces.jpg", "=two-faces.jpg", "classpulse-faces.csv"}
        assert files["one-faces.jpg"] == b"a JPEG"
        header, *rows = csv.reader(io.StringIO(files["classpulse-faces.csv"].decode("utf-8-sig")))
        assert [(row[0], row[1], row[header.index("expression")]) for row in rows] == [
            ("one.jpg", "1", "happy"),
            ("'=two.png", "1", "sad"),
            ("'=two.png", "2", ""),
        ]
        assert "/media/" not in as_ada.text

    def test_a_picture_without_a_face_says_so(self, as_ada, server):
        server.desk.answers = [picture_faces()]
        upload(as_ada.open(ANALYSE), b"a wall")
        assert "No face was found in this picture" in as_ada.app.info[0].value
        assert "classpulse-faces.csv" not in files_to_save(as_ada)

    def test_one_bad_picture_is_a_sentence_and_the_others_are_read(self, as_ada, server):
        server.desk.answers = [picture_faces(face("happy")), BadInput("This file is empty."), picture_faces(SMALL)]
        upload(as_ada.open(ANALYSE), b"1", b"", b"3")
        assert as_ada.errors == ["This file is empty\\."]
        assert len(server.desk.pictures) == 3
        assert as_ada.text.count("<tr><td>") == 2

    def test_a_process_that_ended_is_said_and_the_picture_can_be_tried_again(self, as_ada, server):
        server.desk.answers = [EngineError("The process ended.")]
        upload(as_ada.open(ANALYSE), b"1")
        assert "The process ended" in as_ada.app.warning[0].value
        next(each for each in as_ada.app.button if each.label == "Try again").click().run()
        assert as_ada.failed == []
        assert (len(as_ada.app.warning), as_ada.text.count("<tr><td>")) == (0, 1)

    def test_what_is_read_is_not_read_again_and_what_is_taken_away_is_forgotten(self, as_ada, server):
        upload(as_ada.open(ANALYSE), b"1", b"2")
        as_ada.app.run()
        assert server.desk.pictures == [b"1", b"2"]
        as_ada.app.file_uploader(key="pictures").set_value([]).run()
        assert as_ada.failed == []
        assert as_ada.app.session_state["pictures_read"] == {}

    def test_of_a_hundred_pictures_the_first_ones_are_read_and_one_sentence_says_so(self, as_ada, server):
        upload(as_ada.open(ANALYSE), *[b"%d" % number for number in range(100)])
        assert server.desk.pictures == [b"%d" % number for number in range(MOST_AT_ONCE)]
        (warning,) = as_ada.app.warning
        assert "You chose 100 pictures; the first 20 are read" in warning.value

    @pytest.mark.parametrize(("typed", "kept", "why"), HOSTILE_NAMES[:4])
    def test_the_name_of_a_file_is_text(self, as_ada, server, typed, kept, why):
        upload(as_ada.open(ANALYSE), b"1", names=[f"{typed}.jpg"])
        assert not any("<img" in body for kind, body in as_ada.markup if kind == "html" and "faces" in body)
        assert not any("](" in body for kind, body in as_ada.markup if kind == "markdown")
