import pytest

from classroom.presence import GONE_MS, Presence
from classroom.records import Sharing, Student
from classroom.slots import FrameSlots, Slot


class Room:
    """A presence with its parts in a test's hands."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.slots = FrameSlots()
        self.open_pages: set[str] = set()
        self.presence = Presence(clock, self.slots, lambda session: session in self.open_pages)

    def page_runs(self, number: int, sharing: Sharing, session: str = "page", class_id: int = 1) -> None:
        self.presence.page_ran(Student(number, class_id, f"Student {number}", sharing, 0), session)

    def frame_comes(self, number: int) -> None:
        self.slots.put(Slot(number, 1, self.clock(), "frame"))


@pytest.fixture
def room(clock) -> Room:
    return Room(clock)


def test_nobody_is_present_at_the_start(room):
    assert room.presence.seen() == {}
    assert room.presence.last_seen_ms(1) is None
    assert not room.presence.accepts(1)
    room.presence.forget(1)
    room.presence.forget_class(1)


@pytest.mark.parametrize(
    ("sharing", "page_open", "frames", "present", "why"),
    [
        (Sharing.CAMERA, True, True, True, "a camera that sends"),
        (Sharing.CAMERA, True, False, False, "an open connection is no sign of life where frames should come"),
        (Sharing.PAUSED, True, False, True, "paused, and the page is still connected"),
        (Sharing.NOTHING, True, False, True, "without camera, in a tab that the browser has put to sleep"),
        (Sharing.NOTHING, False, False, False, "without camera, and the tab is closed"),
        (Sharing.PAUSED, False, False, False, "paused, and the tab is closed"),
    ],
)
def test_who_is_present_after_a_minute_without_a_run_of_the_page(room, sharing, page_open, frames, present, why):
    room.page_runs(1, sharing)
    room.clock.advance(60)
    if page_open:
        room.open_pages.add("page")
    if frames:
        room.frame_comes(1)
    assert (1 in room.presence.seen()) is present


def test_a_student_is_present_for_some_seconds_after_the_last_sign(room):
    room.page_runs(1, Sharing.CAMERA, class_id=7)
    began_ms = room.clock()
    room.clock.advance(GONE_MS / 1000)
    assert room.presence.seen() == {1: (7, began_ms)}
    room.clock.advance(0.001)
    assert room.presence.seen() == {}
    assert room.presence.last_seen_ms(1) == began_ms, "when it was is still known"


def test_a_second_tab_takes_over_from_a_closed_first_one(room):
    room.page_runs(1, Sharing.NOTHING, session="first")
    room.page_runs(1, Sharing.NOTHING, session="second")
    room.open_pages.add("second")
    room.clock.advance(60)
    assert 1 in room.presence.seen()


def test_who_leaves_is_gone_at_once_and_leaves_no_frame(room):
    room.page_runs(1, Sharing.CAMERA)
    room.frame_comes(1)
    room.presence.forget(1)
    assert room.presence.seen() == {}
    assert room.slots.fresh() == []
    assert not room.presence.accepts(1), "a frame that was on its way is not looked at"


def test_the_end_of_a_class_forgets_its_students_only(room):
    room.page_runs(1, Sharing.CAMERA, class_id=1)
    room.page_runs(2, Sharing.CAMERA, class_id=2)
    room.presence.forget_class(1)
    assert set(room.presence.seen()) == {2}


@pytest.mark.parametrize("sharing", list(Sharing))
def test_frames_are_wanted_only_while_the_camera_is_shared(room, sharing):
    room.page_runs(1, sharing)
    assert room.presence.accepts(1) is (sharing is Sharing.CAMERA)
    room.presence.shares(1, Sharing.PAUSED)
    assert not room.presence.accepts(1)
    room.presence.shares(1, Sharing.CAMERA)
    assert room.presence.accepts(1)


def test_a_frame_that_waits_is_dropped_when_the_student_pauses(room):
    room.page_runs(1, Sharing.CAMERA)
    room.frame_comes(1)
    room.presence.shares(1, Sharing.PAUSED)
    assert room.slots.take(1) is None
