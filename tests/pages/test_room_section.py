"""One camera of the room: its section on the page of a running class, and what it says."""

from dataclasses import replace

import pytest
import streamlit as st

from classroom.errors import EngineError
from classroom.records import Reading, Sharing, Student
from classroom.room import RoomView
from classroom.seats import FIRST_LOOKS, Look
from classroom.ui.addresses import LIVE
from classroom.ui.mirror import ROOM_KEY, Camera, Cameras
from classroom.ui.room_words import room_sentence, room_troubles, seat_plan_html
from fer_model.reading import FaceReading, Reason
from tests.fakes import MONDAY_MS, camera_frame


def press(browser, label: str) -> None:
    next(button for button in browser.app.button if button.label == label).click().run()
    assert browser.failed == []


def sees(server, info, looks: int) -> None:
    """The camera sends so many pictures, and they are read."""
    camera = server.rooms._cameras[info.id]
    for number in range(looks):
        server.rooms.frame_arrived(info.id, server.rooms.view(info.id).sharer, camera_frame(1280, 720))
        camera.serve(1e6 + number * 100)
    server.recorder.flush()


@pytest.fixture
def info(server, ada):
    return server.open_class(ada.teacher, "Optics")


def test_nothing_is_asked_for_before_the_button_is_pressed(as_ada, server, info, monkeypatch):
    monkeypatch.setattr("classroom.ui.room_view.show_room", None)
    as_ada.open(LIVE)
    assert as_ada.failed == []
    assert "Tell everyone in the picture before you start." in as_ada.text
    assert server.rooms.view(info.id).sharer is None


def test_the_camera_fills_the_board_until_it_is_stopped(as_ada, server, info):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    assert "Connecting the camera" in as_ada.text
    sees(server, info, FIRST_LOOKS)
    as_ada.app.run()
    assert as_ada.failed == []
    for words in ("2 faces found, 2 of 2 seats in view.", "Person 1", "Person 2", "room-plan"):
        assert words in as_ada.text
    press(as_ada, "Stop the camera")
    assert server.rooms.view(info.id).sharer is None
    assert "Tell everyone in the picture before you start." in as_ada.text
    assert "Person 1" in as_ada.text, "the seat stays on the board"


def test_a_small_picture_is_said_and_whether_it_will_grow(as_ada, server, info, clock):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    camera, sharer = server.rooms._cameras[info.id], server.rooms.view(info.id).sharer
    for number, words in enumerate(("It grows within a minute", "only near faces are found")):
        server.rooms.frame_arrived(info.id, sharer, camera_frame(640, 360))
        camera.serve(1e6 + number * 100)
        as_ada.app.run()
        assert words in as_ada.text
        for _ in range(61):
            clock.advance(1)
            server.rooms.frame_arrived(info.id, sharer, camera_frame(640, 360))


def test_another_camera_of_the_machine_can_be_chosen(as_ada, server, info, monkeypatch):
    asked = []
    monkeypatch.setattr("classroom.ui.room_view.share_room", lambda *given, **_: asked.append(given[3]))
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    assert as_ada.app.selectbox[0].options == ["Built-in camera", "Virtual camera"]
    first = server.rooms.view(info.id).sharer
    as_ada.app.selectbox[0].select("b").run()
    assert as_ada.failed == []
    assert asked[-1]["deviceId"] == {"exact": "b"}
    assert server.rooms.view(info.id).sharer != first, "a new connection"
    assert as_ada.app.selectbox[0].value == "b"


def test_a_camera_that_cannot_be_opened_says_why_and_offers_another_try(as_ada, server, info, monkeypatch):
    def denied(*_):
        import streamlit as st

        st.session_state[ROOM_KEY] = {}
        return Camera.DENIED, Cameras()

    monkeypatch.setattr("classroom.ui.room_view.show_room", denied)
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    assert "The camera is not allowed." in as_ada.text
    assert "go on without a camera" not in as_ada.text
    press(as_ada, "Try again")
    press(as_ada, "Stop the camera")


def test_a_page_that_was_left_has_stopped(as_ada, server, info):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    del as_ada.app.session_state[ROOM_KEY]  # as Streamlit does when another page is shown
    as_ada.app.run()
    assert as_ada.failed == []
    assert server.rooms.view(info.id).sharer is None
    assert "Start the camera" in [button.label for button in as_ada.app.button]


def test_a_run_that_is_broken_off_before_the_camera_was_asked_for_does_not_stop_it(as_ada, server, info, monkeypatch):
    """As a refresh does that comes at the same moment as the button, on a busy machine."""
    with monkeypatch.context() as broken_off:
        broken_off.setattr("classroom.ui.room_view.show_room", lambda *_: st.stop())
        as_ada.open(LIVE)
        press(as_ada, "Start the camera")
    as_ada.app.run()
    assert as_ada.failed == []
    assert server.rooms.view(info.id).sharer is not None
    assert "Stop the camera" in [button.label for button in as_ada.app.button]


def test_a_second_page_takes_over_and_the_first_says_so(as_ada, server, info):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    second = server.share_room(info)
    as_ada.app.run()
    assert as_ada.failed == []
    assert "another page of yours" in as_ada.text
    assert server.rooms.view(info.id).sharer == second


def test_a_silent_connection_is_made_anew(as_ada, server, info, clock):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    first = server.rooms.view(info.id).sharer
    clock.advance(16)
    as_ada.app.run()
    assert as_ada.failed == []
    assert server.rooms.view(info.id).sharer == first + 1


def test_a_broken_reader_is_said_on_the_board(as_ada, server, info):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    server.rooms._cameras[info.id]._reader.answers = [EngineError("Reading stopped and is being started again.")]
    sees(server, info, 1)
    as_ada.app.run()
    assert "Room camera: Reading stopped and is being started again. What was recorded is safe." in as_ada.text


def test_ending_the_class_ends_the_camera(as_ada, server, info):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    press(as_ada, "End it now")
    assert server.rooms.view(info.id).sharer is None


def test_another_class_of_the_teacher_is_not_shared(as_ada, server, ada, info):
    as_ada.open(LIVE)
    press(as_ada, "Start the camera")
    other = server.open_class(ada.teacher, "Chemistry")
    as_ada.open(LIVE, **{"class": str(other.id)})
    assert as_ada.failed == []
    assert server.rooms.view(other.id).sharer is None
    assert server.rooms.view(info.id).sharer is None


STUDENT = Student(1, 7, "Person 1", Sharing.CAMERA, MONDAY_MS)
BLACK = Reading(7, 1, MONDAY_MS, FaceReading(reason=Reason.CAMERA_OFF))
NOBODY = Look(MONDAY_MS, 0, 0, (), frozenset(), ())
ON = RoomView(sharer=1, frame_ms=MONDAY_MS, size_px=(1280, 720))


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (RoomView(sharer=1), "Connecting the camera"),
        (ON, "The first look for faces takes some seconds"),
        (replace(ON, look=NOBODY), "No face found. Turn the camera"),
        (replace(ON, look=replace(NOBODY, faces=1)), "1 face found. A face gets its seat"),
        (
            replace(ON, look=replace(NOBODY, faces=2), seats=1),
            "2 faces found, 0 of 1 seat in view. Last look 2 s ago, picture 1280 × 720.",
        ),
        (replace(ON, look=replace(NOBODY, readings=(BLACK,)), seats=1), "The picture is black"),
    ],
)
def test_what_was_seen_in_a_sentence(view, words):
    assert words in room_sentence(view, MONDAY_MS + 2000)


@pytest.mark.parametrize(
    ("view", "sentences"),
    [
        (RoomView(), []),
        (replace(ON, problem="It stopped."), ["Room camera: It stopped. What was recorded is safe."]),
        (replace(ON, look=NOBODY), []),  # nothing arrives any more: the tiles say that
        (replace(ON, look=NOBODY, frame_ms=MONDAY_MS + 11_000), ["Room camera: the last look is 12 s old, since the machine is busy."]),
        (replace(ON, look=replace(NOBODY, without_seat=3)), []),  # the store is away, which the board says by itself
        (replace(ON, look=replace(NOBODY, without_seat=3), is_full=True), ["Room camera: 3 faces in the picture without a seat, since a class takes 60 students. CLASSPULSE_MAX_STUDENTS sets that when ClassPulse starts."]),
    ],
)  # fmt: skip
def test_only_what_is_not_as_it_should_be_is_a_trouble(view, sentences):
    assert room_troubles(view, 60, MONDAY_MS + 12_000) == sentences


def test_the_plan_has_every_seat_in_its_place():
    happy = Reading(7, 1, MONDAY_MS, FaceReading(probs=(0, 0, 0, 1.0, 0, 0, 0)))
    look = replace(NOBODY, places=((STUDENT, (960, 540, 1056, 540)),), readings=(happy,))
    plan = seat_plan_html(replace(ON, look=look))
    assert "left:52.5%;top:50.0%;--mood:#E69F00" in plan
    assert 'title="Person 1: happy">1<' in plan
    assert "aspect-ratio:1280/720" in plan
    assert 'class="seat"' not in seat_plan_html(RoomView())
