"""How good it is, in a real browser: the figures for everybody, a picture to try it on for a teacher."""

from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from classroom.ui.addresses import MODEL
from fer_model.labels import EMOTIONS
from tests.e2e.people import PATIENCE_MS
from tests.media import media


def test_a_picture_gives_an_expression_and_a_renamed_text_file_a_sentence(server: ServerProcess, new_teacher, tmp_path):
    picture = media("single_face.jpg")
    renamed = tmp_path / "renamed.jpg"
    renamed.write_text("Dear diary, this is no picture.")
    page = new_teacher(server, "Trying").page
    page.goto(server.url + MODEL)
    chosen = page.locator("input[type=file]")
    chosen.set_input_files(picture)
    expect(page.locator(".looked-at .face")).to_be_visible(timeout=PATIENCE_MS)
    words = page.locator(".mine").inner_text().split()
    assert words[0] in EMOTIONS
    assert words[1].endswith("%")
    # The face stands in the middle of this picture, and so does its frame.
    frame, box = (page.locator(each).bounding_box() for each in (".looked-at", ".looked-at .face"))
    assert abs(box["x"] + box["width"] / 2 - frame["x"] - frame["width"] / 2) < frame["width"] / 6
    chosen.set_input_files(renamed)
    expect(page.get_by_text("This file is not a JPEG, PNG or WebP picture")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".looked-at")).to_have_count(0)


def test_a_visitor_sees_the_figures_on_a_phone_and_no_way_to_upload(server: ServerProcess, open_context):
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(server.url)
    page.get_by_role("link", name="How good?").click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Teachers who are signed in can try it")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("input[type=file]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "it scrolls sideways"
