"""A recording on the page: empty, on its way, being read, and read."""

import threading

import pytest

from classroom.recording_job import Stage
from classroom.ui import cookies
from classroom.ui.addresses import ANALYSE
from tests.fakes import sign_up

pytestmark = pytest.mark.usefixtures("fake_reader")


@pytest.fixture
def start(server, ada):
    def start(teacher=ada.teacher, name="lesson.mp4"):
        job = server.jobs.begin(teacher.id, name, 5, 0.5)
        server.jobs.receive(job, b"video")
        server.jobs.start(job, 0)
        return job

    return start


@pytest.fixture
def read(server, start):
    def read(**options):
        job = start(**options)
        for thread in server.jobs._threads:
            thread.join(timeout=30)
        return job

    return read


def button(browser, label):
    return next(each for each in browser.app.button if each.label == label)


def click(browser, label):
    button(browser, label).click().run()
    assert browser.failed == []


def test_without_a_recording_there_is_a_place_to_choose_one(as_ada, server):
    as_ada.open(ANALYSE)
    assert (as_ada.failed, as_ada.errors) == ([], [])
    assert "MP4, MOV, MKV, WebM or AVI, up to 4 GB" in as_ada.text
    assert as_ada.app.select_slider(key="every").value == 0.5


@pytest.mark.parametrize(("installed", "boxes"), [(True, [True]), (False, [])])
def test_the_names_in_the_tiles_are_asked_about_only_where_they_can_be_read(as_ada, monkeypatch, installed, boxes):
    monkeypatch.setattr("classroom.ui.recording_view.can_read_names", lambda: installed)
    as_ada.open(ANALYSE)
    assert as_ada.failed == []
    assert [box.value for box in as_ada.app.checkbox if box.key == "with_names"] == boxes


def test_an_upload_of_another_page_is_said_and_can_be_cancelled(as_ada, server, ada):
    server.jobs.begin(ada.teacher.id, "lesson.mp4", 5, 0.5)
    as_ada.open(ANALYSE)
    assert "is on its way" in as_ada.text
    click(as_ada, "Cancel the upload")
    assert server.jobs.of(ada.teacher.id) is None


def test_while_it_is_read_the_page_says_how_far_it_is_and_stopping_keeps_that(as_ada, server, fake_reader, start):
    fake_reader.pause_after = 8
    job = start()
    while job.progress().samples < 8:
        threading.Event().wait(0.005)
    as_ada.open(ANALYSE)
    assert as_ada.failed == []
    assert "40% read" in as_ada.text and "frames a second" in as_ada.text
    button(as_ada, "Stop here and keep what is read").click()
    as_ada.app.run()
    for thread in server.jobs._threads:
        thread.join(timeout=30)
    as_ada.app.run()
    assert as_ada.failed == []
    assert "8 looks, one every 0.5 s, until 0:03 (stopped there)" in as_ada.text


def test_cancelling_brings_back_the_place_to_choose(as_ada, server, fake_reader, start, ada):
    fake_reader.pause_after = 1
    start()
    as_ada.open(ANALYSE)
    click(as_ada, "Cancel and delete")
    assert server.jobs.of(ada.teacher.id) is None
    assert "up to 4 GB" in as_ada.text


def test_a_recording_that_failed_says_why(as_ada, server, fake_reader, read):
    fake_reader.broken = RuntimeError("?")
    assert read().stage is Stage.FAILED
    as_ada.open(ANALYSE)
    assert "Reading this recording failed" in as_ada.errors[0]
    assert "up to 4 GB" in as_ada.text


def test_everybody_has_a_face_a_name_and_what_was_shown_with_its_n(as_ada, read):
    read()
    as_ada.open(ANALYSE)
    assert (as_ada.failed, as_ada.errors) == ([], [])
    assert "data:image/jpeg;base64,YSBmYWNl" in as_ada.text
    assert "/media/" not in as_ada.text
    for words in ("happy <b>20</b> of 20", "sad <b>10</b> of 10", "read 10 of 19 looks (53%)", "20 looks"):
        assert words in as_ada.text
    assert [each.value for each in as_ada.app.metric][:2] == ["2", "39"]
    assert len(as_ada.app.get("plotly_chart")) == 2, "the mood and the people"
    assert [each.value for each in as_ada.app.text_input][:2] == ["Person 1", "Person 2"]


def test_a_name_can_be_typed_over_and_a_taken_one_is_refused(as_ada, read):
    job = read()
    as_ada.open(ANALYSE)
    as_ada.app.text_input(key="name-1").set_value("Ann").run()
    assert [person.name for person in job.people] == ["Ann", "Person 2"]
    as_ada.app.text_input(key="name-2").set_value("ann").run()
    assert as_ada.failed == []
    assert "Somebody else is called" in as_ada.errors[0]
    assert as_ada.app.text_input(key="name-2").value == "Person 2"


def test_two_are_made_one_and_somebody_is_left_out(as_ada, read):
    job = read()
    as_ada.open(ANALYSE)
    assert button(as_ada, "Make one person of them").disabled
    for number in (1, 2):
        as_ada.app.checkbox(key=f"chosen-{number}").check().run()
    click(as_ada, "Make one person of them")
    assert [person.number for person in job.people] == [1]
    assert as_ada.app.metric[0].value == "1"
    as_ada.app.checkbox(key="chosen-1").check().run()
    click(as_ada, "Leave them out")
    assert job.people == []
    assert "You have left out everybody" in as_ada.app.info[0].value
    assert "1 left out" in as_ada.text


def test_saving_makes_a_class_of_it(as_ada, server, ada, read):
    job = read(name="Optics 7b.mp4")
    as_ada.open(ANALYSE)
    title = next(each for each in as_ada.app.text_input if each.label == "Title")
    assert title.value == "Optics 7b"
    click(as_ada, "Save as a class")
    (info,) = server.store.classes.of_teacher(ada.teacher.id)
    assert (info.title, info.opened_ms, info.is_open) == ("Optics 7b", job.began_ms, False)
    assert "It stands in Reports" in as_ada.text
    assert all(each.label != "Save as a class" for each in as_ada.app.button), "not twice"


def test_a_title_of_nothing_is_refused(as_ada, server, ada, read):
    read()
    as_ada.open(ANALYSE)
    next(each for each in as_ada.app.text_input if each.label == "Title").set_value(" ")
    click(as_ada, "Save as a class")
    assert "Give the class a title" in as_ada.errors[0]
    assert server.store.classes.of_teacher(ada.teacher.id) == []


def test_another_teacher_sees_nothing_of_it(browser, server, read):
    read(name="Optics.mp4")
    browser.cookies[cookies.TEACHER] = sign_up(server.accounts, "Grace").token
    browser.open(ANALYSE)
    assert browser.failed == []
    assert "Optics" not in browser.text and "Person 1" not in browser.text


def test_a_recording_of_nobody_says_what_a_face_needs(as_ada, read):
    job = read()
    job.people = []
    as_ada.open(ANALYSE)
    assert "Nobody was seen often enough" in as_ada.app.info[0].value
    assert all(each.label != "Save as a class" for each in as_ada.app.button)


def test_forgetting_it_leaves_nothing(as_ada, server, ada, read):
    read()
    as_ada.open(ANALYSE)
    click(as_ada, "Forget this and choose another one")
    assert server.jobs.of(ada.teacher.id) is None
    assert "up to 4 GB" in as_ada.text
