import threading
from types import SimpleNamespace

import av
import numpy as np
import pytest

from classroom.errors import EngineError
from classroom.shedding import FASTEST_S, SLOWEST_S
from classroom.slots import FrameSlots, Slot
from classroom.ticker import BATCH, LONGEST_SIDE_PX, Ticker, to_bgr
from tests.fakes import FakeEngine, camera_frame, serve

SMALL_FRAME = camera_frame(32, 24)


class Room:
    """A ticker whose batches are served by hand, with an engine that takes as long as the test says."""

    def __init__(self, clock, monkeypatch) -> None:
        self.now_s = 1_000.0
        monkeypatch.setattr("classroom.ticker.time", SimpleNamespace(monotonic=lambda: self.now_s))
        self.engine_takes_s = 0.0
        self.engine = FakeEngine()
        self.recorded = []
        self.slots = FrameSlots()
        self.clock = clock
        self.late_s = 0.0
        self.ticker = Ticker(
            *(self.slots, lambda class_id: self, self.recorded.extend, clock), lambda last_s: self.late_s
        )

    state = problem = ""

    def analyse(self, frames_bgr):
        self.now_s += self.engine_takes_s
        return self.engine.analyse(frames_bgr)

    def close(self) -> None: ...

    def frames_come(self, *students: int, frame=None) -> None:
        for student in students:
            self.slots.put(Slot(student, 1, self.clock(), frame or SMALL_FRAME))

    def serve(self) -> list[int]:
        """Serve one batch. Gives the students in it."""
        before = len(self.recorded)
        serve(self.ticker, self.now_s)
        return [reading.student_id for reading in self.recorded[before:]]


@pytest.fixture
def room(clock, monkeypatch, by_hand):
    room = Room(clock, monkeypatch)
    yield room
    room.ticker.close()
    room.ticker.close()


def test_without_frames_the_engine_is_not_asked(room):
    assert room.serve() == []
    assert room.engine.batches == []


def test_a_reading_says_whose_it_is_and_when_its_frame_came(room):
    arrived_ms = room.clock()
    room.frames_come(5)
    room.clock.advance(3)
    assert room.serve() == [5]
    (reading,) = room.recorded
    assert (reading.class_id, reading.student_id, reading.at_ms) == (1, 5, arrived_ms)
    assert reading.face is room.engine.answer


def test_least_recently_served_come_first(room):
    everybody = list(range(1, BATCH + 5))
    room.frames_come(*everybody)
    first = room.serve()
    assert len(first) == BATCH
    room.now_s += FASTEST_S
    waiting = set(everybody) - set(first)
    for student in waiting:
        room.slots.take(student)
    # Those who were served are first in the slots, and yet they come last.
    room.frames_come(*first, *waiting)
    second = room.serve()
    assert set(second[:4]) == waiting


def test_nobody_starves_when_there_are_more_frames_than_fit(room):
    everybody = list(range(1, 3 * BATCH + 1))
    served = []
    for _ in range(9):
        room.frames_come(*everybody)
        served += room.serve()
        room.now_s += FASTEST_S
    assert {served.count(student) for student in everybody} == {3}


def test_at_most_one_frame_a_student_and_interval(room):
    room.frames_come(1)
    assert room.serve() == [1]
    room.frames_come(1)
    room.now_s += FASTEST_S * 0.9
    assert room.serve() == []
    room.now_s += FASTEST_S * 0.2
    assert room.serve() == [1]


def test_a_camera_of_five_frames_a_second_is_read_twice_a_second(room):
    """0.5 s is no multiple of 0.2 s: waiting for the next frame each time would give five readings in three seconds."""
    served = 0
    for _ in range(100):
        room.frames_come(1)
        served += len(room.serve())
        room.now_s += 0.2
    assert served == 40


def test_who_was_away_is_not_read_more_often_for_it(room):
    room.frames_come(1)
    room.serve()
    room.now_s += 600
    served = 0
    for _ in range(10):
        room.frames_come(1)
        served += len(room.serve())
        room.now_s += 0.1
    assert served == 2 + 1, "a second has room for two, and one at its beginning"


def test_a_late_event_loop_slows_it_down_although_the_engine_has_time(room):
    room.late_s = 1.0
    paces = []
    for _ in range(60):
        room.frames_come(1)
        room.serve()
        room.now_s += 0.5
        paces.append(room.ticker.shedding.interval_s)
    assert list(dict.fromkeys(paces)) == [1.0, 2.0]
    assert room.ticker.shedding.refuses_cameras


def test_it_recovers_when_nobody_is_left(room):
    """Without a frame there is nothing to serve, and the load is judged all the same."""
    room.late_s = 1.0
    for _ in range(60):
        room.serve()
        room.now_s += 0.5
    assert room.ticker.shedding.refuses_cameras
    room.late_s = 0.0
    for _ in range(120):
        room.serve()
        room.now_s += 0.5
    assert not room.ticker.shedding.is_slowed


@pytest.mark.parametrize("camera_s", [0.03, 0.1, 0.3, 0.7, 3.0])
def test_it_slows_down_when_the_engine_is_behind_and_recovers(room, camera_s):
    """However far apart the frames of the one student who is left are."""
    room.engine_takes_s = 1.0
    paces = []
    for _ in range(60):
        room.frames_come(*range(1, 2 * BATCH + 1))
        room.serve()
        paces.append(room.ticker.shedding.interval_s)
    assert paces == sorted(paces)
    assert room.ticker.shedding.interval_s == SLOWEST_S, "never slower than one look in two seconds"
    assert room.ticker.shedding.is_slowed

    room.engine_takes_s = 0.001
    until_s = room.now_s + 60
    while room.now_s < until_s:
        room.frames_come(1)
        room.serve()
        room.now_s += camera_s
    assert room.ticker.shedding.interval_s == FASTEST_S
    assert not room.ticker.shedding.is_slowed


def test_a_burst_does_not_slow_it_down(room):
    """Busy for half of the time is not behind."""
    room.engine_takes_s = 0.25
    for _ in range(40):
        room.frames_come(1)
        room.serve()
        room.now_s += 0.25
    assert not room.ticker.shedding.is_slowed


def test_a_broken_frame_costs_the_others_nothing(room):
    room.frames_come(1)
    room.frames_come(2, frame=av.VideoFrame())
    room.frames_come(3)
    assert room.serve() == [1, 2, 3]
    assert [frame.shape for frame in room.engine.batches[0]] == [(24, 32, 3), (0, 0, 3), (24, 32, 3)]


def test_what_was_taken_for_a_dead_engine_is_not_recorded_and_newer_frames_are(room):
    room.frames_come(1)
    room.engine.broken = EngineError("dead")
    with pytest.raises(EngineError):
        room.serve()
    assert room.recorded == []
    room.engine.broken = None
    room.now_s += FASTEST_S
    room.frames_come(1)
    assert room.serve() == [1]


@pytest.mark.parametrize("fault", [EngineError("dead"), RuntimeError("nobody thought of this")])
def test_its_thread_outlives_a_fault(clock, fault):
    """The real thread: an engine that fails once, and then a reading."""
    slots, engine, recorded, done = FrameSlots(), FakeEngine(), [], threading.Event()
    failed = threading.Event()

    class Failing(FakeEngine):
        def analyse(self, frames_bgr):
            if not failed.is_set():
                failed.set()
                raise fault
            return engine.analyse(frames_bgr)

    def record(readings) -> None:
        recorded.extend(readings)
        done.set()

    failing = Failing()
    ticker = Ticker(slots, lambda class_id: failing, record, clock)
    slots.put(Slot(1, 1, 1, camera_frame()))
    assert failed.wait(timeout=10)
    slots.put(Slot(2, 1, 2, camera_frame()))
    assert done.wait(timeout=10)
    ticker.close()
    assert not any(thread.is_alive() for thread in ticker._threads)
    assert [reading.student_id for reading in recorded] == [2]


def test_the_next_frames_are_made_ready_while_the_engine_reads(clock, monkeypatch):
    """With the real threads; and the engine still has one batch at a time, in the order in which they were taken."""
    at_engine, may_end, third_is_taken = threading.Event(), threading.Event(), threading.Event()
    batches, at_once, made_ready, recorded = [], [], threading.Semaphore(0), []

    class Slow(FakeEngine):
        def analyse(self, frames_bgr):
            at_once.append(len(at_once) - len(batches))  # begun and not ended
            at_engine.set()
            assert may_end.wait(timeout=10)
            batches.append(len(frames_bgr))
            return super().analyse(frames_bgr)

    def make_ready(slot):
        made_ready.release()
        return to_bgr(slot)

    def record(readings) -> None:
        recorded.extend(reading.student_id for reading in readings)
        if 3 in recorded:
            third_is_taken.set()

    monkeypatch.setattr("classroom.ticker.to_bgr", make_ready)
    slots, engine = FrameSlots(), Slow()
    ticker = Ticker(slots, lambda class_id: engine, record, clock)
    slots.put(Slot(1, 1, 1, camera_frame()))
    assert at_engine.wait(timeout=10) and made_ready.acquire(timeout=10)
    slots.put(Slot(2, 1, 2, camera_frame()))
    assert made_ready.acquire(timeout=10), "while the first is still at the engine"
    slots.put(Slot(3, 1, 3, camera_frame()))
    assert slots.fresh() == [3], "both threads have a batch: the third frame waits, where a newer one replaces it"
    may_end.set()
    assert third_is_taken.wait(timeout=10)
    ticker.close()
    assert recorded == [1, 2, 3]
    assert set(at_once) == {0}


@pytest.mark.parametrize(
    ("width", "height", "shape", "why"),
    [
        (2, 2, (2, 2, 3), "the smallest that a codec gives"),
        (320, 240, (240, 320, 3), "what is asked for"),
        (240, 320, (320, 240, 3), "a phone held upright"),
        (641, 481, (480, 640, 3), "just too large"),
        (3840, 2160, (360, 640, 3), "a camera that gives all it has"),
        (2160, 3840, (640, 360, 3), "the same upright"),
        (2000, 2, (1, 640, 3), "a strip keeps at least one line"),
    ],
)
def test_pictures_keep_their_shape_and_no_more_pixels_than_are_read(width, height, shape, why):
    picture = to_bgr(Slot(1, 1, 0, camera_frame(width, height, grey=90)))
    assert (picture.shape, picture.dtype) == (shape, np.uint8)
    assert max(picture.shape[:2]) <= LONGEST_SIDE_PX
    assert picture.mean() == pytest.approx(90, abs=4), "the same grey, as well as a codec keeps it"


def test_colours_arrive_in_the_order_that_the_reader_expects():
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[:, :, 0] = 255
    picture = to_bgr(Slot(1, 1, 0, av.VideoFrame.from_ndarray(blue, format="bgr24")))
    assert picture[..., 0].min() > 200
    assert picture[..., 2].max() < 50
