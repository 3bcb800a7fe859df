"""The runs of a page around streamlit-webrtc's own state: only its connection and the browser's part are made up."""

from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit_webrtc import component

from classroom.server import CONNECTIONS_A_MINUTE
from classroom.tries import Tries
from classroom.ui import camera
from classroom.ui.peer_guard import Refused
from tests.fakes import FakeClock

OFFER = {"playing": False, "sdpOffer": {"type": "offer", "sdp": "v=0"}, "iceCandidates": {}}
PLAYING = {"playing": True, "sdpOffer": None, "iceCandidates": {}}


class RunEnds(BaseException):
    """What ``st.rerun`` does."""


class Worker:
    """A connection that answers at once."""

    backend, local_description = "aiortc", SimpleNamespace(sdp="v=0", type="answer")
    made: list["Worker"] = []
    candidates: dict = {}

    def __init__(self, **settings) -> None:
        self.is_stopped = False
        self.made.append(self)

    def process_offer(self, *_, **__) -> None:
        pass

    def set_ice_candidates_from_offerer(self, candidates) -> None:
        self.candidates = candidates

    def stop(self) -> None:
        self.is_stopped = True


class Page:
    """A student's page, run by run."""

    def __init__(self, monkeypatch) -> None:
        self.counted = SimpleNamespace(script_run_count=0)
        self.answer_seen = None
        self.clock = FakeClock()
        self.why_ended: list[str] = []
        self.warned: list[str] = []
        self._said = None
        self._state: dict = {}
        self._server = SimpleNamespace(
            settings=None,
            clock=self.clock,
            connections=Tries(self.clock, CONNECTIONS_A_MINUTE, 60_000),
            end_video=lambda _, why: self.why_ended.append(why),
            frame_arrived=lambda *_: None,
        )
        Worker.made = []
        monkeypatch.setattr(st, "session_state", self._state)
        monkeypatch.setattr(st, "warning", lambda sentence, **_: self.warned.append(sentence))
        monkeypatch.setattr(camera, "stun_servers", lambda *_: [])
        monkeypatch.setattr(camera, "turn_servers", lambda *_: [])
        monkeypatch.setattr(component, "get_this_session_info", lambda: self.counted)
        monkeypatch.setattr(component, "_component_func", self._show)
        monkeypatch.setattr(component, "WebRtcWorker", Worker)
        monkeypatch.setattr(component, "rerun", self._end)

    def browser_says(self, value: dict) -> None:
        self._said = value
        self._state[self._frontend] = value
        if context := self._state.get(self._key):
            context._set_state(component.compile_state(value))  # as the component's on_change does

    def runs(self, at_most: int = 50) -> int:
        """Run until a run is not ended for another one; gives how many it took."""
        for number in range(1, at_most + 1):
            try:
                camera.share_camera(self._server, SimpleNamespace(id=7), 0, playing=True)
                return number
            except RunEnds:
                self.counted.script_run_count += 1
        raise AssertionError(f"still not at rest after {at_most} runs, with {len(Worker.made)} connections made")

    @property
    def _key(self) -> str:
        return f"camera-{camera._BOOT}-7-0"

    @property
    def _frontend(self) -> str:
        return component.generate_frontend_component_key(self._key)

    def _show(self, key, sdp_answer_json, **_):
        self.answer_seen = sdp_answer_json
        return self._said

    def _end(self):
        raise RunEnds


@pytest.fixture
def page(monkeypatch):
    return Page(monkeypatch)


def connect(page: Page) -> None:
    page.runs()
    page.browser_says(OFFER | {"sdpOffer": None})  # loaded
    page.runs()
    page.browser_says(OFFER)


def test_an_offer_is_answered_by_one_connection(page):
    connect(page)
    assert page.runs() == 2, "one to make the connection, one to hand its answer over"
    assert len(Worker.made) == 1 and page.answer_seen


@pytest.mark.parametrize("counted_late", [2, 3, 10])
def test_runs_that_are_counted_late_take_no_connection_back(page, counted_late):
    connect(page)
    page.counted.script_run_count += counted_late
    page.runs()
    page.counted.script_run_count += counted_late
    page.runs()
    assert len(Worker.made) == 1 and not Worker.made[0].is_stopped
    assert page.answer_seen


def test_without_that_the_page_would_never_come_to_rest(page, monkeypatch):
    """What streamlit-webrtc does by itself; when this fails it has been mended, and ours can go."""
    monkeypatch.setattr(camera, "_as_the_browser_says", lambda key: None)
    monkeypatch.setattr(camera, "MOST_ENDED_RUNS", 1_000)
    page._server.connections = Tries(page.clock, 1_000, 60_000)
    connect(page)
    page.counted.script_run_count += 2
    with pytest.raises(AssertionError, match="still not at rest after 50 runs, with 25 connections made"):
        page.runs()


def test_a_connection_that_goes_round_in_circles_is_given_up(page, monkeypatch):
    monkeypatch.setattr(camera, "_as_the_browser_says", lambda key: None)
    connect(page)
    page.counted.script_run_count += 2
    assert page.runs() == camera.MOST_ENDED_RUNS + 1


def test_a_connection_that_plays_is_left_alone_however_runs_are_counted(page):
    connect(page)
    page.runs()
    page.browser_says(PLAYING)
    for _ in range(5):
        page.counted.script_run_count += 3
        assert page.runs() == 1
    assert len(Worker.made) == 1 and not Worker.made[0].is_stopped


def test_who_stops_in_the_browser_is_stopped_here(page):
    connect(page)
    page.runs()
    page.browser_says(PLAYING)
    page.runs()
    page.browser_says({"playing": False, "sdpOffer": None, "iceCandidates": {}})
    page.runs()
    assert Worker.made[0].is_stopped


HOST = "candidate:1 1 udp 1 127.0.0.1 5000 typ host"


def candidates(*texts: str) -> dict:
    return {str(number): {"candidate": text, "sdpMid": "0", "sdpMLineIndex": 0} for number, text in enumerate(texts)}


def test_of_what_a_browser_names_only_what_it_can_have_is_handed_on(page):
    connect(page)
    named = candidates(HOST, HOST.replace("127.0.0.1", "224.0.0.1"), "nonsense", HOST.replace("udp", "tcp"))
    page.browser_says(OFFER | {"iceCandidates": named})
    page.runs()
    assert list(Worker.made[0].candidates.values()) == [named["0"]]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"iceCandidates": candidates(*[HOST] * 51)}, "it named more than 50 addresses"),
        ({"sdpOffer": {"type": "offer", "sdp": f"a={HOST}\r\n" * 51}}, "it named more than 50 addresses"),
        ({"sdpOffer": {"type": "offer", "sdp": "x" * 50_001}}, "larger than any browser's"),
        ({"sdpOffer": {"type": "answer", "sdp": "v=0"}}, "no page of ours says"),
        ({"sdpOffer": {"type": ["offer"], "sdp": "v=0"}}, "no page of ours says"),
        ({"sdpOffer": {"type": "offer", "sdp": 7}}, "no page of ours says"),
        ({"sdpOffer": "v=0"}, "no page of ours says"),
        ({"iceCandidates": [HOST]}, "no page of ours says"),
    ],
)
def test_what_no_browser_says_ends_the_video_with_a_sentence_and_the_page_goes_on(page, said, words):
    connect(page)
    page.browser_says(OFFER | said)
    page.runs()
    assert Worker.made == []
    assert len(page.why_ended) == 1 and words in page.why_ended[0]


@pytest.mark.parametrize("value", [[], "text", 7, [[[]]]])
def test_a_value_of_any_other_shape_is_the_same(page, value):
    connect(page)
    page.browser_says(value)
    page.runs()
    assert Worker.made == [] and "no page of ours says" in page.why_ended[0]


@pytest.mark.parametrize("candidate", [None, 7, "text", [], {}, {"candidate": 7}, {"candidate": HOST * 100}])
def test_a_candidate_of_any_other_shape_is_left_out(page, candidate):
    connect(page)
    page.browser_says(OFFER | {"iceCandidates": {"a": candidate}})
    page.runs()
    assert Worker.made[0].candidates == {} and page.why_ended == []


def circle(page: Page) -> None:
    page.browser_says(OFFER)
    page.runs()
    page.browser_says(OFFER | {"sdpOffer": ""})
    page.runs()


def test_who_connects_and_stops_in_a_circle_is_held_back_with_a_sentence_and_goes_on_after_a_minute(page):
    connect(page)
    for _ in range(30):
        circle(page)
        page.clock.advance(0.1)
    assert len(Worker.made) == CONNECTIONS_A_MINUTE
    assert page.warned and set(page.warned) == {camera._HELD_BACK}
    assert page.why_ended == [], "nothing was wrong with any of them"
    page.clock.advance(60)
    circle(page)
    assert len(Worker.made) == CONNECTIONS_A_MINUTE + 1


def test_who_says_what_is_wrong_again_and_again_fills_no_log(page):
    connect(page)
    for _ in range(30):
        page.browser_says(OFFER | {"iceCandidates": [HOST]})
        page.runs()
    assert len(page.why_ended) == CONNECTIONS_A_MINUTE


def test_an_offer_that_was_refused_is_no_failure_of_the_page(page, monkeypatch):
    def refuse(*_, **__):
        raise Refused("This offer was refused: it came with sound.")

    connect(page)
    monkeypatch.setattr(Worker, "process_offer", refuse)
    assert page.runs() == 1
