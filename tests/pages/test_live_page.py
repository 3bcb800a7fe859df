"""A class that runs, as its teacher sees it: opened, watched and ended."""

from classroom.ui.addresses import LIVE
from tests.fakes import camera_frame
from tests.pages.away import away


def test_opening_a_class_leads_to_its_board(as_ada, server, ada):
    as_ada.open(LIVE)
    as_ada.app.text_input[0].input("Optics")
    as_ada.app.text_area[0].input("Ann\nBen")
    as_ada.app.button[0].click().run()
    assert as_ada.failed == []
    (info,) = server.store.classes.of_teacher(ada.teacher.id)
    assert (info.title, server.store.classes.roster(info.id)) == ("Optics", ["Ann", "Ben"])
    assert info.code in as_ada.text


def test_a_class_without_a_title_is_refused_and_what_was_typed_stays(as_ada, server, ada):
    as_ada.open(LIVE)
    as_ada.app.text_area[0].input("Ann\nBen")
    as_ada.app.button[0].click().run()
    assert as_ada.failed == []
    assert len(as_ada.errors) == 1
    assert "Give the class a title" in as_ada.errors[0]
    assert as_ada.app.text_area[0].value == "Ann\nBen"
    assert server.store.classes.of_teacher(ada.teacher.id) == []


def test_a_list_whose_letters_are_a_guess_is_shown_first_and_taken_the_second_time(as_ada, server, ada):
    as_ada.open(LIVE)
    as_ada.app.text_input[0].input("Optics")
    as_ada.app.file_uploader[0].set_value(("list.csv", "Ann\nZoë Weiß".encode("cp1252"), "text/csv"))
    as_ada.app.button[0].click().run()
    assert as_ada.failed == []
    assert "“Zoë Weiß”? If so" in as_ada.errors[0]
    assert server.store.classes.of_teacher(ada.teacher.id) == []
    as_ada.app.button[0].click().run()
    assert as_ada.failed == []
    (info,) = server.store.classes.of_teacher(ada.teacher.id)
    assert server.store.classes.roster(info.id) == ["Ann", "Zoë Weiß"]


def test_another_list_whose_letters_are_a_guess_is_shown_as_well(as_ada, server, ada):
    as_ada.open(LIVE)
    as_ada.app.text_input[0].input("Optics")
    for name, read in (("Zoë", "“Zoë”"), ("René", "“René”")):
        as_ada.app.file_uploader[0].set_value(("list.csv", name.encode("cp1252"), "text/csv"))
        as_ada.app.button[0].click().run()
        assert read in as_ada.errors[0]
    assert server.store.classes.of_teacher(ada.teacher.id) == []


def test_the_board_shows_every_student_with_state_and_coverage(as_ada, server, seeded, clock):
    ann, ben, cem = seeded.students
    for student in seeded.students:
        server.presence.page_ran(student, "page")
    for student in (ann, ben):
        server.frame_arrived(student, camera_frame())
    as_ada.open(LIVE)
    assert as_ada.failed == []
    for words in ("Ann", "Ben", "Cem", "happy", "sad", "no camera, present", "<b>2 of 3</b>"):
        assert words in as_ada.text


def test_an_engine_that_restarts_is_said_and_what_is_there_stays(as_ada, server, seeded):
    server.engine.state, server.engine.problem = "restarting", "Analysis stopped and is being restarted."
    as_ada.open(LIVE)
    assert as_ada.failed == []
    assert "Analysis stopped and is being restarted." in as_ada.text
    assert "Ann" in as_ada.text


def test_a_restart_that_fell_between_two_looks_is_said_afterwards(as_ada, server, seeded):
    server.engine.restarted_lately = True
    as_ada.open(LIVE)
    assert as_ada.failed == []
    assert "Analysis stopped for a moment and is running again." in as_ada.text


def test_ending_a_class_offers_its_files_at_once(as_ada, server, seeded):
    as_ada.open(LIVE)
    next(button for button in as_ada.app.button if button.label == "End it now").click().run()
    assert as_ada.failed == []
    assert not server.store.classes.get(seeded.info.id).is_open
    assert f"/class/{seeded.info.id}/session.csv" in as_ada.text
    assert f"/class/{seeded.info.id}/attendance.csv" in as_ada.text


def test_a_class_that_cannot_be_ended_goes_on_and_says_so(as_ada, server, seeded, monkeypatch):
    as_ada.open(LIVE)
    monkeypatch.setattr(server.recorder, "flush", away)
    next(button for button in as_ada.app.button if button.label == "End it now").click().run()
    assert as_ada.failed == []
    assert any("The class goes on" in error for error in as_ada.errors)
    assert server.store.classes.get(seeded.info.id).is_open


def test_two_running_classes_are_told_apart(as_ada, server, ada, seeded):
    other = server.open_class(ada.teacher, "Chemistry")
    as_ada.open(LIVE, **{"class": str(seeded.info.id)})
    assert as_ada.failed == []
    assert seeded.info.code in as_ada.text
    as_ada.open(LIVE, **{"class": str(other.id)})
    assert "Nobody has joined yet" in as_ada.text


def test_the_demo_is_for_everybody_and_says_what_it_is(browser, server, seeded):
    browser.open(LIVE, demo="1")
    assert browser.failed == []
    assert "made up" in browser.text
    assert "Student 07" in browser.text
    assert "DEMO" in browser.text
    assert "Ann" not in browser.text
