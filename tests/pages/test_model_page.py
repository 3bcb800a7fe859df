"""How good it is: for everybody; a picture to try it on: for teachers."""

import base64
import json
import re

import numpy as np
import pytest

from classroom.errors import BadInput, EngineError
from classroom.ui import cookies
from classroom.ui.addresses import HOME, LIVE, MODEL, PAGE_FILES
from fer_model.labels import EMOTIONS
from fer_model.reading import FaceReading, Reason
from tests.fakes import face
from tests.model_files import RESULTS, SPEC, written


@pytest.fixture(autouse=True)
def made_up_network(monkeypatch, tmp_path):
    """A spec, results and a card with known figures; a test breaks what it wants to see broken."""
    card = tmp_path / "MODEL_CARD.md"
    card.write_text(
        "# Card\n\n<!-- scores -->\n| n | right |\n| --- | --- |\n| 7 | 3 |\n<!-- end of scores -->\n\n## Faults\n"
    )
    files = {
        "SPEC_FILE": written(tmp_path / "emotion.json", SPEC),
        "RESULTS_FILE": written(tmp_path / "results.json", RESULTS),
        "CARD_FILE": card,
    }
    for name, path in files.items():
        monkeypatch.setattr(f"classroom.ui.model_view.{name}", path)
    return files


def charts(browser) -> int:
    return len(browser.app.get("plotly_chart"))


def upload(browser, content: bytes, name: str = "me.jpg"):
    browser.app.file_uploader[0].set_value((name, content, "image/jpeg")).run()
    assert browser.failed == []
    return browser


class TestFigures:
    def test_everybody_reads_how_good_it_is(self, browser, server):
        browser.open(MODEL)
        assert (browser.failed, browser.errors) == ([], [])
        text = browser.text.replace("\u00a0", " ")
        for words in ("about 90 match", "n = 800", "expect a little less", "Finds worst: fear", "It finds only"):
            assert words in text
        assert charts(browser) == 4 + len({row["change"] for row in RESULTS["slices"]})

    def test_the_shipped_network_is_shown_without_a_warning(self, browser, server, monkeypatch):
        from classroom import model_results

        for name in ("SPEC_FILE", "RESULTS_FILE", "CARD_FILE"):
            monkeypatch.setattr(f"classroom.ui.model_view.{name}", getattr(model_results, name))
        browser.open(MODEL)
        assert (browser.failed, browser.errors, list(browser.app.warning)) == ([], [], [])

    @pytest.mark.parametrize("teacher", [True, False])
    def test_the_menu_leads_there(self, browser, ada, teacher):
        if teacher:
            browser.cookies[cookies.TEACHER] = ada.token
        browser.open(HOME)
        assert PAGE_FILES[MODEL].removeprefix("pages/5_").removesuffix(".py") in browser.text
        assert "How good?" in browser.text

    @pytest.mark.parametrize(
        ("results", "words"),
        [
            (None, "results.json cannot be found"),
            ("not JSON", "it is not JSON"),
            (json.dumps(RESULTS | {"sha256": "0" * 64}), "are of another file"),
            (json.dumps(RESULTS | {"reading": {}}), "cannot be used"),
        ],
    )
    def test_without_its_results_the_page_says_so_and_shows_the_rest(
        self, as_ada, server, made_up_network, results, words
    ):
        made_up_network["RESULTS_FILE"].unlink()
        if results is not None:
            made_up_network["RESULTS_FILE"].write_text(results)
        as_ada.open(MODEL)
        assert as_ada.failed == []
        (warning,) = [each.value.replace("\\", "") for each in as_ada.app.warning]
        assert words in warning
        assert "about 90 match" in as_ada.text, "the spec has the headline too"
        assert charts(as_ada) == 0
        assert len(as_ada.app.file_uploader) == 1
        assert "| 7 | 3 |" in as_ada.text

    def test_without_its_spec_nothing_is_claimed(self, browser, server, made_up_network):
        made_up_network["SPEC_FILE"].unlink()
        browser.open(MODEL)
        assert browser.failed == []
        assert len(browser.app.warning) == 1
        assert "about 90 match" not in browser.text
        assert "| 7 | 3 |" in browser.text

    def test_without_its_card_a_sentence_stands_there(self, browser, server, made_up_network):
        made_up_network["CARD_FILE"].unlink()
        browser.open(MODEL)
        assert browser.failed == []
        assert "MODEL_CARD.md cannot be found" in browser.text

    def test_the_cards_comments_are_not_shown_and_its_headings_stay_below_the_pages(self, browser, server):
        browser.open(MODEL)
        assert "<!--" not in browser.text
        assert "#### Card" in browser.text and "##### Faults" in browser.text

    def test_the_other_heads_are_one_click_away(self, browser, server):
        browser.open(MODEL)
        browser.app.button_group(key="head").set_value("ferplus").run()
        assert browser.failed == []
        figure = next(each for each in browser.app.get("plotly_chart") if "contempt" in each.proto.spec)
        assert "happiness" in figure.proto.spec


class TestTrying:
    def test_who_is_signed_out_reads_where_to_sign_in(self, browser, server):
        browser.open(MODEL)
        assert len(browser.app.file_uploader) == 0
        assert len(browser.app.camera_input) == 0
        assert "Teachers who are signed in can try it" in browser.text
        assert "Sign in to teach" in browser.text
        assert PAGE_FILES[LIVE].removeprefix("pages/2_").removesuffix(".py") in browser.text

    def test_a_student_of_a_class_cannot_try_it_either(self, browser, server, seeded):
        browser.cookies[cookies.STUDENT] = server.join(seeded.info.code, "Dan", True)[1]
        browser.open(MODEL)
        assert browser.failed == []
        assert len(browser.app.file_uploader) == 0

    def test_a_picture_shows_the_expression_with_its_confidence_and_the_box(self, as_ada, server):
        server.desk.answers = [np.full((48, 64, 3), 120, np.uint8)]
        reading = face("surprise", 0.88)
        server.engine.answer = FaceReading(reading.probs, faces_seen=2, box_xyxy=(-5.0, 0.0, 32.0, 24.0))
        before = charts(as_ada.open(MODEL))
        upload(as_ada, b"a picture")
        assert "surprise" in as_ada.text and "88%" in as_ada.text
        assert "left:0.00%;top:0.00%;width:50.00%;height:50.00%" in as_ada.text
        assert "2 faces were found; the largest one" in as_ada.text
        assert charts(as_ada) == before + 1
        ((frame,),) = server.engine.batches
        assert (frame.shape, frame.max()) == ((48, 64, 3), 120)

    def test_what_is_uploaded_is_decoded_by_another_process(self, as_ada, server):
        upload(as_ada.open(MODEL), b"no picture that could be decoded here")
        assert server.desk.pictures == [b"no picture that could be decoded here"]
        assert as_ada.errors == []
        assert "happy" in as_ada.text

    def test_the_picture_is_in_the_page_and_nowhere_else(self, as_ada, server):
        upload(as_ada.open(MODEL), b"a picture")
        (encoded,) = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", as_ada.text)
        assert base64.b64decode(encoded).startswith(b"\xff\xd8")
        assert "/media/" not in as_ada.text

    @pytest.mark.parametrize("reason", list(Reason))
    def test_no_reading_has_its_reason_and_what_to_do(self, as_ada, server, reason):
        server.engine.answer = FaceReading(reason=reason, faces_seen=3, box_xyxy=(1, 1, 9, 9))
        upload(as_ada.open(MODEL), b"a picture")
        (sentence,) = [each.value for each in as_ada.app.info]
        assert sentence.endswith(".") and len(sentence) > 30
        assert not any(f"{emotion} <span" in as_ada.text for emotion in EMOTIONS)
        assert "3 faces were found" in as_ada.text

    def test_a_bad_picture_is_one_sentence_and_costs_the_engine_nothing(self, as_ada, server):
        server.desk.answers = [BadInput("This file is [empty](http://x).")]
        upload(as_ada.open(MODEL), b"")
        assert as_ada.errors == [r"This file is \[empty\]\(http\:\/\/x\)\."]
        assert server.engine.batches == []

    def test_a_picture_that_ends_the_process_is_said_and_the_next_one_can_be_tried(self, as_ada, server):
        server.desk.answers = [EngineError("The process ended with this picture.")]
        upload(as_ada.open(MODEL), b"a trap")
        (warning,) = [each.value for each in as_ada.app.warning]
        assert "The process ended with this picture" in warning
        assert "is fine" not in warning
        assert server.engine.batches == []
        next(each for each in as_ada.app.button if each.label == "Try again").click().run()
        assert as_ada.failed == []
        assert (len(as_ada.app.warning), server.desk.pictures) == (0, [b"a trap"] * 2)
        assert "happy" in as_ada.text

    def test_an_engine_that_restarts_is_said_and_the_picture_can_be_tried_again(self, as_ada, server):
        server.engine.broken = EngineError("The analysis process has ended. It is being restarted.")
        upload(as_ada.open(MODEL), b"a picture")
        assert "Your picture is fine: try again" in as_ada.app.warning[0].value
        server.engine.broken = None
        next(each for each in as_ada.app.button if each.label == "Try again").click().run()
        assert as_ada.failed == []
        assert len(as_ada.app.warning) == 0
        assert "happy" in as_ada.text

    def test_the_camera_is_there_only_once_it_is_chosen(self, as_ada, server):
        as_ada.open(MODEL)
        assert len(as_ada.app.camera_input) == 0, "it would ask for the camera at once"
        as_ada.app.button_group(key="source").set_value("My camera").run()
        assert as_ada.failed == []
        as_ada.app.camera_input[0].set_value(("photo.jpg", b"a picture", "image/jpeg")).run()
        assert as_ada.failed == []
        assert np.concatenate(server.engine.batches).shape == (1, 48, 64, 3)
