"""Pictures and recordings in a real browser, from the file to the class in Reports."""

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import ServerProcess
from classroom.ui.addresses import ANALYSE
from tests.e2e.people import PATIENCE_MS
from tests.media import media


@pytest.fixture
def page(server: ServerProcess, new_teacher) -> Page:
    page = new_teacher(server, "Analysing").page
    page.goto(server.url + ANALYSE)
    expect(page.get_by_role("tab", name="Pictures")).to_be_visible(timeout=PATIENCE_MS)
    return page


def test_pictures_then_a_recording_that_becomes_a_class(server: ServerProcess, page: Page, tmp_path):
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(media("multi_face.jpg"))
    expect(page.locator("table.faces tbody tr")).to_have_count(5, timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.get_by_text("Save this picture").click()
    assert download.value.suggested_filename == "multi_face-faces.jpg"
    assert download.value.path().read_bytes().startswith(b"\xff\xd8")
    with page.expect_download() as download:
        page.get_by_text("Faces as CSV").click()
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 1 + 5

    page.get_by_role("tab", name="Recording").click()
    chosen = page.locator(".upload input[type=file]")
    renamed = tmp_path / "lesson.mp4"
    renamed.write_text("Dear students, this is no recording. " * 100)
    chosen.set_input_files(renamed)
    expect(page.get_by_role("alert").get_by_text("This file is not a recording")).to_be_visible(timeout=PATIENCE_MS)
    chosen.set_input_files(media("one-face-emotional.mp4"))
    expect(page.get_by_role("heading", name="People (1)")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator(".person img.face").evaluate("picture => picture.naturalWidth") == 72
    files = [path.name for path in (server.folder / "recordings").rglob("*") if path.is_file()]
    assert set(files) == {"lock"}, "the file is gone"

    page.get_by_role("textbox", name="Name").fill("Zoë")
    page.get_by_role("textbox", name="Name").press("Enter")
    title = page.get_by_label("Title")
    expect(title).to_have_value("one-face-emotional")
    title.fill("Drama")
    page.get_by_role("button", name="Save as a class").click()
    page.get_by_role("link", name="Open it in Reports").click()
    expect(page.get_by_text(re.compile(r"of \d+ usable readings"))).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.get_by_text("Session CSV").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()[1:]
    assert sum(int(line.split(",")[4]) for line in lines) == 40
    assert all(line.startswith("Drama,Zoë,2019-10-11T05:3") for line in lines)
