"""How long a class is kept, and deleting a student, on the page of past classes."""

import pytest

from classroom.errors import NotAllowed
from classroom.retention import DAY_MS
from classroom.ui.addresses import LIVE, REPORTS
from tests.fakes import sign_up


def test_the_day_of_the_deletion_is_said(as_ada, server, seeded):
    as_ada.open(REPORTS)
    assert as_ada.failed == []
    assert "deleted by itself 90 days after its end, on **5 April 2026** if that was now." in as_ada.text
    server.end_class(seeded.info)
    as_ada.open(REPORTS)
    assert "deleted by itself on **5 April 2026**." in as_ada.text


def test_a_shorter_time_is_chosen_when_the_class_is_opened(as_ada, server, ada):
    as_ada.open(LIVE)
    as_ada.app.text_input[0].set_value("Optics")
    _choice(as_ada).set_value(7)
    as_ada.app.button[0].click().run()
    assert as_ada.failed == []
    (info,) = server.store.classes.of_teacher(ada.teacher.id)
    assert info.keep_days == 7
    assert server.keeping.deletion_ms(info) == info.opened_ms + 7 * DAY_MS


def test_the_time_is_changed_afterwards_but_not_to_one_that_is_over(as_ada, server, seeded, clock):
    server.end_class(seeded.info)
    clock.advance(10 * DAY_MS / 1000)
    as_ada.open(REPORTS)
    _choice(as_ada).set_value(30).run()
    assert server.store.classes.get(seeded.info.id).keep_days == 30
    assert "**4 February 2026**" in as_ada.text
    _choice(as_ada).set_value(7).run()
    assert as_ada.failed == []
    assert "This time is over already" in as_ada.text
    assert server.store.classes.get(seeded.info.id).keep_days == 30


def _choice(browser):
    return next(box for box in browser.app.selectbox if box.label == "Delete it by itself")


def test_a_student_is_deleted_and_the_report_is_without_them(as_ada, server, seeded):
    server.end_class(seeded.info)
    as_ada.open(REPORTS)
    who = next(box for box in as_ada.app.selectbox if box.label == "Who")
    assert who.options == ["Ann", "Ben", "Cem"] and who.value is None
    who.select("Ann").run()
    next(button for button in as_ada.app.button if button.label == "Delete for good").click().run()
    assert as_ada.failed == []
    assert [each.name for each in server.store.classes.students(seeded.info.id)] == ["Ben", "Cem"]
    assert "Ann" not in as_ada.text


def test_without_names_it_is_still_known_who_is_deleted(as_ada, server, seeded):
    as_ada.open(REPORTS)
    as_ada.app.toggle[0].set_value(False).run()
    who = next(box for box in as_ada.app.selectbox if box.label == "Who")
    assert who.options == ["Student 1", "Student 2", "Student 3"]
    who.select("Student 2").run()
    next(button for button in as_ada.app.button if button.label == "Delete for good").click().run()
    assert [each.name for each in server.store.classes.students(seeded.info.id)] == ["Ann", "Cem"]


def test_a_class_without_students_offers_none_to_delete(as_ada, server, ada):
    server.store.classes.open(ada.teacher.id, "Optics", (), server.clock())
    as_ada.open(REPORTS)
    assert as_ada.failed == []
    assert not any(box.label == "Who" for box in as_ada.app.selectbox)


def test_nobody_deletes_a_student_of_somebody_elses_class(server, seeded):
    grace = sign_up(server.accounts, "Grace").teacher
    with pytest.raises(NotAllowed):
        server.keeping.erase_student(grace, seeded.info, seeded.students[0].id)
    with pytest.raises(NotAllowed):
        server.keeping.keep_for(grace, seeded.info, 1)
    assert len(server.store.classes.students(seeded.info.id)) == 3
