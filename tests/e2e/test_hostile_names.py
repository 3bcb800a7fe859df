"""Names that try to be something else are shown and exported as the text they are."""

import csv
import io

from playwright.sync_api import expect

from benchmarks.server import ServerProcess
from classroom.ui.addresses import JOIN, REPORTS
from tests.e2e.people import PATIENCE_MS

NAMES = (
    '<img src=x onerror="alert(1)">',
    "![](http://x.invalid/a.png)",
    "=1+1",
    "[click](javascript:alert(1))",
    "</style><script>alert(1)</script>",
    ":red[A] $x^2$ `b` **c**",
)
TITLE = '<img src=x onerror="alert(2)"> ![](http://x.invalid/b.png)'


def test_names_are_shown_and_exported_as_text(server: ServerProcess, new_teacher, new_student):
    teacher = new_teacher(server, "</span><b>Boss</b>")
    student = new_student(server)
    seen: list[str] = []
    for page in (teacher.page, student.page):
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: "x.invalid" in request.url and seen.append(request.url))

    code = teacher.open_class(TITLE, "\n".join(NAMES[:2]))
    for name in NAMES[1:]:
        answer = student.context.request.post(
            f"{server.url}/student/join",
            form={"class_code": code, "student_name": name, "asked": name, "share": "nothing"},
            headers={"Origin": server.url},
        )
        assert answer.ok
        student.context.clear_cookies()
    student.join(code, NAMES[0], camera=False)
    expect(student.page.get_by_text(TITLE)).to_be_visible(timeout=PATIENCE_MS)

    for name in NAMES:
        expect(teacher.page.locator(".tile .name").get_by_text(name, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    teacher.page.get_by_text("Who came and went").click()
    expect(teacher.page.get_by_text(f"{NAMES[0]} joined")).to_be_visible(timeout=PATIENCE_MS)
    for page in (teacher.page, student.page):
        assert page.locator('img[src="x"], img[src*="x.invalid"], .tile script, a[href^="javascript"]').count() == 0

    teacher.end_class()
    rows = list(csv.DictReader(io.StringIO(teacher.download("Attendance CSV").decode("utf-8-sig"))))
    assert {row["student"] for row in rows} == {"'=1+1"} | set(NAMES) - {"=1+1"}
    assert {row["class"] for row in rows} == {TITLE}
    teacher.page.goto(server.url + REPORTS)
    expect(teacher.page.get_by_text("Attendance", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    assert teacher.page.locator('img[src="x"], img[src*="x.invalid"]').count() == 0

    student.page.goto(f"{server.url}{JOIN}?code=<img src=x onerror=alert(3)>")
    expect(student.page.get_by_text("A code has no").first).to_be_visible(timeout=PATIENCE_MS)
    assert student.page.locator('img[src="x"]').count() == 0
    assert seen == []
