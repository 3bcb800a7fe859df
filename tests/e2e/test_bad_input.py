"""What was typed wrong gets a sentence that says what to do, and nothing typed is lost."""

import pytest
from playwright.sync_api import Page, expect

from benchmarks.server import ServerProcess
from classroom.ui.addresses import JOIN, LIVE
from tests.e2e.people import PATIENCE_MS, Student, Teacher


@pytest.fixture
def page(open_context) -> Page:
    return open_context().new_page()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("ABCD-EFG2", "No open class has this code", id="no class"),
        pytest.param("ABC", "A code has 8 letters and digits, this one has 3", id="too short"),
        pytest.param("ABCD-EFG0", "A code has no 0 in it", id="a look-alike"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(server: ServerProcess, page: Page, typed: str, sentence: str):
    page.goto(server.url + JOIN)
    field = page.get_by_role("textbox", name="Code of your class")
    field.fill(typed)
    field.press("Enter")
    expect(page.get_by_text(sentence)).to_be_visible(timeout=PATIENCE_MS)
    expect(field).to_have_value(typed)
    assert page.locator("input[name=student_name]").count() == 0


def test_a_code_may_be_typed_in_small_letters_with_spaces(server: ServerProcess, page: Page, new_teacher):
    code = new_teacher(server, "Typing").open_class("Optics")
    page.goto(server.url + JOIN)
    field = page.get_by_role("textbox", name="Code of your class")
    field.fill(f" {code[:4].lower()} {code[4:].lower()} ")
    field.press("Enter")
    expect(page.locator("input[name=student_name]")).to_be_visible(timeout=PATIENCE_MS)


def test_a_taken_name_stays_in_the_form_and_another_one_gets_in(server: ServerProcess, new_teacher, new_student):
    teacher = new_teacher(server, "Names")
    code = teacher.open_class("Optics")
    new_student(server).join(code, "Mia", camera=False)
    second: Student = new_student(server)
    second.open_link(code)
    second.submit("MIA", camera=False)
    second.reads("Somebody in this class is called 'MIA' already")
    expect(second.page.locator("input[name=student_name]")).to_have_value("MIA")
    second.submit("Mia B", camera=False)
    second.is_in_class("Mia B")
    teacher.sees("Mia B", "without camera")
    assert second.page.get_by_text("Somebody in this class").count() == 0


def test_an_ended_class_is_said_to_whoever_comes_late_and_whoever_is_in(
    server: ServerProcess, new_teacher, new_student
):
    teacher: Teacher = new_teacher(server, "Late")
    code = teacher.open_class("Optics")
    late, inside = new_student(server), new_student(server)
    inside.join(code, "Mia", camera=False)
    late.open_link(code)
    teacher.end_class()
    inside.reads("The class has ended")
    late.submit("Ben", camera=False)  # the form was open when the class ended
    late.reads("No open class has this code")
    assert server.one("select count(*) from students join classes on classes.id = class_id where code = ?", code) == 1


def test_a_wrong_password_keeps_the_name_and_signs_nobody_in(server: ServerProcess, page: Page, new_teacher):
    new_teacher(server, "Forgetful")
    page.goto(server.url + LIVE)
    form = page.locator('form.door[action="/teacher/sign-in"]')
    expect(form).to_be_visible(timeout=PATIENCE_MS)
    form.locator("input[name=user_name]").fill("Forgetful")
    form.locator("input[name=secret]").fill("not the password")
    form.get_by_role("button").click()
    expect(page.get_by_text("Name and password do not match")).to_be_visible(timeout=PATIENCE_MS)
    expect(form.locator("input[name=user_name]")).to_have_value("Forgetful")
    assert page.get_by_role("heading", name="Open a class").count() == 0
